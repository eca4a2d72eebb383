"""How far each step goes: the learning rate from a run's first step to its last."""

from __future__ import annotations

import math
from collections.abc import Sequence

from clothier import recipes
from clothier.recipes import Recipe
from clothier.values import EpochRow


def visits(recipe: Recipe, num_images: int) -> list[int]:
    """How many of that many training images each epoch of a run visits, in order."""
    epochs = range(1, 1 + sum(epochs for _, epochs in recipe.phases()))
    some = max(1, num_images - int(recipe.skip * num_images))
    return [some if recipe.skip_from <= epoch <= recipe.skip_to else num_images for epoch in epochs]


def steps_per_epoch(recipe: Recipe, num_images: int) -> list[int]:
    """How many updates each epoch of a run takes, in order, on that many training images."""
    batch_sizes = []
    for phase, epochs in recipe.phases():
        batch_sizes += [recipe.fine_tune_batch_size if phase == "fine-tuned" else recipe.batch_size] * epochs
    return [-(-n // size) for n, size in zip(visits(recipe, num_images), batch_sizes, strict=True)]


def planned(recipe: Recipe, history: Sequence[EpochRow], epoch: int, phase: str) -> int:
    """The number that an epoch would have if no phase before it had ended early: what its learning rate and the images
    that it visits go by."""
    later = 0
    for (name, planned_end), (_, ended) in zip(
        recipes.ends(recipe), recipes.ends(recipe, history), strict=True
    ):
        if name == phase:
            break
        later = planned_end - ended
    return epoch + later


def rate(recipe: Recipe, step: int, total_steps: int) -> float:
    """The learning rate of one step, counted from 0, of a run of that many: the recipe's rate by its schedule.

    It would be 0 one step before the first, where there is a warm-up, and one step after the last, where it falls: no
    step is spent on a rate of 0. Source of the cosine: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with
    Warm Restarts", 2016, equation 5, without restarts.
    """
    warm = int(recipe.warmup * total_steps)
    if step < warm:
        return recipe.learning_rate * (step + 1) / (warm + 1)
    fallen = (step - warm) / (total_steps - warm)  # in [0, 1)
    share = {
        "constant": 1.0,
        "linear": 1.0 - fallen,
        "cosine": (1.0 + math.cos(math.pi * fallen)) / 2.0,
    }
    return recipe.learning_rate * share[recipe.schedule]
