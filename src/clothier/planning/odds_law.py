"""Errors of one class by its number of images -> odds (n / unit)**-exponent * scale through them.

With a class's share of the training images, the bias towards it grows, by the logarithm of their number: so it is the
odds of its errors that fall as a power, and the errors themselves fall slowly, fast and slowly again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_LEAST_POINTS = 2
_LEAST = 1e-4  # errors that are told from none
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OddsLaws:
    """Of r replicates: log odds at n are `level - slope * log(n / unit)`, each float64 (r,), slopes 0 or more."""

    level: Numbers
    slope: Numbers
    unit: float

    def errors(self, sizes: Numbers) -> Numbers:
        """float64 (r, len(sizes))."""
        away = np.log(np.asarray(sizes, np.float64) / self.unit)[np.newaxis]
        return 1 / (1 + np.exp(-(self.level[:, np.newaxis] - self.slope[:, np.newaxis] * away)))


def replicates(sizes: Numbers, errors: Numbers, rng: np.random.Generator) -> OddsLaws | None:
    """A law for each replicate of errors, float64 (r, s) at s rising sizes; None where these are too few. Of each
    replicate chance decides how many of the smallest sizes count."""
    most = min(2, len(sizes) - _LEAST_POINTS)
    if most < 0:
        return None
    errors = np.clip(errors, _LEAST, 1 - _LEAST)
    odds, unit = np.log(errors / (1 - errors)), float(sizes[-1])
    away = np.log(sizes / unit)
    chosen = rng.integers(0, most + 1, len(errors))
    level, slope = np.zeros(len(errors)), np.zeros(len(errors))
    for skipped in range(most + 1):
        rows = chosen == skipped
        some, left = away[skipped:], errors[rows][:, skipped:]
        weights = left * (1 - left)  # the inverse variances of log odds
        weights = weights / weights.sum(axis=1, keepdims=True)
        mean = (weights * some).sum(axis=1, keepdims=True)
        around = some - mean
        centre = (weights * odds[rows][:, skipped:]).sum(axis=1)
        spread = np.maximum((weights * around**2).sum(axis=1), 1e-12)
        falling = np.maximum(0.0, -(weights * around * odds[rows][:, skipped:]).sum(axis=1) / spread)
        level[rows], slope[rows] = centre + falling * mean[:, 0], falling
    return OddsLaws(level, slope, unit)
