"""One affine warp for each image of a batch, in a single bilinear resampling of uint8 pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Images

Matrices = npt.NDArray[np.float64]  # (n, 2, 3)


def warp(images: Images, matrices: Matrices) -> Images:
    """The images resampled, uint8 (n, height, width, channels).

    matrices: float64 (n, 2, 3); each maps an output position (row, column, 1) to the input position
    (row, column) whose colour it takes, in pixels. Positions outside the picture take the nearest edge pixel.
    Colours are interpolated in float64 and rounded to the nearest grey level, halves up.
    """
    warped = np.empty_like(images)
    _warp(np.ascontiguousarray(images), np.ascontiguousarray(matrices, dtype=np.float64), warped)
    return warped


# Releases the interpreter lock, so that the next batch is made while the network trains on this one.
@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _warp(images: Images, matrices: Matrices, warped: Images) -> None:
    num_images, height, width, channels = images.shape
    for n in range(num_images):
        m = matrices[n]
        for row in range(height):
            for column in range(width):
                y = min(max(m[0, 0] * row + m[0, 1] * column + m[0, 2], 0.0), height - 1.0)
                x = min(max(m[1, 0] * row + m[1, 1] * column + m[1, 2], 0.0), width - 1.0)
                top, left = int(y), int(x)
                bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
                down, across = y - top, x - left
                for c in range(channels):
                    upper = images[n, top, left, c] * (1.0 - across) + images[n, top, right, c] * across
                    lower = images[n, bottom, left, c] * (1.0 - across) + images[n, bottom, right, c] * across
                    warped[n, row, column, c] = np.uint8(upper * (1.0 - down) + lower * down + 0.5)
