"""Which fields of a recipe count: many do only beside a certain value of another field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from clothier.errors import InputError
from clothier.recipes.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    from clothier.recipes.recipe import Recipe


@dataclass(frozen=True)
class Need:
    """What a field needs to count: `met` of the recipe's value of another field; `words` say that value."""

    field: str
    words: str
    met: Callable[[object], bool]


def _read_by_optimizer(field: str) -> Need:
    names = [name for name, usual in OPTIMIZERS.items() if field in usual.reads]
    return Need("optimizer", f"optimizer {' or '.join(names)}", lambda optimizer: optimizer in names)


_BASE = Need("base", "a base, as the recipes photos, transfer and vgg19 have", bool)
_NO_BASE = Need("base", "a network that is trained whole", lambda base: not base)
_FINE_TUNING = Need("fine_tune_epochs", "fine_tune_epochs of 1 or more", bool)
_SKIPPING = Need("skip", "a skip above 0", bool)
NEEDS: dict[str, Need] = {
    "augmented_epochs": _NO_BASE,
    "augment": Need("augmented_epochs", "augmented_epochs of 1 or more", bool),
    "momentum": _read_by_optimizer("momentum"),
    "weight_decay": _read_by_optimizer("weight_decay"),
    "skip_from": _SKIPPING,
    "skip_to": _SKIPPING,
    "views": _NO_BASE,
    "base_pixels": Need("model", "the model vgg19", lambda model: model == "vgg19"),
    "base_end": Need(
        "base", "the run of another network as base", lambda base: base not in ("", "imagenet", "random")
    ),
    "base_precision": _BASE,
    "base_size": _BASE,
    "resize": _BASE,
    "base_features": _BASE,
    "base_views": _BASE,
    "head_units": _BASE,
    "head_dropout": _BASE,
    "fine_tune_epochs": _BASE,
    "fine_tune_part": _FINE_TUNING,
    "fine_tune_rate": _FINE_TUNING,
    "fine_tune_batch_size": _FINE_TUNING,
}


def unmet(recipe: Recipe, field: str) -> Need | None:
    """What the field lacks to count in that recipe; None where it counts."""
    need = NEEDS.get(field)
    return None if need is None or need.met(getattr(recipe, need.field)) else need


def counted(recipe: Recipe) -> dict[str, object]:
    """The fields that count, by name; the others could have any value."""
    return {f.name: getattr(recipe, f.name) for f in fields(recipe) if unmet(recipe, f.name) is None}


def check(recipe: Recipe, changed: Iterable[str]) -> None:
    """InputError for one of the changed fields that does not count."""
    for field in changed:
        if need := unmet(recipe, field):
            there = getattr(recipe, need.field)
            raise InputError(
                f"{field} does nothing here: {need.field} is {there if there != '' else 'not set'}; "
                f"wanted {need.words}; leave {field} out, or change both"
            )
