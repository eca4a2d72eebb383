"""The article's augmentation: rotation, shifts, shear and zoom, as one affine warp an image.

Source: the settings are the article's; what each one means is Keras's ImageDataGenerator, so that both move
the same pixels for the same dice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.augment.affine import Matrices, warp
from clothier.values import Images

ROTATION = 8.0  # degrees, either way
SHIFT = 0.08  # of the height and of the width, either way
SHEAR = 0.3  # degrees, either way
ZOOM = 0.08  # either way, drawn apart for the two axes


@dataclass(frozen=True, eq=False)
class Dice:
    """Each float64 (n,): angles in degrees, shifts in pixels, zooms as factors (above 1 shrinks the picture)."""

    rotation: npt.NDArray[np.float64]
    shift_x: npt.NDArray[np.float64]
    shift_y: npt.NDArray[np.float64]
    shear: npt.NDArray[np.float64]
    zoom_x: npt.NDArray[np.float64]
    zoom_y: npt.NDArray[np.float64]


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape

    def draw(reach: float) -> npt.NDArray[np.float64]:
        return np.asarray(rng.uniform(-reach, reach, num_images))

    return Dice(
        rotation=draw(ROTATION),
        shift_x=draw(SHIFT) * width,
        shift_y=draw(SHIFT) * height,
        shear=draw(SHEAR),
        zoom_x=1 + draw(ZOOM),
        zoom_y=1 + draw(ZOOM),
    )


def matrices(dice: Dice, height: int, width: int) -> Matrices:
    """float64 (n, 2, 3), output (row, column, 1) -> input (row, column): rotation, shift, shear and zoom
    multiplied in that order, about the middle of the picture."""
    angle, slant = np.deg2rad(dice.rotation), np.deg2rad(dice.shear)
    cos, sin = np.cos(angle), np.sin(angle)
    # In (x, y): [[cos, -sin], [sin, cos]] @ [[1, -sin(slant)], [0, cos(slant)]] @ diag(zoom_x, zoom_y).
    xx = cos * dice.zoom_x
    xy = (-cos * np.sin(slant) - sin * np.cos(slant)) * dice.zoom_y
    yx = sin * dice.zoom_x
    yy = (-sin * np.sin(slant) + cos * np.cos(slant)) * dice.zoom_y
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    # The rotation turns the shift too; the middle of the picture moves by nothing else.
    offset_x = cos * dice.shift_x - sin * dice.shift_y + middle_x - xx * middle_x - xy * middle_y
    offset_y = sin * dice.shift_x + cos * dice.shift_y + middle_y - yx * middle_x - yy * middle_y
    rows = np.stack([yy, yx, offset_y], axis=-1)
    columns = np.stack([xy, xx, offset_x], axis=-1)
    return np.stack([rows, columns], axis=1)


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    return warp(images, matrices(dice, *images.shape[1:3]))
