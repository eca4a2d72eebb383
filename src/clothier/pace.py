"""A few batches -> how long a recipe will take on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from clothier import augment, backend
from clothier.batches import batches
from clothier.recipes import Recipe
from clothier.train import settle_precision
from clothier.values import Dataset

# The first batches compile the step and warm the caches up.
WARM_UP, TIMED = 2, 6
_JUDGED = 2000


@dataclass(frozen=True)
class Pace:
    """Seconds of an epoch of each phase, by name, and of judging every split once at a phase's end."""

    epoch: dict[str, float]
    judging: float

    def remaining(self, recipe: Recipe, epochs_done: int = 0) -> float:
        """Seconds until a run of the recipe that has done that many epochs is finished."""
        seconds, ended = 0.0, 0
        for phase, epochs in recipe.phases():
            ended += epochs
            left = min(epochs, max(0, ended - epochs_done))
            seconds += left * self.epoch[phase] + (self.judging if left else 0.0)
        return seconds


def measure(
    recipe: Recipe,
    dataset: Dataset,
    threads: int | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Pace:
    """The pace of that recipe on those data, from a network that is thrown away; takes a few seconds. Writing
    checkpoints and pages is not counted."""
    backend.start(threads)
    recipe = settle_precision(recipe, threads)
    from clothier import models
    from clothier.models.optimizers import OPTIMIZERS

    shape, classes, train = dataset.image_shape, dataset.num_classes, dataset.train
    model = models.build(recipe.model, shape, classes, recipe.precision)
    judge = backend.Judge(models.build(recipe.model, shape, classes))
    trainer = backend.Trainer(model, OPTIMIZERS[recipe.optimizer](recipe))

    judge.logits(model.weights, train.images[:_JUDGED])
    began = clock()
    judge.logits(model.weights, train.images[:_JUDGED])
    judging = (clock() - began) / min(len(train), _JUDGED)
    validation = judging * len(dataset.validation) if dataset.validation else 0.0

    epoch = {}
    for phase, _ in recipe.phases():
        policy = augment.get(recipe.augment) if phase == "augmented" else None
        made = batches(train, recipe.batch_size, seed=recipe.seed, epoch=1, policy=policy)
        images, seconds = 0, 0.0
        for number, (batch, labels) in enumerate(islice(made, WARM_UP + TIMED)):
            if number <= WARM_UP:
                began, images = clock(), 0
            trainer.step(batch, labels)
            images += len(labels)
            trainer.means()  # waits for the step to end
            seconds = clock() - began
        epoch[phase] = seconds / images * len(train) + validation
    return Pace(epoch, judging * sum(len(split) for split in dataset.splits().values()))
