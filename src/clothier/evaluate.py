"""Labels and predictions -> scores, and what the scores say in words. NumPy, SciPy and scikit-learn only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from clothier.calibrate import fit_temperature, reliability
from clothier.errors import DataError
from clothier.values import ClassScore, Labels, PhaseScores, Predictions, Scores, softmax

# Training accuracy above held-out accuracy by this much or more is called over-fitting. Two points are six
# standard errors of an accuracy of 0.9 on 10,000 images, so the word is not said of noise.
OVERFIT_GAP = 0.02


def loss_and_accuracy(labels: Labels, predictions: Predictions) -> tuple[float, float]:
    """(mean cross-entropy in nats, accuracy in [0, 1]), computed in float64 from the logits.

    `labels` int64 (n,), `predictions.logits` float32 (n, num_classes). Raises DataError where counts differ or
    n is 0.
    """
    logits = predictions.logits.astype(np.float64)
    if len(labels) != len(logits) or not len(labels):
        raise DataError(
            f"{len(labels)} labels and {len(logits)} rows of logits; wanted as many, and at least one"
        )
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_probabilities[np.arange(len(labels)), labels].mean()
    return float(loss), float((predictions.labels == labels).mean())


def score(labels: Labels, predictions: Predictions, class_names: Sequence[str]) -> Scores:
    """Loss, accuracy, precision, recall, F1 and support a class, and the confusion matrix.

    `labels` int64 (n,), `predictions.logits` float32 (n, num_classes). A class that is never predicted has
    precision 0. Raises DataError where counts differ or n is 0.
    """
    loss, accuracy = loss_and_accuracy(labels, predictions)
    if predictions.logits.shape[1] != len(class_names):
        raise DataError(f"logits for {predictions.logits.shape[1]} classes; wanted {len(class_names)}")
    predicted = predictions.labels
    classes = np.arange(len(class_names))
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=classes, zero_division=0
    )
    per_class = tuple(
        ClassScore(name, float(p), float(r), float(f), int(s))
        for name, p, r, f, s in zip(class_names, precision, recall, f1, support, strict=True)
    )
    return Scores(
        loss=loss,
        accuracy=accuracy,
        per_class=per_class,
        confusion=confusion_matrix(labels, predicted, labels=classes).astype(np.int64),
    )


def calibration(
    split: str, labels: Labels, predictions: Predictions, validation: tuple[Labels, Predictions] | None
) -> dict[str, Any]:
    """How right the probabilities of that split are, as reliability.json holds it: {"split": its name, "temperature":
    the one fitted on validation data, "before": a Reliability as JSON, "after": the same with the temperature}.

    This temperature is the run's only one: predictions.csv, its model file and all that shows its probabilities take
    it. Without validation data there is none. There is no "after" where the validation data are the split itself,
    which would be judged by what was fitted to it.
    """
    before = reliability(predictions.uncalibrated_probabilities, labels).as_json()
    content: dict[str, Any] = {"split": split, "temperature": None, "before": before, "after": None}
    if validation is not None:
        temperature = content["temperature"] = round(fit_temperature(validation[1].logits, validation[0]), 4)
        if validation[1] is not predictions:
            content["after"] = reliability(softmax(predictions.logits, temperature), labels).as_json()
    return content


def wilson(scores: Scores) -> tuple[float, float]:
    """The 95 % Wilson interval of the accuracy, both ends in [0, 1].

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    right, total = int(scores.confusion.trace()), int(scores.confusion.sum())
    interval = binomtest(right, total).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def judged(phase: PhaseScores) -> tuple[str, Scores]:
    """The split that tells most about new images, by name, and its scores."""
    if phase.test:
        return "test", phase.test
    return ("validation", phase.validation) if phase.validation else ("training", phase.train)


def describe_fit(phase: PhaseScores) -> str:
    """One sentence that says whether the weights over-fit: training against held-out accuracy, both without
    dropout. Validation data are the measure; the test split stands in only where there are none."""
    held_out, name = (phase.validation, "validation") if phase.validation else (phase.test, "test")
    if held_out is None:
        return "Over-fitting cannot be judged: there are neither validation nor test data."
    gap = phase.train.accuracy - held_out.accuracy
    figures = (
        f"{phase.train.accuracy:.2%} on training images against {held_out.accuracy:.2%} on {name} images"
    )
    if gap >= OVERFIT_GAP:
        return f"It over-fits: {figures}, a gap of {100 * gap:.1f} points."
    if phase.train.accuracy < 0.5 + 0.5 / len(phase.train.per_class):
        return f"It has not learned much yet: {figures}."
    return f"It does not over-fit: {figures}, a gap of {100 * gap:.1f} points."
