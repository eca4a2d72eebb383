"""Pad with black, crop at a random place, mirror every other image.

Source: He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2: 4 pixels on each side of 32,
and the same 4 on Fashion-MNIST's 28 in the code of Zhong et al., "Random Erasing Data Augmentation", 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Images

PADDING = 1 / 8  # of the height and of the width, on each side


@dataclass(frozen=True, eq=False)
class Dice:
    """Each (n,): int64 pixels by which the crop lies below and to the right of the picture; whether to mirror it."""

    down: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    flip: npt.NDArray[np.bool_]


def throw(rng: np.random.Generator, images: Images, most: float = PADDING) -> Dice:
    """Dice for each image, all independent, every crop as likely as the others; `most` is the share of a side by which
    it may be off."""
    num_images, height, width, _ = images.shape

    def draw(side: int) -> npt.NDArray[np.int64]:
        padding = int(most * side + 0.5)
        return rng.integers(-padding, padding, (num_images,), endpoint=True)

    return Dice(down=draw(height), right=draw(width), flip=rng.random((num_images,)) < 0.5)


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied; as fast on a whole epoch as on a batch."""
    moved = np.zeros_like(images, order="C")
    num_images, height = images.shape[:2]
    rows = moved.reshape(num_images, height, -1)
    _move(np.ascontiguousarray(images), dice.down, dice.right, dice.flip, rows)
    return moved


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _move(
    images: Images,
    down: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    flip: npt.NDArray[np.bool_],
    moved: npt.NDArray[np.uint8],
) -> None:
    num_images, height, width, channels = images.shape
    flat = images.reshape(num_images, -1)
    for n in range(num_images):
        first, last = max(0, -right[n]), min(width, width - right[n])  # the columns that are not padding
        length = last - first
        for row in range(max(0, -down[n]), min(height, height - down[n])):
            begin = ((row + down[n]) * width + first + right[n]) * channels
            source = flat[n, begin : begin + length * channels]
            if flip[n]:
                _mirror(
                    source, channels, moved[n, row, (width - last) * channels : (width - first) * channels]
                )
            else:
                target = moved[n, row, first * channels : last * channels]
                for place in range(len(source)):
                    target[place] = source[place]


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _mirror(source: npt.NDArray[np.uint8], channels: int, target: npt.NDArray[np.uint8]) -> None:
    # Unsigned places need no test for counting from the end, which would keep vector instructions away.
    length = len(source) // channels
    if channels == 1:
        for place in range(length):
            target[np.uint64(length - 1 - place)] = source[np.uint64(place)]
    else:
        for place in range(length):
            for c in range(channels):
                target[np.uint64((length - 1 - place) * channels + c)] = source[
                    np.uint64(place * channels + c)
                ]
