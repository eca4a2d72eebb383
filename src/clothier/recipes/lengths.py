"""How long a recipe trains: what a person asks for, and a run that is to train longer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clothier.errors import InputError
from clothier.recipes.changing import change
from clothier.recipes.recipe import PHASES, Recipe
from clothier.values import EpochRow

FIELDS = dict(zip(("epochs", "augmented_epochs", "fine_tune_epochs"), PHASES, strict=True))


def customize(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with those changes, where `epochs` are all there are unless others are asked for too, as in Keras. A
    recipe that augments from its first epoch augments in these. Errors as `change`.

    >>> cnn1 = Recipe("cnn1", "cnn1", epochs=10, augmented_epochs=50)
    >>> customize(cnn1, {"epochs": 3}).phases()
    [('plain', 3)]
    >>> customize(cnn1, {"epochs": 3, "augmented_epochs": 2}).phases()
    [('plain', 3), ('augmented', 2)]
    """
    if "epochs" in changes:
        changes = {"augmented_epochs": 0, "fine_tune_epochs": 0, **of_first_phase(recipe, changes)}
    return change(recipe, changes)


def of_first_phase(recipe: Recipe, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes, where `epochs` alone means those of the recipe's first phase."""
    changes = dict(changes)
    if "epochs" in changes and "augmented_epochs" not in changes and not recipe.epochs:
        changes["augmented_epochs"] = changes.pop("epochs")
    return changes


def ends(recipe: Recipe, history: Sequence[EpochRow] = ()) -> list[tuple[str, int]]:
    """Each phase and the number of its last epoch, counted from the first of the run: as the recipe plans it, or where
    the phase ended early by its rows of the history."""
    found, ended = [], 0
    for phase, epochs in recipe.phases():
        rows = [row for row in history if row.phase == phase]
        ended += len(rows) if is_over(recipe, rows) else epochs
        found.append((phase, ended))
    return found


def is_over(recipe: Recipe, rows: Sequence[EpochRow]) -> bool:
    """Whether a phase with these rows of history ends early."""
    losses = [row.val_loss for row in rows if row.val_loss is not None]
    return bool(losses) and 0 < recipe.early_stop < len(losses) - losses.index(min(losses))


def lengthen(recipe: Recipe, changes: dict[str, Any], done: int) -> Recipe:
    """The recipe of a run that has trained `done` epochs, with more epochs in its phases.

    Raises InputError for fewer epochs, for a phase after which another has begun, where early_stop may have ended one,
    and where the learning rate depends on the number of all epochs.
    """
    longer, ended = change(recipe, changes), 0
    if longer == recipe:
        return recipe
    planned = sum(epochs for _, epochs in recipe.phases())
    if recipe.early_stop and done < planned:
        raise InputError(
            f"early_stop is {recipe.early_stop}, and the run has trained {done} of {planned} epochs: more of them "
            "would not change where a phase ends; wanted a run that trained all its epochs; resume it as it is, or "
            "train again"
        )
    for field, phase in FIELDS.items():
        before, after = getattr(recipe, field), getattr(longer, field)
        ended += before
        if after < before:
            raise InputError(
                f"{field} is {after}, and the run was started with {before}; wanted {before} or more, because a "
                "run only grows; for a shorter one, train again"
            )
        if after > before and done > ended:
            raise InputError(
                f"{field} is {after}, but the run has trained {done} epochs, past the end of its {phase} phase at "
                f"{ended}; wanted more epochs in its last phase; for a longer {phase} phase, train again"
            )
    if recipe.schedule != "constant" or recipe.warmup:
        raise InputError(
            f"the learning rate of this run depends on its total of epochs (schedule={recipe.schedule}, "
            f"warmup={recipe.warmup:g}), so it cannot train longer; wanted a run with schedule=constant and warmup=0; "
            "for more epochs, train again"
        )
    return longer


def extends(recipe: Recipe, earlier: Recipe) -> bool:
    """Whether the recipe is the earlier one, with as many epochs in each phase or more."""
    before = earlier.as_json()
    return all(
        value >= before[field] if field in FIELDS else value == before[field]
        for field, value in recipe.as_json().items()
    )
