"""Listening to the layers of a network while it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


@contextmanager
def overhearing(layers: Sequence[keras.Layer], hear: Callable[[Any, Any], Any]) -> Iterator[None]:
    """Meanwhile every output of those layers goes through `hear`, with its layer. A model of models can be cut open at
    no tensor, hence the calls themselves are listened to."""

    def listening(layer: keras.Layer) -> Callable[..., Any]:
        call = layer.call
        return lambda *args, **kwargs: hear(layer, call(*args, **kwargs))

    for layer in layers:
        layer.call = listening(layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # what the instance had over its class
