"""Folds and what is judged by them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from clothier.checking import folds
from clothier.evaluate import interval

Rows = npt.NDArray[Any]


def test_copies_share_a_fold_and_classes_are_spread() -> None:
    labels = np.repeat(np.arange(3), 50)
    group_of = np.arange(150)
    group_of[[7, 90, 140]] = 3  # copies of row 3, of other classes too
    fold = folds.folds(labels, group_of)
    assert len(set(fold[[3, 7, 90, 140]].tolist())) == 1
    counts = np.array([np.bincount(fold[labels == label], minlength=folds.FOLDS) for label in range(3)])
    assert counts.min() >= 8
    assert counts.max() <= 12


def test_no_row_is_judged_by_what_it_was_learnt_from() -> None:
    """A classifier that remembers rows knows nothing of those it has not seen."""

    class Remembering:
        def fit(self, rows: Rows, labels: Rows) -> None:
            self.classes_ = np.unique(labels)
            self.known = {row.tobytes(): label for row, label in zip(rows, labels, strict=True)}

        def predict_proba(self, rows: Rows) -> Rows:
            assert not any(row.tobytes() in self.known for row in rows)
            return np.full((len(rows), len(self.classes_)), 1 / len(self.classes_))

    rows = np.arange(40, dtype=np.float32)[:, np.newaxis]
    labels = np.arange(40) % 2
    said = folds.probabilities(Remembering, rows, labels, folds.folds(labels, np.arange(40)), 3)
    assert said[:, :2] == pytest.approx(0.5)
    assert not said[:, 2].any()


def test_with_one_class_balanced_accuracy_is_a_share_with_its_interval() -> None:
    labels = np.zeros(400, np.int64)
    predicted = (np.arange(400) < 100).astype(np.int64)
    mean, low, high = folds.balanced_accuracy(labels, predicted, 2)
    assert mean == 0.75
    assert (low, high) == pytest.approx(interval(300, 400), abs=0.01)
