"""A published figure, which is of one run, beside those of our runs: is the difference more than chance?

Sources: G. J. Hahn and W. Q. Meeker, "Statistical Intervals", 1991, chapter 4 (the prediction interval for one further
observation); B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
involved", Biometrika 34, 1947 (its degrees of freedom where the noise of test sets is added).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Comparison:
    """A published figure beside the mean of ours. `interval` is where 95 % of further runs lie, were they run as the
    published one was; None where the noise is not known. `short` is how far our mean falls short of the published
    figure: of an accuracy how far below it lies, of a loss how far above; 0 or less where it does not.
    """

    published: float
    mean: float
    interval: tuple[float, float] | None
    short: float

    @property
    def verdict(self) -> str:
        """reached, within chance, missed, or unclear where the noise is not known."""
        if round(self.short, 4) <= 0:
            return "reached"
        if self.interval is None:
            return "unclear"
        low, high = self.interval
        return "within chance" if low <= self.published <= high else "missed"


def compare(
    published: float,
    ours: Sequence[float],
    *,
    alike: bool,
    num_images: int = 0,
    smaller_is_better: bool = False,
) -> Comparison:
    """A published figure beside ours, of one seed or more.

    If the published run was made as each of ours (`alike`: on the same test images, or each run on its own random draw
    of them), it is one more observation from their distribution, and their spread alone gives the interval, by
    Student's t. Otherwise its test images are others than those that ours share. For an accuracy, the binomial noise of
    both test sets of `num_images` images is then added. A little of it is in the spread of ours too, so the interval is
    somewhat wide. For a loss (`num_images` 0) that noise is not known, and there is no interval. One seed alone has no
    spread: the interval then has the binomial noise alone, and is too narrow.
    """
    mean, count = statistics.fmean(ours), len(ours)
    short = mean - published if smaller_is_better else published - mean
    variances = []  # (variance, degrees of freedom)
    if count > 1:
        variances.append((statistics.variance(ours) * (1 + 1 / count), count - 1.0))
    if num_images and (count == 1 or not alike):
        variances += [(share * (1 - share) / num_images, math.inf) for share in (published, mean)]
    if not variances or (not alike and not num_images):
        return Comparison(published, mean, None, short)
    reach = _reach(variances)
    return Comparison(published, mean, (mean - reach, mean + reach), short)


def _reach(variances: Sequence[tuple[float, float]]) -> float:
    """Half the interval's width, of noise that is the sum of independent parts."""
    from scipy.special import stdtrit  # scipy takes a while to import

    total = sum(variance for variance, _ in variances)
    uncertain = sum(variance**2 / freedom for variance, freedom in variances)
    normal = statistics.NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    t = float(stdtrit(total**2 / uncertain, (1 + CONFIDENCE) / 2)) if uncertain else normal
    return t * math.sqrt(total)
