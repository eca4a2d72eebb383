from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import log_softmax
from scipy.special import softmax as theirs

from clothier import calibrate
from clothier.errors import DataError
from clothier.values import Floats, Labels


def drawn(temperature: float, count: int = 20_000) -> tuple[Floats, Labels]:
    """Logits, and labels drawn with the probabilities that they have at that temperature."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (count, 4)).astype(np.float32)
    chances = theirs(logits / temperature, axis=1).cumsum(axis=1)
    labels: Labels = (rng.random((count, 1)) > chances).sum(axis=1)
    return logits, labels


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_is_found_that_labels_were_drawn_with(temperature: float) -> None:
    assert calibrate.fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.05)


@pytest.mark.parametrize("truth", [0.4, 1.7, 6.0])
def test_the_temperature_agrees_with_a_golden_section_search(truth: float) -> None:
    logits, labels = drawn(truth, 500)

    def loss(temperature: float) -> float:
        scaled = log_softmax(logits.astype(np.float64) / temperature, axis=1)
        return float(-scaled[np.arange(500), labels].mean())

    ratio = (math.sqrt(5) - 1) / 2
    low, high = 0.25, 10.0
    for _ in range(60):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) <= loss(right) else (left, high)
    assert calibrate.fit_temperature(logits, labels) == pytest.approx((low + high) / 2, rel=1e-6)


def test_a_temperature_stays_within_bounds_where_every_image_is_right() -> None:
    logits = 3 * np.eye(3, dtype=np.float32)
    assert calibrate.fit_temperature(logits, np.arange(3)) == pytest.approx(0.25, rel=1e-6)
    assert calibrate.fit_temperature(logits, np.array([1, 2, 0])) == pytest.approx(10, rel=1e-6)


def test_softmax_agrees_with_scipy_and_leaves_its_logits_alone() -> None:
    logits = np.array([[1000, 0, -1000], [1, 2, 3]], np.float32)
    before = logits.copy()
    made = calibrate.softmax(logits, 2.5)
    np.testing.assert_allclose(made, theirs(logits.astype(np.float64) / 2.5, axis=1), atol=1e-6)
    assert made.dtype == np.float32
    np.testing.assert_array_equal(logits, before)


def test_counts_must_agree() -> None:
    wanted = "^2 labels and 3 rows of logits; wanted as many, and at least one$"
    with pytest.raises(DataError, match=wanted):
        calibrate.fit_temperature(np.zeros((3, 2), np.float32), np.zeros(2, np.int64))
    with pytest.raises(DataError, match=r"^0 labels and 0 rows"):
        calibrate.fit_temperature(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
