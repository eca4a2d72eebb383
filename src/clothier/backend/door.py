"""Keras, TensorFlow and JAX, each loaded when something of it is first used.

They take seconds to import, and which of them a process needs is settled late. So everything in clothier that names
them takes them from here, at the top of its file.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any


class _Lazy:
    """A module that is imported when one of its attributes is first asked for."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self.__name__), attribute)


if TYPE_CHECKING:
    import jax
    import keras
    import tensorflow
else:
    jax, keras, tensorflow = _Lazy("jax"), _Lazy("keras"), _Lazy("tensorflow")

__all__ = ["jax", "keras", "tensorflow"]
