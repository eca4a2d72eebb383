"""What the layers of a run compute in, where its recipe leaves that open."""

from __future__ import annotations

from dataclasses import replace

from clothier import backend
from clothier.models.bases.table import BASES
from clothier.recipes import Recipe
from clothier.training.watcher import Watcher


def settle_precision(recipe: Recipe, threads: int | None = None, watcher: Watcher | None = None) -> Recipe:
    """The recipe with `auto` replaced by what is faster here, so that a run is described by what it did."""
    if recipe.precision != "auto":
        return recipe
    base = BASES.get(recipe.model)
    if base and not base.bfloat16:
        return replace(recipe, precision="float32")
    backend.start(threads)
    speed = backend.bfloat16_speed()
    chosen = "bfloat16" if speed >= backend.BFLOAT16_MUST_WIN else "float32"
    if watcher:
        compared = f"ran {speed:.1f} times as fast" if speed >= 1 else f"took {1 / speed:.1f} times as long"
        watcher.note(f"computing in {chosen}: a short probe {compared} in bfloat16 as in float32")
    return replace(recipe, precision=chosen)
