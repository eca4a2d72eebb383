"""Arrays in safetensors form: their names, types and shapes are checked before the arrays are made."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from clothier.errors import BundleError
from clothier.values.fields import parse

Arrays = dict[str, npt.NDArray[Any]]

MOST_HEADER = 2**17  # bytes; VGG19's has 5,000
_BYTES = {"U8": 1, "I64": 8, "F32": 4}
_DTYPES = {"U8": np.uint8, "I64": np.int64, "F32": np.float32}


def dump(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Those arrays, float32, int64 or uint8, in safetensors form: equal arrays, equal bytes."""
    for name, array in arrays.items():
        if array.dtype not in _DTYPES.values():
            raise BundleError(f"array {name} is {array.dtype}; wanted float32, int64 or uint8")
    return safetensors.numpy.save({name: np.asarray(arrays[name], order="C") for name in sorted(arrays)})


def header(start: bytes, size: int, what: str) -> dict[str, tuple[str, tuple[int, ...]]]:
    """(type, shape) of each array by name, from the first bytes of a file of `size` bytes.

    Raises BundleError for an invalid header, a size other than `size`, or other types than ours.
    """
    length = int.from_bytes(start[:8], "little")
    if len(start) < 8 or length > min(MOST_HEADER, size - 8) or not start[8:9] == b"{":
        raise BundleError(f"{what} is not a safetensors file; wanted the one clothier wrote")
    content = parse(start[8 : 8 + length], what)
    content.pop("__metadata__", None)
    made = {}
    total = 0
    for name, entry in content.items():
        kind, shape = _kind_and_shape(entry)
        if kind not in _BYTES or not all(type(side) is int and 0 <= side < 2**40 for side in shape):
            raise BundleError(f"{what} has an array {ascii(name)[:60]} of another type than F32, I64 and U8")
        total += math.prod(shape) * _BYTES[kind]
        made[name] = (kind, shape)
    if total != size - 8 - length:
        raise BundleError(f"{what} has {size - 8 - length:,} bytes of arrays, its header tells of {total:,}")
    return made


def _kind_and_shape(entry: Any) -> tuple[str, tuple[Any, ...]]:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        return "", ()
    kind, shape = entry["dtype"], entry["shape"]
    return (kind, tuple(shape)) if isinstance(kind, str) and isinstance(shape, list) else ("", ())


def load(data: bytes, what: str) -> Arrays:
    """The arrays by name; BundleError for a damaged file, other types than ours, or numbers that are not finite."""
    wanted = header(data[: 8 + MOST_HEADER], len(data), what)
    try:
        arrays = safetensors.numpy.load(data)
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{what} is damaged ({error}); copy the file again") from error
    if {name: (array.dtype, array.shape) for name, array in arrays.items()} != {
        name: (np.dtype(_DTYPES[kind]), shape) for name, (kind, shape) in wanted.items()
    }:
        raise BundleError(f"{what} is damaged (its arrays differ from its header); copy the file again")
    for name, array in arrays.items():
        if not finite(array):
            raise BundleError(f"{what} has numbers in {ascii(name)[:60]} that are not finite; wanted none")
    return dict(sorted(arrays.items()))


def finite(array: npt.NDArray[Any]) -> bool:
    """Whether no number in it is infinite or none at all; without an array of as many answers, for there may be 32
    million numbers."""
    ends = [array.min(initial=0), array.max(initial=0)]  # either is NaN where any is
    return bool(np.isfinite(ends).all())
