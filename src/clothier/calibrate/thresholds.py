"""The three thresholds behind a verdict, each learned from held-out images so that it keeps a promise."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from clothier.values import Floats, Labels

Doubles = npt.NDArray[np.float64]

RIGHT = 0.95  # of the plain answers, at least
COVERED = 0.95  # of the sets of classes hold the true one, at least
ACCEPTED = 0.95  # of the known photos are not called unlike, at least
LEVEL = 0.9  # of the one-sided bound behind RIGHT: few photos prove little


def plain(confidence: Doubles, right: Doubles, weights: Doubles) -> float:
    """The lowest confidence from which at least RIGHT of the answers are right, by the lower end of a one-sided
    interval at LEVEL; infinity where none is. `confidence`, `right` (0 or 1) and `weights` are (n,).

    Source: C. Clopper and E. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
    binomial", 1934; with weights below 1, for views of one photo, counts are sums of weights.
    """
    from scipy.stats import beta  # of the extra `train`: predicting needs the rest of this room alone

    order = np.argsort(-confidence, kind="stable")
    counts = np.cumsum(weights[order])
    rights = np.cumsum((weights * right)[order])
    wrongs = np.maximum(counts - rights, 0)
    bound = beta.ppf(1 - LEVEL, np.maximum(rights, 1e-9), wrongs + 1)
    confidence = confidence[order]
    is_last = np.append(confidence[1:] != confidence[:-1], True)  # of those that are equally confident
    enough = np.flatnonzero((bound >= RIGHT) & is_last)
    return float(confidence[enough[-1]]) if len(enough) else math.inf


def possible(probabilities: Floats, labels: Labels, weights: Doubles) -> float:
    """The probability from which a class belongs to the set, which then holds the true class in COVERED of the photos.
    0, so that every class belongs to it, where there are too few photos to tell.

    `probabilities` float32 (n, num_classes), `labels` int64 (n,), `weights` float64 (n,). Source: split conformal
    prediction with the score -p: M. Sadinle, J. Lei and L. Wasserman, "Least Ambiguous Set-Valued Classifiers With
    Bounded Error Levels", 2019.
    """
    scores = -probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return max(0.0, -upper(scores, weights, COVERED))


def upper(scores: Doubles, weights: Doubles, share: float) -> float:
    """The least score that is not exceeded by that share of new photos, with the correction for their number, n: the
    ceil((n + 1) share)-th of n. Infinity where n is too small for it."""
    number = float(weights.sum())
    wanted = math.ceil((number + 1) * share - 1e-9)
    if wanted > number + 1e-9:
        return math.inf
    order = np.argsort(scores, kind="stable")
    reached = np.searchsorted(np.cumsum(weights[order]), wanted - 1e-9)
    return float(scores[order][min(int(reached), len(scores) - 1)])


def set_sizes(probabilities: Floats, least: float) -> Labels:
    """int64 (n,): how many classes have that probability at least; 1 or more, and all where probabilities are NaN."""
    sizes = np.maximum((probabilities >= least).sum(axis=1), 1)
    sizes[np.isnan(probabilities).any(axis=1)] = probabilities.shape[1]
    return np.asarray(sizes, np.int64)
