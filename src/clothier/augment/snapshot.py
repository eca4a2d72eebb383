"""The same thing photographed another time: nearer or further, turned a little, mirrored or not, in other light.

Milder than `photo`: most of the thing stays in the picture. Crops of 70 % of a side and more keep what tells clothes
apart, such as sleeves and hems. Source of drawing brightness, contrast and saturation: A. Krizhevsky's cuda-convnet2,
as described by A. Howard, "Some Improvements on Deep Convolutional Neural Network Based Image Classification", 2013.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.augment.affine import Matrices, warp
from clothier.values import Floats, Images

SCALES = (0.7, 1.1)  # sides of the crop, in sides of the picture
STRETCH = 1.13  # the most that one side is made longer than the other
ANGLE = 12.0  # degrees, either way
LIGHT = 1.35  # the most that brightness, contrast and saturation change by, as a factor


@dataclass(frozen=True, eq=False)
class Dice:
    """Each for n images: `matrices` float64 (n, 2, 3), `light` float32 (n, 3), factors of brightness, contrast and
    saturation."""

    matrices: Matrices
    light: Floats


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape

    def factors(most: float, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
        return np.exp(rng.uniform(-np.log(most), np.log(most), shape))

    scale = np.exp(rng.uniform(np.log(SCALES[0]), np.log(SCALES[1]), num_images))
    stretch = factors(STRETCH, (num_images,))
    angle = np.deg2rad(rng.uniform(-ANGLE, ANGLE, num_images))
    mirror = np.where(rng.random(num_images) < 0.5, -1.0, 1.0)
    room = np.maximum(0.0, 1 - scale) / 2
    middle = rng.uniform(-1, 1, (2, num_images)) * room
    matrices = np.empty((num_images, 2, 3))
    matrices[:, 0, 0] = np.cos(angle) * scale / stretch
    matrices[:, 0, 1] = -np.sin(angle) * scale * mirror * stretch
    matrices[:, 1, 0] = np.sin(angle) * scale / stretch
    matrices[:, 1, 1] = np.cos(angle) * scale * mirror * stretch
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    matrices[:, :, 2] = centre + middle.T * [height, width] - matrices[:, :, :2] @ centre
    return Dice(matrices, factors(LIGHT, (num_images, 3)).astype(np.float32))


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied. What lay outside the picture takes the nearest pixel of its edge."""
    moved = warp(images, dice.matrices)
    for image, (brightness, contrast, saturation) in zip(moved, dice.light, strict=True):
        pixels = image.astype(np.float32)
        grey = pixels.mean(axis=2, keepdims=True)
        pixels = grey + (pixels - grey) * saturation
        mean = grey.mean()
        pixels = ((pixels - mean) * contrast + mean) * brightness
        np.clip(pixels + np.float32(0.5), 0, 255, out=pixels)
        image[...] = pixels.astype(np.uint8)
    return moved
