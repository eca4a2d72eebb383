"""uint8 batches -> uint8 batches, with the dice apart from the pixels.

To add a policy: one file with `throw(rng, images) -> dice` and `move(images, dice) -> images`, and where images are
mixed `mix(labels, dice) -> Mixed`; one line in POLICIES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.augment import article, crop_flip, cutmix, erase, mixup, photo
from clothier.errors import unknown_name
from clothier.values import Images, Labels, Mixed, Targets


@dataclass(frozen=True)
class Policy:
    """Call it with a random generator, uint8 images (n, height, width, channels) and int64 labels (n,): gives new
    images of that shape, and what to train them towards. Dice are thrown for each image apart."""

    throw: Callable[[np.random.Generator, Images], Any]
    move: Callable[[Images, Any], Images]
    mix: Callable[[Labels, Any], Mixed] | None = None  # where images are mixed, their labels are too

    def __call__(self, rng: np.random.Generator, images: Images, labels: Labels) -> tuple[Images, Targets]:
        dice = self.throw(rng, images)
        return self.move(images, dice), self.mix(labels, dice) if self.mix else labels


POLICIES: dict[str, Policy] = {
    "article": Policy(article.throw, article.move),
    "crop-flip": Policy(crop_flip.throw, crop_flip.move),
    "cutmix": Policy(cutmix.throw, cutmix.move, cutmix.mix),
    "erase": Policy(erase.throw, erase.move),
    "mixup": Policy(mixup.throw, mixup.move, mixup.mix),
    "photo": Policy(photo.throw, photo.move),
}


def get(name: str) -> Policy:
    """The policy of that name; InputError naming the nearest where there is none."""
    if name not in POLICIES:
        raise unknown_name("augmentation policy", name, POLICIES)
    return POLICIES[name]
