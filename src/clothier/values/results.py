"""What comes out of training: scores, a row of history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.values import markup
from clothier.values.arrays import Counts

CLASS_COLUMNS = ("class", "precision", "recall", "F1", "support")
SCORE_COLUMNS = ("phase", "split", "images", "loss", "accuracy")


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 of one class in [0, 1], None where it has no images, and their number (support)."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int


def in_words(score: float | None) -> str:
    """A score of a class with four decimals, or that there are no images of it."""
    return "no images" if score is None else f"{score:.4f}"


@dataclass(frozen=True, eq=False)
class Scores:
    """Mean cross-entropy in nats, accuracy in [0, 1], a ClassScore a class, and the confusion matrix.

    `confusion` is int64 (num_classes, num_classes): row = true class, column = predicted class. `top2` is the share of
    images whose class is one of the two most probable, `brier` the mean squared distance of the probabilities from the
    truth, in [0, 2]; None where only the rest is known.
    """

    loss: float
    accuracy: float
    per_class: tuple[ClassScore, ...]
    confusion: Counts
    top2: float | None = None
    brier: float | None = None

    def lowest(self, most: int) -> tuple[ClassScore, ...]:
        """All classes in their order, or, if there are more than `most`, the `most` classes with the lowest F1.

        Those are ordered from the lowest F1, with classes without images last.
        """
        if len(self.per_class) <= most:
            return self.per_class
        ordered = sorted(
            self.per_class, key=lambda score: (score.f1 is None, score.f1 or 0.0, -score.support)
        )
        return tuple(ordered[:most])

    def as_json(self) -> dict[str, Any]:
        """As scores.json holds it: of the confusion matrix, [true class, predicted class, images] for each cell that is
        not 0, as most of them are where classes are many."""
        cells = np.argwhere(self.confusion)
        return {
            "loss": self.loss,
            "accuracy": self.accuracy,
            "top2": self.top2,
            "brier": self.brier,
            "per_class": [vars(score) for score in self.per_class],
            "confusion": np.column_stack([cells, self.confusion[*cells.T]]).tolist(),
        }

    def rows(self) -> list[tuple[str, str, str, str, int]]:
        """The CLASS_COLUMNS of each class, as words for tables."""
        return [
            (score.name, in_words(score.precision), in_words(score.recall), in_words(score.f1), score.support)
            for score in self.per_class
        ]

    def _repr_html_(self) -> str:
        title = f"accuracy {self.accuracy:.4f}, loss {self.loss:.4f}"
        return markup.table(title, CLASS_COLUMNS, self.rows())


@dataclass(frozen=True, eq=False)
class PhaseScores:
    """How the weights at the end of one phase did; `epochs` counts from the start of the run.

    `validation` and `test` are None where the data set has no such split.
    """

    name: str
    epochs: int
    train: Scores
    validation: Scores | None
    test: Scores | None
    weights_sha256: str

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "epochs": self.epochs,
            "train": self.train.as_json(),
            "validation": self.validation.as_json() if self.validation else None,
            "test": self.test.as_json() if self.test else None,
            "weights_sha256": self.weights_sha256,
        }

    @property
    def judged(self) -> tuple[str, Scores]:
        """The split that tells most about new images, by name, and its scores."""
        if self.test:
            return "test", self.test
        return ("validation", self.validation) if self.validation else ("training", self.train)

    def rows(self) -> list[tuple[str, str, int, str, str]]:
        """(phase, split, images, loss, accuracy) of each split that was scored, as words for tables."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return [
            (self.name, split, int(scores.confusion.sum()), f"{scores.loss:.4f}", f"{scores.accuracy:.4f}")
            for split, scores in named.items()
            if scores is not None
        ]

    def _repr_html_(self) -> str:
        title = f"{self.name} phase, after epoch {self.epochs}"
        return markup.table(title, SCORE_COLUMNS, self.rows())


@dataclass(frozen=True)
class EpochRow:
    """One row of history.csv. Losses in nats, accuracies in [0, 1]; `loss` and `accuracy` are means over the
    epoch's training batches as they were trained on, dropout and augmentation included."""

    epoch: int
    phase: str
    loss: float
    accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float
    seconds: float
