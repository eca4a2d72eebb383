"""A recipe with other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clothier.recipes import counting, values
from clothier.recipes.optimizers import OPTIMIZERS
from clothier.recipes.recipe import KINDS, Recipe


def change(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """A copy with those fields changed. Text is read as the field's type, so `{"epochs": "3"}` will do. With another
    optimiser, step size and momentum become its usual ones where they are not among the changes.

    Raises InputError for an unknown field (naming the right one), a value the field does not take, or a change that
    does nothing in this recipe.
    """
    taken = values.read(KINDS, changes)
    adopted = _usual(recipe, taken)
    changed = replace(recipe, **{**adopted, **taken})
    before = recipe.as_json() | adopted
    counting.check(changed, [field for field, value in taken.items() if value != before[field]])
    return changed


def adopted(recipe: Recipe, changed: Recipe, changes: Mapping[str, Any]) -> str:
    """A line about what came with another optimiser; empty where nothing did."""
    named = [
        f"{field} {getattr(changed, field):g}"
        for field in _usual(recipe, {"optimizer": changed.optimizer})
        if field not in changes and getattr(changed, field) != getattr(recipe, field)
        if counting.unmet(changed, field) is None
    ]
    return f"optimizer {changed.optimizer} trains with its usual {' and '.join(named)}" if named else ""


def _usual(recipe: Recipe, changes: Mapping[str, Any]) -> dict[str, float]:
    optimizer = changes.get("optimizer", recipe.optimizer)
    usual = OPTIMIZERS.get(optimizer) if isinstance(optimizer, str) else None
    if optimizer == recipe.optimizer or usual is None:
        return {}
    return {"learning_rate": usual.learning_rate, "momentum": usual.momentum}
