"""Rows held out of a split, the same share of each class; groups of rows stay together if there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from clothier.values.arrays import Labels

Rows = npt.NDArray[np.int64]
_DRAWS = 10


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


def hold_out_groups(
    rows: Rows, labels: Labels, groups: Labels, seed: int, share: float, keep: int = 1
) -> tuple[Rows, Rows]:
    """As `hold_out_of_each`, but all rows of a group are kept or all are held out; so the share of a class is as near
    as its groups allow. `groups`, int64 (n,), are those of the rows. `keep` groups of each class are kept at least, and
    one is held out where more than those are there.

    Of some draws by the seed, the one is taken that brings the classes nearest to their shares: the sum of squared
    differences, each a part of its class. scikit-learn's StratifiedGroupKFold divides all groups into equal folds, and
    can leave a class of few groups out of a fold.
    """
    rng = np.random.default_rng(seed)
    members: dict[int, dict[int, int]] = {}  # rows of each class in each group
    for group, label in zip(groups.tolist(), labels.tolist(), strict=True):
        counts = members.setdefault(group, {})
        counts[label] = counts.get(label, 0) + 1
    sizes = np.bincount(labels).tolist()
    draws = [_draw(members, sizes, rng, share, keep) for _ in range(_DRAWS)]
    _, held = min(draws, key=lambda draw: draw[0])
    is_held = np.isin(groups, list(held))
    order = rng.permutation(len(rows))
    return rows[order[~is_held[order]]], rows[order[is_held[order]]]


def _draw(
    members: Mapping[int, Mapping[int, int]],
    sizes: Sequence[int],
    rng: np.random.Generator,
    share: float,
    keep: int,
) -> tuple[float, set[int]]:
    """(how far the classes are from their shares, the groups to hold out). Groups are gone through in an order by
    chance, so that large ones are as likely as small ones, and one is held out if that brings the classes nearer."""
    missing = [share * size for size in sizes]  # rows of each class that are still to be held out
    left = [0] * len(sizes)  # groups of each class that are kept
    for counts in members.values():
        for label in counts:
            left[label] += 1
    held: set[int] = set()

    def may_go(group: int) -> bool:
        return group not in held and all(left[label] > keep for label in members[group])

    def hold(group: int) -> None:
        held.add(group)
        for label, count in members[group].items():
            missing[label] -= count
            left[label] -= 1

    names = list(members)
    order = [names[place] for place in rng.permutation(len(names))]
    for group in order:
        change = sum(n * (n - 2 * missing[label]) / sizes[label] ** 2 for label, n in members[group].items())
        if change < 0 and may_go(group):
            hold(group)
    for label, size in enumerate(sizes):
        if size and missing[label] == share * size:  # no group is small enough
            able = [group for group in order if label in members[group] and may_go(group)]
            if able:
                hold(min(able, key=lambda group: sum(members[group].values())))
    distance = sum((missing[label] / size) ** 2 for label, size in enumerate(sizes) if size)
    return distance, held
