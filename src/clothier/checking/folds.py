"""Cross-validation: every picture is judged by a classifier that saw neither it nor a copy of it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.values import Floats, Labels

FOLDS = 5
SEED = 13
LEAST = 5  # pictures of a class, so that each fold can have one
# Inverse strength of the penalty on the weights of features, whose rows have a mean square length of 1; chosen on
# photos of clothes and on Fashion-MNIST.
PENALTY = 5.0

Rows = npt.NDArray[np.int64]


def folds(labels: Labels, group_of: Rows, seed: int = SEED) -> Rows:
    """The fold of each row, int64 (n,) in [0, FOLDS): each class is spread evenly, by `seed`, and rows of one group are
    in one fold."""
    _, first, group = np.unique(group_of, return_index=True, return_inverse=True)
    own = labels[first]
    shuffled = np.random.default_rng(seed).permutation(len(first))
    in_order = shuffled[np.argsort(own[shuffled], kind="stable")]
    of_group = np.empty(len(first), np.int64)
    of_group[in_order] = np.arange(len(first)) % FOLDS
    return of_group[group]


def probabilities(
    make: Callable[[], Any], vectors: Floats, labels: Labels, fold: Rows, num_classes: int
) -> Floats:
    """What the classifiers that `make` makes say of the rows that they have not seen, float32 (n, num_classes)."""
    from threadpoolctl import threadpool_limits

    said = np.zeros((len(labels), num_classes), np.float32)

    def fit(number: int) -> None:
        held = fold == number
        if not held.any() or held.all():
            return
        rows = np.flatnonzero(held)
        with threadpool_limits(1, user_api="openmp"):  # which counts for this thread alone
            classifier = make()
            classifier.fit(vectors[~held], labels[~held])
            said[np.ix_(rows, classifier.classes_)] = classifier.predict_proba(vectors[held])

    # A thread a fold: those of linear algebra, which wait for each other busily, would cost several times as much
    # processor time on a machine that has other work too.
    with warnings.catch_warnings(), threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        warnings.simplefilter("ignore")  # a few more steps would change nothing that is told
        list(pool.map(fit, range(FOLDS)))
    return said


def of_features(vectors: Floats, labels: Labels, fold: Rows, num_classes: int) -> Floats:
    """The same by logistic regression on features."""
    from sklearn.linear_model import LogisticRegression

    def make() -> Any:
        return LogisticRegression(C=PENALTY, max_iter=100, tol=1e-3)

    return probabilities(make, vectors, labels, fold, num_classes)


def recalls(labels: Labels, predicted: Labels, num_classes: int) -> tuple[npt.NDArray[Any], Rows]:
    """(the share of each class that is predicted correctly, float64 (k,), and its pictures int64 (k,)), of the classes
    that have pictures."""
    counts = np.bincount(labels, minlength=num_classes)
    correct = np.bincount(labels[labels == predicted], minlength=num_classes)
    there = counts > 0
    return correct[there] / counts[there], counts[there]


def balanced_accuracy(labels: Labels, predicted: Labels, num_classes: int) -> tuple[float, float, float]:
    """(balanced accuracy, the ends of its 95 % interval): the mean of the recalls, as if each were that of a sample of
    its own. Recalls of 0 and 1 are drawn in by a picture, so that none seems certain."""
    shares, counts = recalls(labels, predicted, num_classes)
    drawn_in = (shares * counts + 1) / (counts + 2)
    error = 1.96 * float(np.sqrt((drawn_in * (1 - drawn_in) / counts).sum())) / len(shares)
    mean = float(shares.mean())
    return mean, max(0.0, mean - error), min(1.0, mean + error)


def of_cue(numbers: Floats, labels: Labels, fold: Rows, num_classes: int) -> Floats:
    """The same of a few numbers of unknown shape, by a forest in which each class has the same weight."""
    from sklearn.ensemble import ExtraTreesClassifier

    def make() -> Any:
        return ExtraTreesClassifier(
            30, min_samples_leaf=3, class_weight="balanced", random_state=SEED, max_depth=16
        )

    return probabilities(make, numbers, labels, fold, num_classes)
