"""What a policy is, and several of them as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.values import Images, Labels, Mixed, Targets


@dataclass(frozen=True, eq=False)
class Visit:
    """Which images of a training split these are, int64 (n,), in which epoch (counted from 1) of a run with that
    seed."""

    rows: npt.NDArray[np.int64]
    epoch: int
    seed: int


@dataclass(frozen=True)
class Policy:
    """Call it with a random generator, uint8 images (n, height, width, channels) and int64 labels (n,): gives new
    images of that shape, and what to train them towards. Dice are thrown for each image apart."""

    throw: Callable[[np.random.Generator, Images], Any]
    move: Callable[[Images, Any], Images]
    mix: Callable[[Labels, Any], Mixed] | None = None  # where images are mixed, their labels are too
    throw_for: Callable[[np.random.Generator, Images, Visit], Any] | None = (
        None  # instead, where it matters what earlier epochs threw
    )

    def __call__(
        self, rng: np.random.Generator, images: Images, labels: Labels, visit: Visit | None = None
    ) -> tuple[Images, Targets]:
        dice = self.cast(rng, images, visit)
        return self.move(images, dice), self.mix(labels, dice) if self.mix else labels

    def cast(self, rng: np.random.Generator, images: Images, visit: Visit | None) -> Any:
        """Dice for those images."""
        if self.throw_for is None or visit is None:
            return self.throw(rng, images)
        return self.throw_for(rng, images, visit)


def chain(policies: Sequence[Policy]) -> Policy:
    """Those policies one after the other, the dice of each from a random stream of its own; at most one may mix."""
    mixing = [(place, policy.mix) for place, policy in enumerate(policies) if policy.mix is not None]

    def throw(rng: np.random.Generator, images: Images, visit: Visit | None = None) -> list[Any]:
        streams = rng.spawn(len(policies))
        return [policy.cast(stream, images, visit) for policy, stream in zip(policies, streams, strict=True)]

    def move(images: Images, dice: list[Any]) -> Images:
        for policy, own in zip(policies, dice, strict=True):
            images = policy.move(images, own)
        return images

    def mix(labels: Labels, dice: list[Any]) -> Mixed:
        [(place, own)] = mixing
        return own(labels, dice[place])

    return Policy(throw, move, mix if mixing else None, throw)
