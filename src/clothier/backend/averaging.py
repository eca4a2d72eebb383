"""Averages of values that come in one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clothier.backend.door import keras


def kept_share(decay: float, num_steps: Any) -> Any:
    """How much of an average stays when the values after that many steps, counted from 1, come in.

    The values then have shares 1, decay, decay^2, ... by age, divided by their sum. One `decay` from the start would
    instead leave the first value, from before any training, a share that only time takes away.
    """
    rate = math.log(decay)  # by way of expm1, as decay^n is too near to 1 for float32
    return decay * keras.ops.expm1(rate * (num_steps - 1)) / keras.ops.expm1(rate * num_steps)


@contextmanager
def at_step(model: keras.Model, num_steps: Any) -> Iterator[None]:
    """The model's batch normalisation, called meanwhile, belongs to the training step of that number, counted from 1.

    Its moving averages are then those of the batches alone. Keras's begin with mean 0 and variance 1, of which a
    momentum of 0.99 leaves 15 % after the 188 steps of cnn4's first epoch. Source: Kingma and Ba, "Adam: A Method for
    Stochastic Optimization", 2015, section 3.
    """
    kind = keras.layers.BatchNormalization
    layers = [
        layer for layer in model._flatten_layers() if isinstance(layer, kind) and 0 < layer.momentum < 1
    ]
    momenta = [layer.momentum for layer in layers]
    try:
        for layer in layers:
            layer.momentum = kept_share(layer.momentum, num_steps)
        yield
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
