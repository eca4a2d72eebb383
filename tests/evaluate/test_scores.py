from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
    top_k_accuracy_score,
)

from clothier import evaluate
from clothier.errors import DataError
from clothier.values import ClassScore, EpochRow, Labels, PhaseScores, Predictions, Scores

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
    theirs = precision_recall_fscore_support(labels, predictions.labels)
    for name, column in zip(("precision", "recall", "f1", "support"), theirs, strict=True):
        assert [getattr(s, name) for s in scores.per_class] == pytest.approx(list(column)), name
    assert scores.top2 == top_k_accuracy_score(labels, predictions.logits, k=2)
    expected = ((predictions.uncalibrated_probabilities - np.eye(3)[labels]) ** 2).sum(axis=1).mean()
    assert scores.brier == pytest.approx(expected, rel=1e-6)
    np.testing.assert_array_equal(scores.confusion, confusion_matrix(labels, predictions.labels))


@pytest.mark.parametrize(("correct", "total"), [(0, 1), (1, 1), (0, 30), (3, 7), (30, 30), (9012, 10_000)])
def test_the_interval_is_wilsons(correct: int, total: int) -> None:
    theirs = binomtest(correct, total).proportion_ci(method="wilson")
    assert evaluate.interval(correct, total) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_the_brier_score_goes_from_0_to_2() -> None:
    certain = Predictions(np.array([[900, 0, 0]], np.float32))
    assert evaluate.score(np.array([0]), certain, NAMES).brier == 0.0
    assert evaluate.score(np.array([1]), certain, NAMES).brier == 2.0


def test_of_two_classes_the_right_one_is_always_among_two() -> None:
    two = Predictions(np.array([[1, 0], [0, 1]], np.float32))
    scores = evaluate.score(np.array([1, 1]), two, NAMES[:2])
    assert (scores.accuracy, scores.top2) == (0.5, 1.0)


def test_loss_stays_finite_where_probabilities_underflow() -> None:
    logits = np.array([[0, 2000, 0]], np.float32)
    loss, accuracy = evaluate.loss_and_accuracy(np.array([0]), Predictions(logits))
    assert (loss, accuracy) == (2000.0, 0.0)


@pytest.mark.parametrize("predicted", [0, 2])
def test_a_class_without_images_has_no_scores(predicted: int) -> None:
    logits = np.zeros((2, 3), np.float32)
    logits[[0, 1], [predicted, 1]] = 5
    scores = evaluate.score(np.array([0, 1]), Predictions(logits), NAMES)
    absent = scores.per_class[2]
    assert (absent.precision, absent.recall, absent.f1, absent.support) == (None, None, None, 0)
    assert scores.per_class[1] == ClassScore(NAMES[1], 1.0, 1.0, 1.0, 1)
    assert scores.accuracy == (1.0 if predicted == 0 else 0.5)
    assert json.loads(json.dumps(scores.as_json(), allow_nan=False))["per_class"][2]["f1"] is None
    assert scores._repr_html_().count("no images") == 3


def test_a_class_that_is_never_predicted_has_precision_0() -> None:
    logits = np.array([[5, 0, 0], [5, 0, 0]], np.float32)
    assert evaluate.score(np.array([0, 1]), Predictions(logits), NAMES).per_class[1].precision == 0.0


def test_counts_must_agree() -> None:
    with pytest.raises(DataError, match=r"^1 labels and 2 rows of logits; wanted as many, and at least one$"):
        evaluate.loss_and_accuracy(np.array([0]), Predictions(np.zeros((2, 3), np.float32)))
    with pytest.raises(DataError, match=r"^logits for 2 classes; wanted 3$"):
        evaluate.score(np.array([0]), Predictions(np.zeros((1, 2), np.float32)), NAMES)


def _scores(right: int, total: int, num_classes: int = 3) -> Scores:
    """Of images spread evenly over the classes, that many of them right."""
    confusion = np.zeros((num_classes, num_classes), np.int64)
    for image in range(total):
        label = image % num_classes
        confusion[label, label if image < right else (label + 1) % num_classes] += 1
    assert confusion.trace() == right
    return Scores(0.1, right / total, (), confusion)


