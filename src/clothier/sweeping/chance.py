"""How far validation accuracies can be trusted of which the best was chosen.

Sources: G. C. Cawley and N. L. C. Talbot, "On Over-fitting in Model Selection and Subsequent Selection Bias in
Performance Evaluation", JMLR 11, 2010 (what is chosen on validation data is judged too well by them); B. Efron and
C. Morris, "Data Analysis Using Stein's Estimator and its Generalizations", JASA 70, 1975 (how much of a spread is
noise); H. A. David and H. N. Nagaraja, "Order Statistics", 2003, section 3.1 (the expected maximum); B. L. Welch, "The
generalization of 'Student's' problem when several different population variances are involved", Biometrika 34, 1947.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import norm, t

from clothier import evaluate
from clothier.reports.compare import SIGNIFICANT, mcnemar

Right = npt.NDArray[np.bool_]  # (seeds, images): which validation images were classified correctly
_STEPS = np.linspace(-8, 8, 4001)  # standard errors


@dataclass(frozen=True, eq=False)
class Judged:
    """The validation accuracies of a configuration, one for each seed, on `num_images` images. `right` is None where
    which images were correct is not known."""

    accuracies: tuple[float, ...]
    num_images: int
    right: Right | None = None

    @property
    def mean(self) -> float:
        return statistics.fmean(self.accuracies)

    @property
    def by_image(self) -> npt.NDArray[np.float64] | None:
        """The share of seeds that are right, for each image."""
        return None if self.right is None else self.right.mean(axis=0)

    @property
    def seed_variance(self) -> float:
        """Of the mean over seeds; 0 with one seed, whose luck is not known."""
        count = len(self.accuracies)
        return statistics.variance(self.accuracies) / count if count > 1 else 0.0

    @property
    def image_variance(self) -> float:
        """Of the accuracy, by the draw of the images."""
        return self.mean * (1 - self.mean) / self.num_images

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean accuracy: Wilson's with one seed. With several, Student's t from their spread
        and the binomial noise of the images, a little of which is in the spread too, so it is somewhat wide."""
        if len(self.accuracies) == 1:
            return evaluate.interval(round(self.mean * self.num_images), self.num_images)
        freedom = _freedom([(self.seed_variance, len(self.accuracies) - 1), (self.image_variance, math.inf)])
        reach = _quantile(freedom) * math.sqrt(self.seed_variance + self.image_variance)
        return max(0.0, self.mean - reach), min(1.0, self.mean + reach)


@dataclass(frozen=True)
class Difference:
    """How far one configuration is ahead of another in accuracy. `chance` is the probability of a difference as large
    between two that are equally good."""

    ahead: float
    chance: float

    @property
    def is_real(self) -> bool:
        return self.chance < SIGNIFICANT


def difference(first: Judged, second: Judged) -> Difference:
    """Of two configurations on the same images: the exact McNemar test with one seed; with several, Student's t from
    the spread of seeds and of the differences image by image. Where which images were correct is not known, accuracies
    count as independent, which finds fewer differences."""
    ahead = first.mean - second.mean
    if first.right is not None and second.right is not None and len(first.right) == len(second.right) == 1:
        one, other = first.right[0], second.right[0]
        return Difference(ahead, mcnemar(int((one & ~other).sum()), int((~one & other).sum())))
    variances = [(judged.seed_variance, len(judged.accuracies) - 1) for judged in (first, second)]
    variance = sum(variance for variance, _ in variances) + _paired_variance(first, second)
    if variance == 0:
        return Difference(ahead, 1.0 if ahead == 0 else 0.0)
    freedom = _freedom([*variances, (_paired_variance(first, second), math.inf)])
    return Difference(ahead, float(2 * t.sf(abs(ahead) / math.sqrt(variance), freedom)))


def noise(judged: Sequence[Judged]) -> float:
    """The standard error by which the accuracies of configurations move against each other: from the variance of the
    difference of two, halved, over all pairs. What moves all alike, such as images that none can classify, chooses
    nothing and is not in it."""
    pairs = [
        (a.seed_variance + b.seed_variance + _paired_variance(a, b)) / 2
        for place, a in enumerate(judged)
        for b in judged[place + 1 :]
    ]
    return math.sqrt(statistics.fmean(pairs)) if pairs else 0.0


def inflation(means: Sequence[float], error: float) -> float:
    """By how much, on average, the best of these accuracies is above what it would be on new images.

    `error` is the standard error of each, as `noise`. The true accuracies are taken to be as far apart as the spread of
    the means is more than noise (Efron and Morris); the result is the expected error of the one that comes out best.
    If the spread is nothing but noise, that is the expected maximum of as many normals.
    """
    values = np.asarray(means, np.float64)
    if len(values) < 2 or error <= 0:
        return 0.0
    spread = float(values.var(ddof=1))
    kept = max(0.0, 1 - error**2 / spread) if spread else 0.0
    true = (values.mean() + math.sqrt(kept) * (values - values.mean())) / error
    density = norm.pdf(_STEPS)
    total = 0.0
    for place, own in enumerate(true):
        others = np.delete(true, place)
        wins = np.prod([ndtr(own - other + _STEPS) for other in others], axis=0)
        total += float(np.trapezoid(_STEPS * density * wins, _STEPS))
    return error * total


def _paired_variance(first: Judged, second: Judged) -> float:
    one, other = first.by_image, second.by_image
    if one is None or other is None:
        return first.image_variance + second.image_variance
    return float((one - other).var(ddof=1)) / first.num_images if first.num_images > 1 else 0.0


def _freedom(variances: Sequence[tuple[float, float]]) -> float:
    """Degrees of freedom of a sum of independent variances (Welch)."""
    total = sum(variance for variance, _ in variances)
    uncertain = sum(variance**2 / freedom for variance, freedom in variances if variance)
    return total**2 / uncertain if uncertain else math.inf


def _quantile(freedom: float) -> float:
    return float(t.ppf(0.975, freedom) if math.isfinite(freedom) else norm.ppf(0.975))
