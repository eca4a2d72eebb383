"""Discriminant analysis from sums, against scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from clothier.planning import discriminant
from clothier.planning.discriminant import Sums
from clothier.values import Floats, Labels


def _drawn(count: int = 120) -> tuple[Floats, Labels]:
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, count)
    vectors = rng.standard_normal((count, 8)).astype(np.float32)
    vectors[np.arange(count), labels] += 2
    return vectors, labels.astype(np.int64)


def test_it_is_linear_discriminant_analysis() -> None:
    vectors, labels = _drawn()
    ours = discriminant.fit(Sums.of(vectors, labels, np.arange(120), 3), penalty=1e-9)
    theirs = LinearDiscriminantAnalysis(solver="lsqr").fit(vectors, labels)
    assert np.allclose(vectors @ ours.weights + ours.bias, theirs.decision_function(vectors), atol=1e-3)


def test_sums_add_up() -> None:
    vectors, labels = _drawn()
    parts = [Sums.of(vectors, labels, rows, 3) for rows in (np.arange(50), np.arange(50, 120))]
    whole = Sums.of(vectors, labels, np.arange(120), 3)
    for name in ("counts", "sums", "products"):
        assert np.allclose(getattr(parts[0] + parts[1], name), getattr(whole, name), rtol=1e-4, atol=1e-3)
        assert np.allclose(getattr(whole - parts[1], name), getattr(parts[0], name), rtol=1e-4, atol=1e-3)


def test_the_penalty_that_is_chosen_is_that_of_the_least_score() -> None:
    vectors, labels = _drawn()
    chosen = discriminant.fit(Sums.of(vectors, labels, np.arange(120), 3)).penalty
    centred = vectors - vectors.mean(axis=0)
    targets = np.eye(3)[labels] - np.eye(3)[labels].mean(axis=0)
    largest = np.linalg.eigvalsh(centred.T @ centred).max()

    def score(penalty: float) -> float:
        hat = centred @ np.linalg.solve(centred.T @ centred + penalty * np.eye(8), centred.T)
        freedom = 1 - (np.trace(hat) + 1) / 120
        return float(np.square(targets - hat @ targets).sum() / freedom**2)

    best = min(
        largest * step for step in discriminant._STEPS if score(largest * step) <= score(chosen) * 1.0001
    )
    assert np.isclose(chosen, best, rtol=1e-3)


def test_a_class_without_rows_is_never_predicted() -> None:
    vectors, labels = _drawn()
    made = discriminant.fit(Sums.of(vectors, labels, np.flatnonzero(labels != 1), 3))
    assert set(made.predict(vectors).tolist()) == {0, 2}
