"""For photos: a crop of random size at a random place, mirrored or not, in a shifted colour and brightness.

Source: what the article says VGG19 was trained with. The sizes are those of Simonyan and Zisserman, "Very Deep
Convolutional Networks for Large-Scale Image Recognition", 2015, section 3.1: crops of 224 pixels from pictures
scaled to 256 to 512. Their colour shift needs statistics of the whole data set; here each channel moves by up to
20 grey levels, the default of Albumentations' RGBShift, and all of them by up to 32, as in TensorFlow's models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.augment.affine import Matrices, warp
from clothier.values import Images

SCALES = (256 / 224, 512 / 224)  # the picture's side, in sides of the crop
COLOUR = 20  # grey levels, either way, for each channel of a colour picture
BRIGHTNESS = 32  # grey levels, either way, for all channels together


@dataclass(frozen=True, eq=False)
class Dice:
    """For each image: scale, and where the crop lies between top and bottom, left and right, in [0, 1], float64 (n,);
    whether to mirror it; grey levels to add, int64 (n, channels)."""

    scale: npt.NDArray[np.float64]
    down: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    flip: npt.NDArray[np.bool_]
    shift: npt.NDArray[np.int64]


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, _, _, channels = images.shape
    colour = COLOUR if channels == 3 else 0  # grey has no colour to shift
    brightness = rng.integers(-BRIGHTNESS, BRIGHTNESS, (num_images, 1), endpoint=True)
    return Dice(
        scale=rng.uniform(SCALES[0], SCALES[1], (num_images,)),
        down=rng.random((num_images,)),
        right=rng.random((num_images,)),
        flip=rng.random((num_images,)) < 0.5,
        shift=brightness + rng.integers(-colour, colour, (num_images, channels), endpoint=True),
    )


def matrices(dice: Dice, height: int, width: int) -> Matrices:
    """float64 (n, 2, 3), output (row, column, 1) -> input (row, column): the crop stretched over the picture, edges
    on edges."""
    share = 1 / dice.scale

    def along(place: npt.NDArray[np.float64], side: int) -> npt.NDArray[np.float64]:
        # Pixel i spans [i, i + 1): its middle i + 1/2 comes from begin + share (i + 1/2).
        return place * (1 - share) * side + share / 2 - 0.5

    made = np.zeros((len(share), 2, 3))
    made[:, 0, 0], made[:, 0, 2] = share, along(dice.down, height)
    left = along(dice.right, width)
    made[:, 1, 1] = np.where(dice.flip, -share, share)
    made[:, 1, 2] = np.where(dice.flip, left + share * (width - 1), left)
    return made


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied; what would leave 0 to 255 stays at the end."""
    moved = warp(images, matrices(dice, *images.shape[1:3]))
    num_images, height, width, _ = moved.shape
    _shift(moved.reshape(num_images, height, -1), np.tile(dice.shift.astype(np.int16), width))
    return moved


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _shift(rows: npt.NDArray[np.uint8], shifts: npt.NDArray[np.int16]) -> None:
    """Add, in place, to each row (n, height, width x channels) the shifts (n, width x channels) of its image."""
    num_images, height, length = rows.shape
    for n in range(num_images):
        for row in range(height):
            for place in range(length):
                level = np.int16(rows[n, row, place]) + shifts[n, place]
                rows[n, row, place] = np.uint8(min(max(level, np.int16(0)), np.int16(255)))
