"""Whole numbers as Python users give them."""

from __future__ import annotations

import numpy as np

from clothier.errors import InputError


def whole_number(name: str, value: object, least: int) -> int:
    """The value as an int; InputError for less than `least`, and for what is no whole number. `name` is what errors
    call it."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise InputError(f"{name} is {value!r:.80}; wanted a whole number")
    if value < least:
        raise InputError(f"{name} is {value}; wanted {least} or more")
    return int(value)
