"""Averages of values that come in one by one."""

from __future__ import annotations

import math
from typing import Any

from clothier.backend.door import keras


def kept_share(decay: float, num_steps: Any) -> Any:
    """How much of an average stays when the values after that many steps, counted from 1, come in.

    The values then have shares 1, decay, decay^2, ... by age, divided by their sum. One `decay` from the start would
    instead leave the first value, from before any training, a share that only time takes away.
    """
    rate = math.log(decay)  # by way of expm1, as decay^n is too near to 1 for float32
    return decay * keras.ops.expm1(rate * (num_steps - 1)) / keras.ops.expm1(rate * num_steps)
