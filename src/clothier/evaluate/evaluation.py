"""How a model does on labelled images that it was not trained with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.calibrate import reliability
from clothier.errors import DataError
from clothier.evaluate.classes import MISSING, Matching
from clothier.evaluate.scores import interval, loss_and_accuracy, score, top2_accuracy
from clothier.values import (
    CLASS_COLUMNS,
    LIKELY,
    SURE,
    UNLIKE,
    UNSURE,
    Floats,
    Labelled,
    Labels,
    Predictions,
    Reliability,
    Scores,
    markup,
)
from clothier.values.wording import counted

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Share:
    """How many images there are of a kind, and how many of them are classified correctly."""

    images: int
    correct: int

    @property
    def accuracy(self) -> float | None:
        """In [0, 1]; None where there are no images."""
        return self.correct / self.images if self.images else None

    def as_json(self) -> dict[str, Any]:
        return {"images": self.images, "correct": self.correct, "accuracy": self.accuracy}


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation:
    """What a model predicts for labelled images, set against their labels.

    Images that cannot be read, and those of classes that the model does not have, are not counted in any number but
    `unreadable` and `uncounted`. Probabilities are calibrated where the model is (`is_calibrated`). Raises DataError
    where no image is left to count.
    """

    model: str
    images: Labelled
    predictions: Predictions
    matching: Matching

    def __post_init__(self) -> None:
        if not self.counted.any():
            reasons = list(self.unreadable.items())
            why = f"; {reasons[0][0]} {reasons[0][1]}" if reasons else ""
            raise DataError(
                f"none of the {counted(len(self.images), 'image')} of {self.images.source} can be judged: "
                f"{len(reasons):,} cannot be read, and the model lacks the classes of the others{why}"
            )

    @cached_property
    def all_labels(self) -> Labels:
        """Of every image the class of the model, int64 (n,); -1 where the model lacks it."""
        numbers: Labels = self.matching.numbers[self.images.labels]
        return numbers

    @cached_property
    def counted(self) -> Mask:
        """Which images count, bool (n,)."""
        mask: Mask = (self.all_labels != MISSING) & (self.predictions.labels >= 0)
        return mask

    @cached_property
    def labels(self) -> Labels:
        """The true classes of the images that count, as the model numbers them."""
        labels: Labels = self.all_labels[self.counted]
        return labels

    @cached_property
    def correct(self) -> Mask:
        """Which of the images that count are classified correctly."""
        return np.asarray(self.predictions.labels[self.counted] == self.labels)

    @cached_property
    def probabilities(self) -> Floats:
        """Of the images that count, float32 (n, num_classes), calibrated where the model is."""
        probabilities: Floats = self.predictions.named_probabilities[1][self.counted]
        return probabilities

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.predictions.class_names

    @property
    def is_calibrated(self) -> bool:
        return self.predictions.temperature is not None

    @cached_property
    def scores(self) -> Scores:
        """Scores a class and the confusion matrix; the loss is of uncalibrated probabilities, as in training."""
        return score(self.labels, Predictions(self.predictions.logits[self.counted]), self.class_names)

    @property
    def num_images(self) -> int:
        """How many images count."""
        return len(self.labels)

    @property
    def accuracy(self) -> float:
        """In [0, 1]."""
        return self.scores.accuracy

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the accuracy."""
        return interval(int(self.correct.sum()), self.num_images)

    @cached_property
    def loss(self) -> float:
        """Mean cross-entropy in nats, of calibrated probabilities where the model is calibrated."""
        temperature = np.float32(self.predictions.temperature or 1.0)
        logits = self.predictions.logits[self.counted] / temperature
        return loss_and_accuracy(self.labels, Predictions(logits))[0]

    @cached_property
    def top2(self) -> float:
        """The share of images whose class is one of the two most probable ones."""
        return top2_accuracy(self.labels, Predictions(self.predictions.logits[self.counted]))

    @cached_property
    def reliability(self) -> Reliability:
        return reliability(self.probabilities, self.labels)

    @cached_property
    def shares(self) -> dict[str, Share]:
        """The images of each verdict: sure, likely, unsure, unlike."""
        statuses = self.predictions.statuses[self.counted]
        masks = {status: statuses == status for status in (SURE, LIKELY, UNSURE, UNLIKE)}
        return {name: Share(int(m.sum()), int(self.correct[m].sum())) for name, m in masks.items()}

    @cached_property
    def uncounted(self) -> dict[str, tuple[int, int]]:
        """Of each class that the model does not have: its images, and how many of them are called unlike."""
        unlike = self.predictions.statuses == UNLIKE
        found = {}
        for number in np.flatnonzero(self.matching.numbers == MISSING).tolist():
            of_class = self.images.labels == number
            if of_class.any():
                found[self.images.class_names[number]] = int(of_class.sum()), int((of_class & unlike).sum())
        return found

    @cached_property
    def unreadable(self) -> dict[str, str]:
        """The reason for each picture that could not be read, by its name."""
        return {
            self.images.names[row]: self.predictions.reasons[row]
            for row in np.flatnonzero(self.predictions.labels < 0).tolist()
        }

    @property
    def absent(self) -> list[str]:
        """The classes of the model that have no images here."""
        return [each.name for each in self.scores.per_class if not each.support]

    @cached_property
    def mistakes(self) -> list[int]:
        """The rows of the images that are classified wrongly, the most confident mistakes first."""
        rows = np.flatnonzero(self.counted)[~self.correct]
        confidence = self.probabilities[~self.correct].max(axis=1)
        return [int(row) for row in rows[np.argsort(-confidence, kind="stable")]]

    def path(self, row: int) -> str:
        """The path of that image's file, or the name of an image that has none."""
        return self.predictions.filenames[row] or self.images.names[row]

    def true_class(self, row: int) -> str:
        """Its class as the model calls it, or as the data do where the model lacks it."""
        label = int(self.all_labels[row])
        return (
            self.images.class_names[self.images.labels[row]] if label == MISSING else self.class_names[label]
        )

    def as_json(self) -> dict[str, Any]:
        """All numbers; of the mistakes, what the image is and what it was taken for."""
        scores = self.scores.as_json()
        return {
            "model": self.model,
            "data": self.images.source,
            "split": self.images.split or None,
            "images": self.num_images,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "top2": self.top2,
            "calibrated": self.is_calibrated,
            "loss": self.loss,
            "uncalibrated_loss": scores["loss"],
            "reliability": self.reliability.as_json(),
            "statuses": {name: share.as_json() for name, share in self.shares.items()},
            "per_class": scores["per_class"],
            "confusion": self.scores.confusion.tolist(),
            "renamed_classes": dict(self.matching.renamed),
            "uncounted": {
                name: {"images": n, "unlike": unlike} for name, (n, unlike) in self.uncounted.items()
            },
            "unreadable": self.unreadable,
            "mistakes": [self._mistake(row) for row in self.mistakes],
            "notice": self.images.notice,
        }

    def _mistake(self, row: int) -> dict[str, Any]:
        prediction = self.predictions[row]
        (name, share), *_ = prediction.classes
        return {
            "file": self.path(row),
            "label": self.true_class(row),
            "predicted": name,
            prediction.probability_name.replace(" ", "_"): round(share, 6),
            "status": prediction.status,
        }

    @property
    def title(self) -> str:
        """Such as "box on folder:photos, 290 images of the test split"."""
        which = f"of the {self.images.split} split" if self.images.split else "in all"
        return f"{self.model} on {self.images.source}, {counted(self.num_images, 'image')} {which}"

    def __repr__(self) -> str:
        low, high = self.interval
        return f"<Evaluation of {self.title}: accuracy {self.accuracy:.4f} (95% interval {low:.4f} to {high:.4f})>"

    def _repr_html_(self) -> str:
        rows = self.scores.rows()
        low, high = self.interval
        title = f"{self.title}: accuracy {self.accuracy:.4f} (95% interval {low:.4f} to {high:.4f})"
        return markup.table(title, CLASS_COLUMNS, rows, self.images.notice)
