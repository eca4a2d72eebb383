"""Rows held out of a split, the same share of each class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clothier.values.arrays import Labels

Rows = npt.NDArray[np.int64]


def hold_out_of_each(rows: Rows, labels: Labels, seed: int, share: float) -> tuple[Rows, Rows]:
    """(kept, held), int64, each in an order drawn by the seed: that share of each class, rounded, is held out of the
    rows, and one row at least. `labels` are those of the rows."""
    rng = np.random.default_rng(seed)
    held = np.zeros(len(rows), bool)
    for label, count in enumerate(np.bincount(labels).tolist()):
        if count:
            members = rng.permutation(np.flatnonzero(labels == label))
            held[members[: max(1, round(share * count))]] = True
    order = rng.permutation(len(rows))
    return rows[order[~held[order]]], rows[order[held[order]]]
