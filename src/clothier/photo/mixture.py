"""Colours as a mixture of normal distributions: learnt from weighted pixels, the same for the same pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

COMPONENTS = 5
VARIANCE = 8.0  # added to each variance, so that a plain colour still has neighbours
LEAST_SHARE = 0.005  # of all weight; fewer pixels say nothing about a distribution
FARTHEST = 50.0  # distance beyond which a colour is no stranger than another: else noise would lead
PASSES = 6  # of k-means


@dataclass(frozen=True, eq=False)
class Mixture:
    """The log density of `means` float32 (k, 3) is `levels` (k,) at most, and falls by half the squared length of
    `whitening` (k, 3, 3) times the distance from them."""

    means: Floats
    whitening: Floats
    levels: Floats

    @classmethod
    def of(cls, colours: Floats, weights: Floats | None = None) -> Mixture:
        """The mixture of colours float32 (n, 3) that count by weights (n,), one at least above 0, or all alike."""
        if weights is None:
            weights = np.ones(len(colours), np.float32)
        nearest = _nearest(colours, _centres(colours, weights))
        total, parts = weights.sum(), []
        for part in range(COMPONENTS):
            own = np.where(nearest == part, weights, 0)
            weight = own.sum()
            if weight > LEAST_SHARE * total:
                mean = own @ colours / weight
                away = colours - mean
                spread = (away * own[:, np.newaxis]).T @ away / weight + VARIANCE * np.eye(3)
                lower = np.linalg.cholesky(spread.astype(np.float64))
                level = np.log(weight / total) - np.log(np.diagonal(lower)).sum()
                parts.append((mean, np.linalg.inv(lower).T, level))
        means, whitening, levels = zip(*parts, strict=True)
        return cls(*(np.array(part, np.float32) for part in (means, whitening, levels)))

    def log_density(self, colours: Floats) -> Floats:
        """The logarithm of the density at colours (n, 3), but for a constant all mixtures share: float32 (n,)."""
        each = [
            level - np.square((colours - mean) @ white).sum(axis=1) / 2
            for mean, white, level in zip(self.means, self.whitening, self.levels, strict=True)
        ]
        highest = np.max(each, axis=0)
        return np.asarray(highest + np.log(np.exp(each - highest).sum(axis=0)), np.float32)


def _centres(colours: Floats, weights: Floats) -> Floats:
    """Where the distributions begin: the mean, then again and again the heaviest colour far from those before, and
    then k-means."""
    centres = [weights @ colours / weights.sum()]
    distance = np.square(colours - centres[0]).sum(axis=1)
    for _ in range(COMPONENTS - 1):
        centres.append(colours[np.argmax(np.minimum(distance, FARTHEST**2) * weights)])
        distance = np.minimum(distance, np.square(colours - centres[-1]).sum(axis=1))
    made = np.array(centres, np.float32)
    for _ in range(PASSES):
        nearest = _nearest(colours, made)
        for part in range(COMPONENTS):
            own = np.where(nearest == part, weights, 0)
            if own.sum() > 0:
                made[part] = own @ colours / own.sum()
    return made


def _nearest(colours: Floats, centres: Floats) -> npt.NDArray[np.intp]:
    distances: Floats = np.square(centres).sum(axis=1) - 2 * colours @ centres.T
    return np.asarray(distances.argmin(axis=1))
