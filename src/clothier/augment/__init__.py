"""uint8 batches -> uint8 batches, with the dice apart from the pixels.

To add a policy: one file with `throw(rng, images) -> dice` and `move(images, dice) -> images`, one line in
POLICIES.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from clothier.augment import article
from clothier.errors import unknown_name
from clothier.values import Images

Policy = Callable[[np.random.Generator, Images], Images]


def _policy(
    throw: Callable[[np.random.Generator, Images], Any], move: Callable[[Images, Any], Images]
) -> Policy:
    return lambda rng, images: move(images, throw(rng, images))


POLICIES: dict[str, Policy] = {
    "article": _policy(article.throw, article.move),
}


def get(name: str) -> Policy:
    """The policy of that name; InputError naming the nearest where there is none."""
    if name not in POLICIES:
        raise unknown_name("augmentation policy", name, POLICIES)
    return POLICIES[name]
