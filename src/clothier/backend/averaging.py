"""Averages of values that come in one by one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from clothier.backend.door import keras

_step: ContextVar[Any] = ContextVar("step", default=None)


def kept_share(decay: float, num_steps: Any) -> Any:
    """How much of an average stays when the values after that many steps, counted from 1, come in.

    The values then have shares 1, decay, decay^2, ... by age, divided by their sum. One `decay` from the start would
    instead leave the first value, from before any training, a share that only time takes away.
    """
    rate = math.log(decay)  # by way of expm1, as decay^n is too near to 1 for float32
    return decay * keras.ops.expm1(rate * (num_steps - 1)) / keras.ops.expm1(rate * num_steps)


@contextmanager
def at_step(num_steps: Any) -> Iterator[None]:
    """Layers called meanwhile belong to the training step of that number, counted from 1; a float32 scalar."""
    token = _step.set(num_steps)
    try:
        yield
    finally:
        _step.reset(token)


def moving_share(decay: float) -> Any:
    """`kept_share` for a moving average that a layer updates in a training step; `decay` itself outside of one."""
    step = _step.get()
    return decay if step is None or not 0 < decay < 1 else kept_share(decay, step)
