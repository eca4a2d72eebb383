"""Images or features -> shuffled batches, augmented perhaps: a function of (seed, epoch), the same when resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.augment import Visit
from clothier.values import Examples, Halves, Images, Labels, Targets, release

# Each use of the seed in an epoch has a number of its own, so that no two share their random draws.
# Dropout has 1, in the backend.
SHUFFLE, AUGMENT = 0, 2
Rows = npt.NDArray[np.int64]
# (dice, images or maps, labels, visit) -> (inputs, targets): an augment.Policy, or one of maps
Policy = Callable[[np.random.Generator, Any, Labels, Visit], tuple[Any, Targets]]


def shuffled(rows: Rows, seed: int, epoch: int) -> Rows:
    """Those rows in the epoch's order."""
    return rows[np.random.default_rng([seed, epoch, SHUFFLE]).permutation(len(rows))]


def batches(
    examples: Examples,
    batch_size: int,
    *,
    seed: int,
    epoch: int,
    policy: Policy | None = None,
    order: Rows | None = None,
) -> Iterator[tuple[Images | Halves, Targets]]:
    """Every example once in that order, or where there is none in the epoch's: inputs (b, ...) and labels, int64 (b,)
    or, from a policy that mixes them, Mixed; the last batch may be smaller. The next batch is made on another thread
    while the caller works on this one."""
    if order is None:
        order = shuffled(np.arange(len(examples)), seed, epoch)

    def make(index: int) -> tuple[Images | Halves, Targets]:
        rows = order[index * batch_size : (index + 1) * batch_size]
        inputs, labels = examples.inputs[rows], examples.labels[rows]
        release(examples.inputs)
        if policy is None:
            return inputs, labels
        dice = np.random.default_rng([seed, epoch, AUGMENT, index])
        return policy(dice, np.asarray(inputs), labels, Visit(rows, epoch, seed))

    num_batches = -(-len(order) // batch_size)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="batches") as worker:
        upcoming = worker.submit(make, 0)
        for index in range(num_batches):
            batch = upcoming.result()
            if index + 1 < num_batches:
                upcoming = worker.submit(make, index + 1)
            yield batch
