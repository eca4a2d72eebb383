"""A split -> shuffled, augmented uint8 batches: a function of (seed, epoch), so a resumed run sees the same."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from clothier.augment import Policy
from clothier.values import Images, Split, Targets

# Each use of the seed in an epoch has a number of its own, so that no two share their random draws.
# Dropout has 1, in the backend.
SHUFFLE, AUGMENT = 0, 2


def batches(
    split: Split, batch_size: int, *, seed: int, epoch: int, policy: Policy | None = None
) -> Iterator[tuple[Images, Targets]]:
    """Every image once, in a shuffled order: uint8 (b, height, width, channels) and labels, int64 (b,) or, from a
    policy that mixes images, Mixed; the last batch may be smaller. The next batch is made on another thread while the
    caller works on this one."""
    order = np.random.default_rng([seed, epoch, SHUFFLE]).permutation(len(split))

    def make(index: int) -> tuple[Images, Targets]:
        rows = order[index * batch_size : (index + 1) * batch_size]
        images, labels = split.images[rows], split.labels[rows]
        if policy is None:
            return images, labels
        return policy(np.random.default_rng([seed, epoch, AUGMENT, index]), images, labels)

    num_batches = -(-len(split) // batch_size)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches") as worker:
        upcoming = worker.submit(make, 0)
        for index in range(num_batches):
            batch = upcoming.result()
            if index + 1 < num_batches:
                upcoming = worker.submit(make, index + 1)
            yield batch
