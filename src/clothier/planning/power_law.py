"""Errors at a few sizes -> the power law a * n**-b + c through them, and what it says of other sizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Exponents that are tried. Learning curves of classifiers fall by 0.1 to 0.7 with pauses and never faster than 1/n.
# Source: T. Viering and M. Loog, "The Shape of Learning Curves: a Review", 2021, section 4.
_EXPONENTS = np.geomspace(0.05, 1.0, 40)
_LEAST_POINTS = 4  # of the law with c, which has three numbers
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Laws:
    """Of r replicates: errors at n are `scale * (n / unit)**-exponent + floor`, each float64 (r,)."""

    scale: Numbers
    exponent: Numbers
    floor: Numbers
    unit: float

    def errors(self, sizes: Numbers) -> Numbers:
        """float64 (r, len(sizes))."""
        ratio = np.asarray(sizes, np.float64)[np.newaxis] / self.unit
        return self.scale[:, np.newaxis] * ratio ** -self.exponent[:, np.newaxis] + self.floor[:, np.newaxis]

    def sizes_for(self, error: float) -> Numbers:
        """The sizes at which the errors have fallen to that one, float64 (r,); infinite where they never do."""
        above = error - self.floor
        reachable = above > 0
        ratio = np.where(reachable, self.scale / np.where(reachable, above, 1.0), np.inf)
        with np.errstate(over="ignore"):
            return self.unit * ratio ** (1 / self.exponent)


def fit(sizes: Numbers, errors: Numbers, weights: Numbers, has_floor: bool, may_rise: bool = False) -> Laws:
    """The laws nearest to errors float64 (r, s) at s sizes, in the least weighted squares; without a floor, c is 0.
    Errors fall, or stay as they are, unless they `may_rise`.

    For each exponent the best scale and floor are known in closed form, so that the best of all is found for certain.
    """
    unit = float(sizes[-1])
    best = np.full(len(errors), np.inf)
    found = np.zeros((3, len(errors)))
    for exponent in _EXPONENTS:
        fallen = (sizes / unit) ** -exponent
        for scale, floor in _candidates(fallen, errors, weights, has_floor):
            left = errors - scale[:, np.newaxis] * fallen - floor[:, np.newaxis]
            squares = (weights * left**2).sum(axis=1)
            squares = np.where((may_rise | (scale >= 0)) & (floor >= 0), squares, np.inf)
            better = squares < best
            best = np.where(better, squares, best)
            found[:, better] = np.stack([scale, np.full(len(scale), exponent), floor])[:, better]
    return Laws(found[0], found[1], found[2], unit)


def _candidates(
    fallen: Numbers, errors: Numbers, weights: Numbers, has_floor: bool
) -> list[tuple[Numbers, Numbers]]:
    """(scale, floor) of the least squares, and of those with no floor, and with a floor alone."""
    nothing = np.zeros(len(errors))
    bare = ((weights * fallen * errors).sum(axis=1) / (weights * fallen**2).sum(), nothing)
    if not has_floor:
        return [bare]
    total = weights.sum()
    mean, means = (weights * fallen).sum() / total, (weights * errors).sum(axis=1) / total
    slopes = (weights * (fallen - mean) * (errors - means[:, np.newaxis])).sum(axis=1)
    slopes = slopes / max((weights * (fallen - mean) ** 2).sum(), 1e-300)
    return [bare, (slopes, means - slopes * mean), (nothing, means)]


def replicates(
    sizes: Numbers, errors: Numbers, rng: np.random.Generator, of_part: bool = False
) -> Laws | None:
    """A law for each replicate of errors, float64 (r, s) at s rising sizes; None where these are too few. What form the
    law has is not known either: of each replicate chance decides how many of the smallest sizes count, and whether
    there is a floor. Where the errors are `of_part`, with only a part of the training images growing, there always is
    one, and errors may rise."""
    choices = [
        (skipped, has_floor)
        for has_floor in ((True,) if of_part else (False, True))
        for skipped in range(3)
        if len(sizes) - skipped >= (_LEAST_POINTS if has_floor else _LEAST_POINTS - 1)
    ]
    if not choices:
        return None
    # Curves of classifiers bend more often than not: a law without a floor promises too much.
    choices += [choice for choice in choices if choice[1]]
    chosen = rng.integers(0, len(choices), len(errors))
    mean = np.clip(errors.mean(axis=0), 1e-4, None)
    weights = 1 / (mean * (1 - np.minimum(mean, 0.99)))  # as the variances of shares
    found = np.zeros((3, len(errors)))
    for number, (skipped, has_floor) in enumerate(choices):
        rows = chosen == number
        laws = fit(sizes[skipped:], errors[rows][:, skipped:], weights[skipped:], has_floor, of_part)
        found[:, rows] = np.stack([laws.scale, laws.exponent, laws.floor])
    return Laws(found[0], found[1], found[2], float(sizes[-1]))
