from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from clothier.calibrate import thresholds


def test_a_plain_answer_needs_a_proof_that_scipy_gives_too() -> None:
    rng = np.random.default_rng(0)
    confidence = np.round(rng.uniform(0, 1, 600), 2)
    right = (rng.uniform(0, 1, 600) < 0.7 + 0.3 * confidence).astype(np.float64)
    found = thresholds.plain(confidence, right, np.ones(600))

    def is_proved(limit: float) -> bool:
        answered = right[confidence >= limit]
        test = binomtest(int(answered.sum()), len(answered), alternative="greater")
        return bool(test.proportion_ci(thresholds.LEVEL).low >= thresholds.RIGHT)

    proved = [limit for limit in np.unique(confidence) if is_proved(limit)]
    assert found == min(proved)


@pytest.mark.parametrize(("count", "enough"), [(44, False), (45, True)])
def test_forty_five_right_answers_are_the_fewest_that_prove_it(count: int, enough: bool) -> None:
    found = thresholds.plain(np.full(count, 0.9), np.ones(count), np.ones(count))
    assert math.isfinite(found) == enough


def test_views_of_a_photo_count_as_one() -> None:
    found = thresholds.plain(np.full(80, 0.9), np.ones(80), np.full(80, 0.25))
    assert found == math.inf


def test_the_upper_end_is_split_conformal_predictions_quantile() -> None:
    scores = np.random.default_rng(0).permutation(99) / 100
    ones = np.ones(99)
    assert thresholds.upper(scores, ones, 0.95) == 0.94  # the 95th of 99
    assert thresholds.upper(scores[:18], ones[:18], 0.95) == math.inf
    assert thresholds.upper(scores[:19], ones[:19], 0.95) == scores[:19].max()
    twice = thresholds.upper(np.repeat(scores, 2), np.full(198, 0.5), 0.95)
    assert twice == 0.94


def test_with_too_few_photos_every_class_is_possible() -> None:
    shares = np.array([[0.9, 0.1]] * 18, np.float32)
    assert thresholds.possible(shares, np.zeros(18, np.int64), np.ones(18)) == 0
    shares = np.array([[0.9, 0.1]] * 19, np.float32)
    assert thresholds.possible(shares, np.zeros(19, np.int64), np.ones(19)) == pytest.approx(0.9)


def test_a_set_holds_the_most_probable_class_at_least() -> None:
    shares = np.array([[0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [np.nan] * 3], np.float32)
    assert thresholds.set_sizes(shares, 0.3).tolist() == [2, 2, 3]
    assert thresholds.set_sizes(shares, 0.9).tolist() == [1, 1, 3]
