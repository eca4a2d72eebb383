"""Listening to the layers of a network while it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from clothier.backend.door import keras


@contextmanager
def overhearing(layers: Sequence[keras.Layer], hear: Callable[[int, Any], Any]) -> Iterator[None]:
    """Meanwhile every output of those layers goes through `hear`, with the layer's place among them. A model of models
    can be cut open at no tensor, hence the calls themselves are listened to."""

    def listening(place: int, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kwargs: hear(place, call(*args, **kwargs))

    for place, layer in enumerate(layers):
        layer.call = listening(place, layer.call)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # what the instance had over its class
