"""Copies: the same file twice, and pictures that differ in nothing but size, compression or light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from clothier.checking.material import Material

# Of 64 bits, those in which the hashes of two copies may differ. Of unlike photos, 32 differ, and seldom fewer than 18.
MOST_BITS = 10
NEIGHBOURS = 8  # of each picture, of which some may be copies
# What is left of the difference of two copies once light and contrast are fitted, as a share of their contrast.
# Of 3,409 photos of clothes, two copies left 0.005, and of all other pairs none below 0.23.
MOST_LEFT = 0.2
# In 12,000 images of Fashion-MNIST, 92 pairs of different things leave less than 0.2, and 5 less than 0.1.
MOST_LEFT_SMALL, SMALL = 0.1, 64  # of images below so many pixels
MOST_GAIN = 2.0  # how much more contrast one of two copies may have

_BLOCK = 512  # pairs compared at once
_AT_ONCE = 2**19  # hashes compared at once: what the cache of a core holds

Pairs = npt.NDArray[np.int64]  # (n, 2), the smaller row first


def exact(keys: Sequence[str]) -> list[list[int]]:
    """The rows with the same key, where there are two or more, in order."""
    groups: dict[str, list[int]] = {}
    for row, key in enumerate(keys):
        groups.setdefault(key, []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def near(material: Material) -> Pairs:
    """Pairs of pictures whose hashes differ in few bits, and whose small copies differ in light and contrast alone."""
    looks = material.looks
    # One picture of those with the same pixels is compared, so that many of them leave room for others.
    _, first = np.unique(looks.digests, return_index=True)
    first = np.sort(first[(looks.high - looks.low)[first] > 0])
    if len(first) <= 1:
        return np.empty((0, 2), np.int64)
    pairs = np.unique(np.sort(first[_near_in_bits(looks.bits[first])], axis=1), axis=0)
    is_small = min(material.dataset.image_shape[:2]) < SMALL
    return pairs[left_over(looks.small, pairs) <= (MOST_LEFT_SMALL if is_small else MOST_LEFT)]


def _near_in_bits(bits: npt.NDArray[np.bool_]) -> Pairs:
    """Each row, of bool (n, 64), with those that differ from it in at most MOST_BITS, the nearest NEIGHBOURS of them,
    of equally near ones the first."""
    codes = np.packbits(bits, axis=1).view(np.uint64)[:, 0]
    size = max(1, _AT_ONCE // len(codes))
    found = []
    for start in range(0, len(codes), size):
        apart = np.bitwise_count(codes[start : start + size, np.newaxis] ^ codes)
        one, other = np.divmod(np.flatnonzero(apart <= MOST_BITS), len(codes))
        distance = apart[one, other]
        one += start
        is_other = one != other
        one, other, distance = one[is_other], other[is_other], distance[is_other]
        order = np.lexsort((other, distance, one))
        one, other = one[order], other[order]
        rank = np.arange(len(one)) - np.searchsorted(one, one)
        found.append(np.stack([one, other], axis=1)[rank < NEIGHBOURS])
    return np.concatenate(found)


def left_over(small: npt.NDArray[np.uint8], pairs: Pairs) -> npt.NDArray[np.float64]:
    """How much of the difference of each pair is left once one is fitted to the other by light and contrast, as a share
    of their contrast, in [0, 1]: the sine of the angle between their deviations from their means. It is 1 where one has
    more than MOST_GAIN times the contrast of the other."""
    left = np.empty(len(pairs))
    for start in range(0, len(pairs), _BLOCK):
        block = pairs[start : start + _BLOCK]
        a, b = (small[rows].reshape(len(block), -1).astype(np.float64) for rows in block.T)
        a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
        one, other = (np.sqrt(np.square(each).sum(axis=1)) for each in (a, b))
        alike = (np.minimum(one, other) > 0) & (np.maximum(one, other) <= MOST_GAIN * np.minimum(one, other))
        cosine = np.where(alike, (a * b).sum(axis=1) / np.where(alike, one * other, 1), 0)
        left[start : start + _BLOCK] = np.sqrt(np.maximum(0, 1 - np.square(np.maximum(cosine, 0))))
    return left


def components(material: Material) -> npt.NDArray[np.int64]:
    """A number for each picture, the same for copies, exact ones and near ones, and for copies of copies."""
    keys = material.files.digests if material.files else material.looks.digests
    chains = [(group[0], row) for group in exact(keys) for row in group[1:]]
    chains += [(group[0], row) for group in exact(material.looks.digests) for row in group[1:]]
    return joined([*chains, *map(tuple, near(material).tolist())], len(material))


def joined(pairs: Sequence[tuple[int, ...]], count: int) -> npt.NDArray[np.int64]:
    """The number of the group of each of `count` rows, where pairs are of one group."""
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends), bool), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def groups(group_of: npt.NDArray[np.int64]) -> list[list[int]]:
    """The rows of each group of two or more, in the order of their first rows."""
    order = np.argsort(group_of, kind="stable")
    counts = np.bincount(group_of)
    parts = np.split(order, np.cumsum(counts)[:-1])
    return sorted((part.tolist() for part in parts if len(part) > 1), key=lambda part: part[0])