def _history(*accuracies: float) -> list[EpochRow]:
    return [
        EpochRow(epoch, "plain", 1.0, accuracy, None, None, 1e-3, 1.0)
        for epoch, accuracy in enumerate(accuracies, 1)
    ]


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            ((47_040, 48_000), (11_040, 12_000), None),
            "It over-fits: 98.00% on 48,000 training images against 92.00% on 12,000 validation images, a gap of "
            "6.0 points (95% interval 5.5 to 6.5).",
        ),
        (
            ((9200, 10_000), (9100, 10_000), (1, 9)),
            "It does not over-fit: 92.00% on 10,000 training images against 91.00% on 10,000 validation images, a "
            "gap of 1.0 points (95% interval 0.2 to 1.8).",
        ),
        (
            ((300, 300), None, (36, 60)),
            "It over-fits: 100.00% on 300 training images against 60.00% on 60 test images, a gap of 40.0 points "
            "(95% interval 28.5 to 52.6).",
        ),
        (
            ((22, 22), (5, 6), None),
            "There are too few images to tell whether it over-fits by 2 points or more: 100.00% on 22 training images "
            "against 83.33% on 6 validation images, a gap of 16.7 points (95% interval -3.5 to 56.4).",
        ),
        (
            ((8, 22), (2, 6), None),
            "It is under-trained, or the images are too few to tell: 36.36% on 22 training images against 33.33% on "
            "6 validation images; always predicting the most frequent class is correct for 36.36% of the "
            "training images.",
        ),
        (
            ((2000, 5000), (300, 1000), None),
            "It is under-trained: 40.00% on 5,000 training images against 30.00% on",
        ),
        (
            ((98, 100), None, None),
            "Over-fitting cannot be judged, because there are neither validation nor test data.",
        ),
    ],
)
def test_the_fit_in_words(counts: tuple[tuple[int, int] | None, ...], words: str) -> None:
    train, validation, test = (None if count is None else _scores(*count) for count in counts)
    assert train
    assert evaluate.describe_fit(PhaseScores("plain", 10, train, validation, test, "")).startswith(words)


def test_a_low_accuracy_is_under_trained_only_while_it_rises() -> None:
    def said(train: int, validation: int, *accuracies: float) -> str:
        scores = _scores(train, 50_000), _scores(validation, 20_000)
        return evaluate.describe_fit(PhaseScores("plain", 5, *scores, None, ""), _history(*accuracies))

    rising, level = (0.35, 0.36, 0.38, 0.4, 0.42), (0.35, 0.45, 0.45, 0.45, 0.42)
    assert said(21_000, 6_000, *rising).startswith("It is under-trained: 42.00%")
    assert said(21_000, 6_000, *level).startswith("It over-fits: 42.00%")
    assert said(21_000, 8_400, *level).startswith("It under-fits: 42.00%")
    assert said(21_000, 8_400, 0.42).startswith("It is under-trained: 42.00%")


def test_one_frequent_class_is_what_guessing_gets() -> None:
    confusion = np.array([[950, 0], [50, 0]])
    always = Scores(0.2, 0.95, (), confusion)
    said = evaluate.describe_fit(PhaseScores("plain", 3, always, always, None, ""))
    assert said.startswith("It is under-trained, or the images are too few to tell: 95.00%")
    assert "correct for 95.00% of the training images" in said


# Source: Newcombe, 1998, table II, method 10.
@pytest.mark.parametrize(
    ("first", "second", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
    ],
)
def test_the_interval_of_a_gap_is_newcombes(
    first: tuple[int, int], second: tuple[int, int], interval: tuple[float, float]
) -> None:
    made = evaluate.gap_interval(_scores(*first), _scores(*second))
    assert made == pytest.approx(interval, abs=6e-5)


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
