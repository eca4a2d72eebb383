"""Rectangles of one batch of images put over those of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Images

Boxes = npt.NDArray[
    np.int64
]  # (n, 4): top, left, height, width, in pixels; height or width 0 where there is none


def paste(images: Images, boxes: Boxes, fillers: Images) -> Images:
    """The images, each with its box taken from the filler of the same number; all three have n rows."""
    pasted = images.copy(order="C")
    _paste(pasted, boxes, fillers)
    return pasted


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _paste(images: Images, boxes: Boxes, fillers: Images) -> None:
    for n in range(len(images)):
        top, left, height, width = boxes[n]
        for row in range(top, top + height):
            for column in range(left, left + width):
                for c in range(images.shape[3]):
                    images[n, row, column, c] = fillers[n, row, column, c]
