"""Linear discriminant analysis, a classifier that is fitted from sums, so that it costs little to vary the data.

Sums of two sets of rows add up to those of both, so nested subsets, and sets without one class, need no second pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.values import Floats, Labels

_STEPS = np.logspace(-6, 1, 15)  # penalties that are tried, as parts of the largest eigenvalue
_BLOCK = 4096
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sums:
    """`counts` (k,) of rows, `sums` (d, k) of the vectors of each class, and `products` (d, d) of all of them."""

    counts: Numbers
    sums: Numbers
    products: Numbers

    @classmethod
    def of(cls, vectors: Floats, labels: Labels, rows: Labels, num_classes: int) -> Sums:
        """Those of some of the rows."""
        width = vectors.shape[1]
        sums, products = np.zeros((width, num_classes)), np.zeros((width, width))
        for start in range(0, len(rows), _BLOCK):
            part = rows[start : start + _BLOCK]
            block = vectors[part]
            products += block.T @ block
            sums += block.T @ np.eye(num_classes, dtype=np.float32)[labels[part]]
        counts = np.bincount(labels[rows], minlength=num_classes).astype(np.float64)
        return cls(counts, sums, products)

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.counts + other.counts, self.sums + other.sums, self.products + other.products)

    def __sub__(self, other: Sums) -> Sums:
        return Sums(self.counts - other.counts, self.sums - other.sums, self.products - other.products)


@dataclass(frozen=True, eq=False)
class Discriminant:
    """Scores of rows are `vectors @ weights + bias`; the class with the highest is predicted."""

    weights: Floats
    bias: Floats
    penalty: float

    def predict(self, vectors: Floats) -> Labels:
        return np.asarray((vectors @ self.weights + self.bias).argmax(axis=1), np.int64)


def fit(sums: Sums, penalty: float | None = None) -> Discriminant:
    """The classifier of those rows, which takes the classes for normal distributions of one covariance, to whose
    diagonal the penalty is added. Without one, it is the penalty that suits ridge regression on one-hot labels by
    generalised cross-validation: both classifiers have the same directions.

    Source: G. Golub, M. Heath and G. Wahba, "Generalized cross-validation as a method for choosing a good ridge
    parameter", 1979.
    """
    if penalty is None:
        penalty = _chosen(sums)
    total, counts = sums.counts.sum(), np.maximum(sums.counts, 1)
    means = sums.sums / counts
    within = sums.products - sums.sums @ means.T
    weights = total * np.linalg.solve(within + penalty * np.eye(len(within)), means)
    with np.errstate(divide="ignore"):  # a class without rows is never predicted
        bias = np.log(sums.counts / total) - (means * weights).sum(axis=0) / 2
    return Discriminant(weights.astype(np.float32), bias.astype(np.float32), penalty)


def _chosen(sums: Sums) -> float:
    total = sums.counts.sum()
    mean, shares = sums.sums.sum(axis=1) / total, sums.counts / total
    products = sums.products - total * np.outer(mean, mean)
    targets = sums.sums - total * np.outer(mean, shares)
    values, vectors = np.linalg.eigh(products)
    values = np.maximum(values, 0.0)
    squares = np.square(vectors.T @ targets).sum(axis=1)
    spread = float((sums.counts * (1 - shares)).sum())  # of the one-hot labels around their means
    penalties = _STEPS * max(float(values.max()), 1e-9)
    kept = values + penalties[:, np.newaxis]
    left = spread - (squares * (2 / kept - values / kept**2)).sum(axis=1)
    freedom = 1 - ((values / kept).sum(axis=1) + 1) / total
    scores = np.where(freedom > 1e-3, left / np.maximum(freedom, 1e-3) ** 2, np.inf)
    return float(penalties[int(scores.argmin())])
