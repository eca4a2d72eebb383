"""Labels and predictions -> scores, and what the scores say in words."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from clothier.calibrate import fit_temperature, reliability
from clothier.errors import DataError
from clothier.values import ClassScore, EpochRow, Labels, PhaseScores, Predictions, Scores, softmax
from clothier.values.wording import counted

# Training accuracy above held-out accuracy by this much or more is called over-fitting: every network that learns has a
# gap, and less of one is of no use to anybody.
OVERFIT_GAP = 0.02
RECENT = 3  # epochs before the last that it is compared with, to say whether accuracy still rises


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
    """Loss, accuracy, top-2 accuracy, Brier score, precision, recall, F1 and support a class, the confusion matrix.

    `labels` int64 (n,), `predictions.logits` float32 (n, num_classes). A class that is never predicted has
    precision 0, one without images no scores. Raises DataError where counts differ or n is 0.
    """
    loss, accuracy = loss_and_accuracy(labels, predictions)
    if predictions.logits.shape[1] != len(class_names):
        raise DataError(f"logits for {predictions.logits.shape[1]} classes; wanted {len(class_names)}")
    confusion = confusion_matrix(labels, predictions.labels, len(class_names))
    return Scores(
        loss=loss,
        accuracy=accuracy,
        per_class=tuple(_class_score(name, place, confusion) for place, name in enumerate(class_names)),
        confusion=confusion,
        top2=top2_accuracy(labels, predictions),
        brier=brier(labels, predictions),
    )


def of_some(labels: Labels, predicted: Labels, class_names: Sequence[str]) -> Scores:
    """The scores of a part of the images, of which the classes alone are known: `loss` is NaN. Both int64 (n,)."""
    confusion = confusion_matrix(labels, predicted, len(class_names))
    per_class = tuple(_class_score(name, place, confusion) for place, name in enumerate(class_names))
    return Scores(float("nan"), float((labels == predicted).mean()), per_class, confusion)


def confusion_matrix(labels: Labels, predicted: Labels, num_classes: int) -> Labels:
    """How many images of each class (row) were predicted as each class (column): int64 (num_classes, num_classes)."""
    # scikit-learn has this and the scores below; importing it would take a second at the start of every training.
    pairs = np.asarray(labels) * num_classes + predicted
    return np.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes).astype(np.int64)


def _class_score(name: str, place: int, confusion: Labels) -> ClassScore:
    correct, support = int(confusion[place, place]), int(confusion[place].sum())
    if not support:
        return ClassScore(name, None, None, None, 0)
    named = int(confusion[:, place].sum())
    precision = correct / named if named else 0.0
    return ClassScore(name, precision, correct / support, 2 * correct / (named + support), support)


def top2_accuracy(labels: Labels, predictions: Predictions) -> float:
    """The share of images whose class is one of the two with the largest logits, of equal ones the first."""
    largest = np.argsort(-predictions.logits, axis=1, kind="stable")[:, :2]
    return float((largest == np.asarray(labels)[:, None]).any(axis=1).mean())


def brier(labels: Labels, predictions: Predictions) -> float:
    """The mean over images of the squared distances, summed over classes, of the uncalibrated probabilities from 1 for
    the true class and 0 for the others: 0 where all is certain and right, 2 where all is certain and wrong.

    Source: G. W. Brier, "Verification of Forecasts Expressed in Terms of Probability", 1950, equation 2.
    """
    probabilities = predictions.uncalibrated_probabilities.astype(np.float64)
    true = probabilities[np.arange(len(labels)), labels]
    return float(((probabilities**2).sum(axis=1) - 2 * true + 1).mean())


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
    """The 95 % Wilson interval of the accuracy, both ends in [0, 1]."""
    return interval(int(scores.confusion.trace()), int(scores.confusion.sum()))


def interval(correct: int, total: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share, both ends in [0, 1]; `total` is 1 or more.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    # scipy.stats has it too, and takes a second to import, at the start of every training.
    share, z = correct / total, statistics.NormalDist().inv_cdf(0.975)
    spread = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    scale = 1 + z**2 / total
    low, high = ((share + z**2 / (2 * total) + sign * spread) / scale for sign in (-1, 1))
    return (low if correct else 0.0), (high if correct < total else 1.0)


def gap_interval(train: Scores, held_out: Scores) -> tuple[float, float]:
    """The 95 % interval of the training accuracy less the held-out accuracy, both ends in [-1, 1].

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17, 1998, method 10, which is made of both accuracies' Wilson intervals.
    """
    gap = train.accuracy - held_out.accuracy
    (train_low, train_high), (low, high) = wilson(train), wilson(held_out)
    below = math.hypot(train.accuracy - train_low, high - held_out.accuracy)
    above = math.hypot(train_high - train.accuracy, held_out.accuracy - low)
    return gap - below, gap + above


def describe_fit(phase: PhaseScores, history: Sequence[EpochRow] = ()) -> str:
    """One sentence that says whether the weights over-fit: training against held-out accuracy, both without
    dropout. Validation data are the measure; the test split stands in only where there are none.

    Nothing is claimed that the numbers of images do not carry: a gap counts where its 95 % interval (`gap_interval`)
    lies above OVERFIT_GAP, none where it lies below, and between the two it cannot be told. A network that is not yet
    better than naming the most frequent class, or whose training accuracy is low and by the `history` of epochs still
    rising, is under-trained, whatever the gap.
    """
    held_out, name = (phase.validation, "validation") if phase.validation else (phase.test, "test")
    if held_out is None:
        return "Over-fitting cannot be judged, because there are neither validation nor test data."
    train, (low, high) = phase.train, gap_interval(phase.train, held_out)
    figures = (
        f"{train.accuracy:.2%} on {counted(train.confusion.sum(), 'training image')} against "
        f"{held_out.accuracy:.2%} on {counted(held_out.confusion.sum(), f'{name} image')}"
    )
    gap = (
        f"a gap of {100 * (train.accuracy - held_out.accuracy):.1f} points "
        f"(95% interval {100 * low:.1f} to {100 * high:.1f})"
    )
    frequent = float(train.confusion.sum(axis=1).max() / train.confusion.sum())
    if wilson(train)[0] <= frequent:
        guess = (
            f"always predicting the most frequent class is correct for {frequent:.2%} of the training images"
        )
        return f"It is under-trained, or the images are too few to tell: {figures}; {guess}."
    is_low = train.accuracy < 0.5 + 0.5 / len(train.confusion)
    if is_low and _rises(phase, history):
        return f"It is under-trained: {figures}, and the training accuracy was still rising; train longer."
    if low >= OVERFIT_GAP:
        return f"It over-fits: {figures}, {gap}."
    if high >= OVERFIT_GAP:
        most = f"{100 * OVERFIT_GAP:.0f} points or more"
        return f"There are too few images to tell whether it over-fits by {most}: {figures}, {gap}."
    if is_low:
        return f"It under-fits: {figures}, and the training accuracy no longer rose."
    return f"It does not over-fit: {figures}, {gap}."


def _rises(phase: PhaseScores, history: Sequence[EpochRow]) -> bool:
    """Whether the phase's last epoch was better than those just before it, on training images; so it is said of a
    phase with a single epoch."""
    rows = [row.accuracy for row in history if row.phase == phase.name and row.epoch <= phase.epochs]
    before = rows[-1 - RECENT : -1]
    return not before or rows[-1] > sum(before) / len(before)
