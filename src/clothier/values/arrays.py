"""The arrays, by what they hold; and how mapped ones are kept from filling memory."""

from __future__ import annotations

import mmap
from typing import Any, cast

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]  # (n, height, width, channels), channels 1 or 3
Labels = npt.NDArray[np.int64]  # (n,)
Floats = npt.NDArray[np.float32]
Counts = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float16]


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities float32 (n, num_classes) of logits divided by the temperature; rows sum to 1."""
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(temperature)
    np.exp(scaled, out=scaled)
    scaled /= scaled.sum(axis=1, keepdims=True)
    return np.asarray(scaled, dtype=np.float32)


def release(array: npt.NDArray[Any]) -> None:
    """Take the rows read so far of a file mapped for reading out of this process's memory; touched again, they come
    back from the system's cache or the disk. Any other array is left alone.

    Without, a process that goes through such a file holds all of it in the end.
    """
    mode, owner = "", cast(object, array)
    while isinstance(owner, np.ndarray):
        mode, owner = getattr(owner, "mode", mode), owner.base
    # Only where nothing was changed through the map: a private change would be lost.
    if isinstance(owner, mmap.mmap) and mode == "r" and hasattr(mmap, "MADV_DONTNEED"):
        owner.madvise(mmap.MADV_DONTNEED)
