"""One affine warp for each image of a batch, in a single bilinear resampling of uint8 pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Images

Matrices = npt.NDArray[np.float64]  # (n, 2, 3)

# Numbers of these types keep the loops below in the types of their arrays: one stray Python number turns them
# into float64 or int64, and half as many fit a vector register.
F, I, U = np.float32, np.int32, np.uint32  # noqa: E741  # types, not numbers


def warp(images: Images, matrices: Matrices) -> Images:
    """The images resampled, uint8 (n, height, width, channels).

    matrices: float64 (n, 2, 3); each maps an output position (row, column, 1) to the input position
    (row, column) whose colour it takes, in pixels. Positions outside the picture take the nearest edge pixel.
    Positions are float64; colours are interpolated in float32 and rounded to the nearest grey level, halves up.
    """
    warped = np.empty_like(images, order="C")
    _warp(np.ascontiguousarray(images), np.ascontiguousarray(matrices, dtype=np.float64), warped)
    return warped


# Releases the interpreter lock, so that the next batch is made while the network trains on this one.
@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _warp(images: Images, matrices: Matrices, warped: Images) -> None:
    num_images, height, width, channels = images.shape
    squares = np.empty((channels, height * width), U)
    place = np.empty(width, I)
    down, across = np.empty(width, F), np.empty(width, F)
    corners, colours = np.empty(width, U), np.empty(width, I)
    for n in range(num_images):
        for c in range(channels):
            _pack(images[n, :, :, c], squares[c])
        for row in range(height):
            _locate(matrices[n], row, height, width, place, down, across)
            for c in range(channels):
                for column in range(width):
                    corners[column] = squares[c, U(place[column])]
                _blend(corners, down, across, colours)
                for column in range(width):
                    warped[n, row, column, c] = np.uint8(colours[column])


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _pack(image: npt.NDArray[np.uint8], squares: npt.NDArray[np.uint32]) -> None:
    """Each pixel and its neighbours right, below, and below right in the four bytes of one number, lowest first:
    fetching pixels is what resampling waits for, and so one fetch brings all four."""
    height, width = image.shape
    for row in range(height):
        below = min(row + 1, height - 1)
        for column in range(width):
            right = min(column + 1, width - 1)
            squares[row * width + column] = (
                U(image[row, column])
                | (U(image[row, right]) << U(8))
                | (U(image[below, column]) << U(16))
                | (U(image[below, right]) << U(24))
            )


# Short loops, each on rows that lie side by side in memory, in place of one long one: the compiler turns these into
# vector instructions.
@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _locate(
    matrix: npt.NDArray[np.float64],
    row: int,
    height: int,
    width: int,
    place: npt.NDArray[np.int32],
    down: npt.NDArray[np.float32],
    across: npt.NDArray[np.float32],
) -> None:
    """Where the pixels of an output row come from: the place of a square, and how far into it, in [0, 1)."""
    start_y = matrix[0, 0] * row + matrix[0, 2]
    start_x = matrix[1, 0] * row + matrix[1, 2]
    step_y, step_x = matrix[0, 1], matrix[1, 1]
    bottom, right = height - 1.0, width - 1.0
    for column in range(width):
        y = min(max(step_y * I(column) + start_y, 0.0), bottom)
        x = min(max(step_x * I(column) + start_x, 0.0), right)
        top, left = I(y), I(x)
        place[column] = top * I(width) + left
        down[column], across[column] = F(y - top), F(x - left)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _blend(
    corners: npt.NDArray[np.uint32],
    down: npt.NDArray[np.float32],
    across: npt.NDArray[np.float32],
    colours: npt.NDArray[np.int32],
) -> None:
    for column in range(len(corners)):
        packed = I(corners[column])
        top_left, top_right = F(packed & I(255)), F((packed >> I(8)) & I(255))
        low_left, low_right = F((packed >> I(16)) & I(255)), F((packed >> I(24)) & I(255))
        upper = top_left + (top_right - top_left) * across[column]
        lower = low_left + (low_right - low_left) * across[column]
        colours[column] = I(upper + (lower - upper) * down[column] + F(0.5))
