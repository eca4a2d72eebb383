"""CutMix: a rectangle of another image of the batch over every other image, and as much of its label.

Source: Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", 2019,
section 3.1: shares uniform in [0, 1], the rectangle shaped like the picture and cut off at its edges; PROBABILITY
from the authors' own code for small pictures (CIFAR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.augment.boxes import Boxes, paste
from clothier.values import Floats, Images, Labels, Mixed

PROBABILITY = 0.5  # that an image gets a rectangle


@dataclass(frozen=True, eq=False)
class Dice:
    """For each image: int64 number of the one it takes its box from, the box, and the float32 share of the area that
    stays its own."""

    partners: npt.NDArray[np.int64]
    boxes: Boxes
    shares: Floats


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape
    side = np.sqrt(rng.random((num_images,))) * (rng.random((num_images,)) < PROBABILITY)  # of the picture's

    def draw(length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(begin, end) of the rectangle along one axis."""
        middle, half = rng.integers(0, length, (num_images,)), side * length / 2
        begin, end = np.floor(middle - half + 0.5), np.floor(middle + half + 0.5)
        return np.clip(begin, 0, length).astype(np.int64), np.clip(end, 0, length).astype(np.int64)

    (top, bottom), (left, right) = draw(height), draw(width)
    boxes = np.stack([top, left, bottom - top, right - left], axis=1)
    covered = boxes[:, 2] * boxes[:, 3] / (height * width)
    return Dice(rng.integers(0, num_images, (num_images,)), boxes, (1 - covered).astype(np.float32))


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    return paste(images, dice.boxes, images[dice.partners])


def mix(labels: Labels, dice: Dice) -> Mixed:
    """Labels int64 (n,) mixed as the areas are."""
    return Mixed(labels, labels[dice.partners], dice.shares)
