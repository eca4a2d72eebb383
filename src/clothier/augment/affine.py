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
LANES = 16  # numbers in a vector register, at most
STRIP = 2048  # pixels at a time: what is known of them stays in the nearest cache


def warp(images: Images, matrices: Matrices) -> Images:
    """The images resampled, uint8 (n, height, width, channels).

    matrices: float64 (n, 2, 3); each maps an output position (row, column, 1) to the input position
    (row, column) whose colour it takes, in pixels. Positions outside the picture take the nearest edge pixel.
    Positions are float64; colours are interpolated in float32 and rounded to the nearest grey level, halves up.
    """
    num_images, height, width, channels = images.shape
    warped = np.empty((num_images, height * width, channels), np.uint8)
    _warp(np.ascontiguousarray(images), np.ascontiguousarray(matrices, dtype=np.float64), warped)
    return warped.reshape(images.shape)


# Releases the interpreter lock, so that the next batch is made while the network trains on this one.
@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _warp(
    images: Images, matrices: Matrices, warped: npt.NDArray[np.uint8]
) -> None:  # warped: (n, height * width, channels)
    num_images, height, width, channels = images.shape
    squares = np.empty((channels, height * width), U)
    rows = max(1, STRIP // width)
    place = np.empty(rows * width + LANES, I)
    down, across = np.empty(len(place), F), np.empty(len(place), F)
    corners, colours = np.empty(rows * width, U), np.empty(rows * width, I)
    for n in range(num_images):
        for c in range(channels):
            _pack(images[n, :, :, c], squares[c])
        for top in range(0, height, rows):
            count = min(rows, height - top)
            for row in range(count):
                start = row * width
                _locate(matrices[n], top + row, height, width, place[start:], down[start:], across[start:])
            pixels, first = count * width, top * width
            for c in range(channels):
                for i in range(pixels):
                    corners[i] = squares[c, U(place[i])]
                _blend(corners[:pixels], down, across, colours)
                strip = warped[n, first : first + pixels, c]
                for i in range(pixels):
                    strip[i] = np.uint8(colours[i])


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _pack(image: npt.NDArray[np.uint8], squares: npt.NDArray[np.uint32]) -> None:
    """Each pixel and its neighbours right, below, and below right in the four bytes of one number, lowest first:
    fetching pixels is what resampling waits for, and so one fetch brings all four."""
    height, width = image.shape
    for row in range(height):
        here, below, start = image[row], image[min(row + 1, height - 1)], row * width
        for column in range(width - 1):
            squares[start + column] = (
                U(here[column])
                | (U(here[column + 1]) << U(8))
                | (U(below[column]) << U(16))
                | (U(below[column + 1]) << U(24))
            )
        upper, lower = U(here[width - 1]), U(below[width - 1])
        squares[start + width - 1] = upper | (upper << U(8)) | (lower << U(16)) | (lower << U(24))


# Short loops, each on numbers that lie side by side in memory, in place of one long one: the compiler turns these into
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
    """Where the pixels of an output row come from: the place of a square, and how far into it, in [0, 1).

    Whole vectors are written, beyond the row's end: the next row's go over that."""
    start_y = matrix[0, 0] * row + matrix[0, 2]
    start_x = matrix[1, 0] * row + matrix[1, 2]
    step_y, step_x = matrix[0, 1], matrix[1, 1]
    bottom, right = height - 1.0, width - 1.0
    for column in range(-(-width // LANES) * LANES):
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
