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
        columns = _columns(colours)
        shares = _shares(columns, weights, _centres(columns, weights))
        shares = shares[shares.sum(axis=1) > LEAST_SHARE * weights.sum()]
        sums = shares.sum(axis=1)
        means = shares @ columns.T / sums[:, np.newaxis]
        away = columns - means[..., np.newaxis]
        spread = (away * shares[:, np.newaxis]) @ away.transpose(0, 2, 1) / sums[:, np.newaxis, np.newaxis]
        lower = np.linalg.cholesky(spread.astype(np.float64) + VARIANCE * np.eye(3))
        levels = np.log(sums / weights.sum()) - np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
        whitening = np.linalg.inv(lower).transpose(0, 2, 1)
        return cls(*(np.asarray(part, np.float32) for part in (means, whitening, levels)))

    def log_density(self, colours: Floats) -> Floats:
        """The logarithm of the density at colours (n, 3), but for a constant all mixtures share: float32 (n,)."""
        away = _columns(colours) - self.means[..., np.newaxis]
        far = np.square(self.whitening.transpose(0, 2, 1) @ away).sum(axis=1)
        each = self.levels[:, np.newaxis] - far / 2
        highest = each.max(axis=0)
        return np.asarray(highest + np.log(np.exp(each - highest).sum(axis=0)), np.float32)


def _columns(colours: Floats) -> Floats:
    """Colours (n, 3) as (3, n): along an axis of three NumPy takes ten times as long."""
    return np.ascontiguousarray(colours.T)


def _centres(columns: Floats, weights: Floats) -> Floats:
    """Where the distributions begin: the mean, then again and again the heaviest colour far from those before, and
    then k-means. `columns` are colours (3, n)."""
    centres = [columns @ weights / weights.sum()]
    distance = np.full(len(weights), FARTHEST**2, np.float32)
    for _ in range(COMPONENTS - 1):
        away = np.square(columns - centres[-1][:, np.newaxis]).sum(axis=0)
        distance = np.minimum(distance, away)
        centres.append(columns[:, np.argmax(distance * weights)])
    made = np.array(centres, np.float32)
    for _ in range(PASSES):
        shares = _shares(columns, weights, made)
        sums = shares.sum(axis=1)
        some = sums > 0
        made[some] = (shares @ columns.T)[some] / sums[some, np.newaxis]
    return made


def _shares(columns: Floats, weights: Floats, centres: Floats) -> Floats:
    """The weights (n,) of colours (3, n), each in the row of the centre nearest to it and 0 in the others: (k, n)."""
    distances = np.square(centres).sum(axis=1)[:, np.newaxis] - 2 * centres @ columns
    nearest = distances.argmin(axis=0) == np.arange(len(centres))[:, np.newaxis]
    return np.asarray(nearest * weights, np.float32)
