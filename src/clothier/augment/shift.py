"""Move each image by at most a 28th of its side: one pixel of Fashion-MNIST's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clothier.augment import crop_flip
from clothier.augment.crop_flip import Dice, move
from clothier.values import Images

MOST = 1 / 28  # of the height and of the width

__all__ = ["MOST", "Dice", "move", "throw"]


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent, every place as likely as the others."""
    dice = crop_flip.throw(rng, images, MOST)
    return replace(dice, flip=np.zeros(len(images), np.bool_))
