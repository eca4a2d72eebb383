"""name -> untrained keras.Model: the table of architectures, and what builds them.

Every model takes uint8 images (n, height, width, channels), scales them itself, and gives float32 logits
(n, num_classes). To add a model: one file with `build`, one line in MODELS (table.py).

What needs Keras is loaded on first use: that takes seconds, and `backend.start` settles first what Keras runs on.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from clothier.models import bases
from clothier.models.bases.table import BASES
from clothier.models.table import CUSTOM, MODELS, Architecture, smallest_side, unknown

if TYPE_CHECKING:
    from clothier.models import custom, views
    from clothier.models.building import (
        above,
        adapt,
        base_module,
        build,
        build_base,
        build_head,
        build_plan,
        outlined,
        with_maps,
    )
    from clothier.models.optimizers import OPTIMIZERS
    from clothier.models.outline import Layer, describe, features, unfilled
    from clothier.models.parts import is_standardiser
    from clothier.models.views import averaged

_MODULES = ("custom", "views")
# name -> the module here that holds it
_WITH_KERAS = {
    "OPTIMIZERS": "optimizers",
    "Layer": "outline",
    "above": "building",
    "adapt": "building",
    "averaged": "views",
    "base_module": "building",
    "build": "building",
    "build_base": "building",
    "build_head": "building",
    "build_plan": "building",
    "describe": "outline",
    "features": "outline",
    "is_standardiser": "parts",
    "outlined": "building",
    "unfilled": "outline",
    "with_maps": "building",
}

if not TYPE_CHECKING:  # else a name that nothing here has would pass the type checks

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"clothier.models.{name}")
        if name in _WITH_KERAS:
            return getattr(importlib.import_module(f"clothier.models.{_WITH_KERAS[name]}"), name)
        raise AttributeError(f"module 'clothier.models' has no attribute '{name}'")


__all__ = [
    "BASES",
    "CUSTOM",
    "MODELS",
    "OPTIMIZERS",
    "Architecture",
    "Layer",
    "above",
    "adapt",
    "averaged",
    "base_module",
    "bases",
    "build",
    "build_base",
    "build_head",
    "build_plan",
    "custom",
    "describe",
    "features",
    "is_standardiser",
    "outlined",
    "smallest_side",
    "unfilled",
    "unknown",
    "views",
    "with_maps",
]
