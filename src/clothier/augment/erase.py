"""Random erasing: a rectangle of noise over every other image.

Source: Zhong et al., "Random Erasing Data Augmentation", 2017, algorithm 1, with the values of its experiments and
each pixel of the rectangle a random grey level (RE-R, the best of the fillings compared there).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clothier.augment.boxes import Boxes, paste
from clothier.values import Images

PROBABILITY = 0.5  # that an image is erased
AREA = (0.02, 0.4)  # of the picture's
ASPECT = (0.3, 1 / 0.3)  # height / width; the published bounds, drawn uniformly as they are published
ATTEMPTS = 100  # at a rectangle that fits; then the image stays whole: in a very narrow picture none does


@dataclass(frozen=True, eq=False)
class Dice:
    """A box and uint8 noise of the image's shape for each image."""

    boxes: Boxes
    noise: Images


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape
    boxes = np.zeros((num_images, 4), np.int64)
    waiting = np.flatnonzero(rng.random(num_images) < PROBABILITY)
    for _ in range(ATTEMPTS):
        area = rng.uniform(*AREA, len(waiting)) * height * width
        aspect = rng.uniform(*ASPECT, len(waiting))
        drawn = np.stack(
            [
                rng.integers(0, height, len(waiting)),
                rng.integers(0, width, len(waiting)),
                np.rint(np.sqrt(area * aspect)).astype(np.int64),
                np.rint(np.sqrt(area / aspect)).astype(np.int64),
            ],
            axis=1,
        )
        fits = (drawn[:, 0] + drawn[:, 2] <= height) & (drawn[:, 1] + drawn[:, 3] <= width)
        boxes[waiting[fits]] = drawn[fits]
        waiting = waiting[~fits]
        if not len(waiting):
            break
    return Dice(boxes, rng.integers(0, 256, images.shape, dtype=np.uint8))


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    return paste(images, dice.boxes, dice.noise)
