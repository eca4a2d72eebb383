from __future__ import annotations

import json

import numpy as np
import pytest

from clothier import calibrate
from clothier.errors import DataError
from clothier.values import Floats, Labels


def two_classes(sure: list[float], right: list[bool]) -> tuple[Floats, Labels]:
    probabilities = np.array([[share, 1 - share] for share in sure], np.float32)
    return probabilities, np.array([0 if hit else 1 for hit in right], np.int64)


def test_the_error_is_the_mean_distance_of_confidence_and_accuracy() -> None:
    # Two bins of the fifteen: 0.9 four times, right twice; 0.7 twice, right twice.
    made = calibrate.reliability(*two_classes([0.9] * 4 + [0.7] * 2, [True, True, False, False, True, True]))
    assert made.error == pytest.approx((4 * 0.4 + 2 * 0.3) / 6, rel=1e-6)
    (high,), (low,) = np.nonzero(made.counts == 4), np.nonzero(made.counts == 2)
    assert (made.confidences[high[0]], made.accuracies[high[0]]) == (pytest.approx(0.9), 0.5)
    assert (made.confidences[low[0]], made.accuracies[low[0]]) == (pytest.approx(0.7), 1.0)
    assert made.counts.sum() == 6
    assert np.isnan(made.accuracies[made.counts == 0]).all()


def test_probabilities_that_are_right_have_no_error_and_a_wrong_temperature_has() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (40_000, 3)).astype(np.float32)
    chances = calibrate.softmax(logits)
    labels: Labels = (rng.random((len(logits), 1)) > chances.cumsum(axis=1)[:, :2]).sum(axis=1)
    assert calibrate.reliability(chances, labels).error < 0.01
    assert calibrate.reliability(calibrate.softmax(logits, 0.5), labels).error > 0.05


def test_every_probability_has_a_bin() -> None:
    made = calibrate.reliability(*two_classes([1.0, 0.5], [True, False]))
    assert (made.counts[-1], made.counts.sum()) == (1, 2)


def test_json_has_null_where_a_bin_has_no_image() -> None:
    content = json.loads(json.dumps(calibrate.reliability(*two_classes([0.9, 0.8], [True, False])).as_json()))
    assert content["counts"] == [0] * 12 + [1, 1, 0]
    assert content["confidences"] == [None] * 12 + [0.8, 0.9, None]
    assert content["accuracies"] == [None] * 12 + [0.0, 1.0, None]


def test_counts_must_agree() -> None:
    with pytest.raises(
        DataError, match=r"^1 labels and 2 rows of probabilities; wanted as many, and at least one$"
    ):
        calibrate.reliability(np.zeros((2, 2), np.float32), np.zeros(1, np.int64))
