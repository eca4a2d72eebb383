"""What a policy is, and several of them as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

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


def chain(policies: Sequence[Policy]) -> Policy:
    """Those policies one after the other, the dice of each from a random stream of its own; at most one may mix."""
    mixing = [(place, policy.mix) for place, policy in enumerate(policies) if policy.mix is not None]

    def throw(rng: np.random.Generator, images: Images) -> list[Any]:
        streams = rng.spawn(len(policies))
        return [policy.throw(stream, images) for policy, stream in zip(policies, streams, strict=True)]

    def move(images: Images, dice: list[Any]) -> Images:
        for policy, own in zip(policies, dice, strict=True):
            images = policy.move(images, own)
        return images

    def mix(labels: Labels, dice: list[Any]) -> Mixed:
        [(place, own)] = mixing
        return own(labels, dice[place])

    return Policy(throw, move, mix if mixing else None)
