from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, log_loss

from clothier import evaluate
from clothier.errors import DataError
from clothier.values import Labels, PhaseScores, Predictions, Scores

NAMES = ("a", "b", "c")


def _case(num: int = 500) -> tuple[np.ndarray, Predictions]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, num)
    logits = rng.normal(size=(num, 3)) * 3
    logits[np.arange(num), labels] += 2
    return labels, Predictions(logits.astype(np.float32))


def test_scores_agree_with_scikit_learn() -> None:
    labels, predictions = _case()
    scores = evaluate.score(labels, predictions, NAMES)
    assert scores.loss == pytest.approx(
        log_loss(labels, predictions.uncalibrated_probabilities, labels=[0, 1, 2]), rel=1e-5
    )
    assert scores.accuracy == accuracy_score(labels, predictions.labels)
    f1 = f1_score(labels, predictions.labels, average=None)
    assert [s.f1 for s in scores.per_class] == pytest.approx(list(f1))
    assert scores.confusion[1, 2] == ((labels == 1) & (predictions.labels == 2)).sum()
    assert scores.confusion.sum() == len(labels)


def test_loss_stays_finite_where_probabilities_underflow() -> None:
    logits = np.array([[0, 2000, 0]], np.float32)
    loss, accuracy = evaluate.loss_and_accuracy(np.array([0]), Predictions(logits))
    assert (loss, accuracy) == (2000.0, 0.0)


def test_a_class_never_seen_nor_predicted_scores_zero() -> None:
    logits = np.array([[5, 0, 0], [0, 5, 0]], np.float32)
    scores = evaluate.score(np.array([0, 1]), Predictions(logits), NAMES)
    assert (scores.per_class[2].f1, scores.per_class[2].support) == (0.0, 0)


def test_counts_must_agree() -> None:
    with pytest.raises(DataError, match=r"^1 labels and 2 rows of logits; wanted as many, and at least one$"):
        evaluate.loss_and_accuracy(np.array([0]), Predictions(np.zeros((2, 3), np.float32)))
    with pytest.raises(DataError, match=r"^logits for 2 classes; wanted 3$"):
        evaluate.score(np.array([0]), Predictions(np.zeros((1, 2), np.float32)), NAMES)


def _phase(train: float, validation: float | None, test: float | None) -> PhaseScores:
    def scores(accuracy: float | None) -> Scores | None:
        if accuracy is None:
            return None
        return Scores(0.1, accuracy, evaluate.score(*_case(), NAMES).per_class, np.eye(3, dtype=np.int64))

    trained = scores(train)
    assert trained
    return PhaseScores("plain", 10, trained, scores(validation), scores(test), "")


@pytest.mark.parametrize(
    ("accuracies", "words"),
    [
        (
            (0.98, 0.92, 0.97),
            "It over-fits: 98.00% on training images against 92.00% on validation images, a gap of 6.0",
        ),
        (
            (0.92, 0.91, 0.80),
            "It does not over-fit: 92.00% on training images against 91.00% on validation images",
        ),
        (
            (0.98, None, 0.92),
            "It over-fits: 98.00% on training images against 92.00% on test images, a gap of 6.0",
        ),
        (
            (0.40, 0.41, 0.40),
            "It has not learned much yet: 40.00% on training images against 41.00% on validation",
        ),
        ((0.98, None, None), "Over-fitting cannot be judged: there are neither validation nor test data."),
    ],
)
def test_the_fit_in_words(accuracies: tuple[float, float | None, float | None], words: str) -> None:
    assert evaluate.describe_fit(_phase(*accuracies)).startswith(words)


@pytest.mark.parametrize(("right", "total"), [(9104, 10_000), (0, 7), (7, 7), (1, 2)])
def test_wilson_agrees_with_the_formula(right: int, total: int) -> None:
    judged = Scores(0.0, right / total, (), np.array([[right, total - right], [0, 0]]))
    share, z = right / total, 1.959963984540054
    centre = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z / (1 + z**2 / total) * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    assert evaluate.wilson(judged) == pytest.approx((centre - half, centre + half), abs=1e-12)


def test_calibration_is_told_before_and_after_a_temperature_from_validation_data() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (9000, 3)).astype(np.float32)
    chances = Predictions(logits).uncalibrated_probabilities.cumsum(axis=1)[:, :2]
    labels: Labels = (rng.random((9000, 1)) > chances).sum(axis=1)
    too_sure = Predictions(3 * logits)
    held, test = (labels[:3000], Predictions(too_sure.logits[:3000])), Predictions(too_sure.logits[3000:])
    content = evaluate.calibration("test", labels[3000:], test, held)
    assert content["temperature"] == pytest.approx(3, rel=0.1)
    assert content["before"]["error"] > 0.1 > 0.03 > content["after"]["error"]
    assert content["split"] == "test"
    for validation in (None, (labels[3000:], test)):  # none, or what would be judged by itself
        alone = evaluate.calibration("validation", labels[3000:], test, validation)
        assert (alone["temperature"] is None, alone["after"]) == (validation is None, None)
        assert alone["before"] == content["before"]
