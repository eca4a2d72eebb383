"""What is said of the best of several, against simulation and against other maths."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import ttest_ind

from clothier import evaluate
from clothier.sweeping import chance
from clothier.sweeping.chance import Judged, Right


def rights(rng: np.random.Generator, accuracy: float, seeds: int = 1, images: int = 1000) -> Right:
    return rng.random((seeds, images)) < accuracy


def judged(right: Right) -> Judged:
    return Judged(tuple(float(each.mean()) for each in right), right.shape[1], right)


def test_the_best_of_equals_is_too_high_by_the_expected_maximum_of_normals() -> None:
    # Exact values: H. L. Harter, "Expected values of normal order statistics", Biometrika 48, 1961.
    for number, expected in ((2, 0.56419), (3, 0.84628), (10, 1.53875), (30, 2.04276)):
        assert chance.inflation([0.9] * number, 0.01) == pytest.approx(0.01 * expected, rel=1e-4)
    assert chance.inflation([0.9], 0.01) == 0
    assert chance.inflation([0.5, 0.9], 0.0) == 0


def test_a_clear_winner_is_not_inflated() -> None:
    assert chance.inflation([0.9, 0.7, 0.6], 0.003) < 1e-6


@pytest.mark.parametrize("spread", [0.0, 0.003])
def test_the_estimate_agrees_with_simulated_sweeps(spread: float) -> None:
    rng, error, actual, estimated = np.random.default_rng(5), 0.003, [], []
    for _ in range(300):
        true = 0.9 + spread * rng.standard_normal(6)
        means = true + error * rng.standard_normal(6)
        actual.append(means.max() - true[means.argmax()])
        estimated.append(chance.inflation(list(means), error))
    # Two standard errors of the simulated mean are about 0.0003.
    assert np.mean(estimated) == pytest.approx(np.mean(actual), abs=0.0006)


def test_noise_is_what_moves_two_configurations_against_each_other() -> None:
    rng = np.random.default_rng(3)
    right = rights(rng, 0.8)
    assert (
        chance.noise([judged(right), judged(right)]) == 0
    )  # whatever images were drawn, they would be equal
    apart = [judged(rights(rng, 0.8)) for _ in range(4)]
    binomial = math.sqrt(0.8 * 0.2 / 1000)
    assert chance.noise(apart) == pytest.approx(binomial, rel=0.1)
    unknown = [Judged((0.8,), 1000), Judged((0.8,), 1000)]
    assert chance.noise(unknown) == pytest.approx(binomial)
    assert chance.noise(apart[:1]) == 0


def test_the_interval_of_one_seed_is_wilsons_and_of_several_has_their_spread_too() -> None:
    assert Judged((0.9,), 1000).interval == evaluate.interval(900, 1000)
    low, high = Judged((0.89, 0.91, 0.90), 10**9).interval
    reach = 4.3027 * 0.01 / math.sqrt(3)  # Student's t with 2 degrees of freedom
    assert [low, high] == pytest.approx([0.9 - reach, 0.9 + reach], abs=1e-5)
    low, high = Judged((0.90, 0.90, 0.90), 1000).interval
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.9 * 0.1 / 1000), rel=1e-3)


def test_single_seeds_are_compared_image_by_image() -> None:
    one = np.ones((1, 20), np.bool_)
    other = one.copy()
    other[0, :5] = False
    found = chance.difference(judged(one), judged(other))
    assert (found.ahead, found.chance, found.is_real) == (0.25, 2 / 2**5, False)  # five of five fall one way
    other[0, :6] = False
    assert chance.difference(judged(one), judged(other)).is_real
    assert chance.difference(judged(one), judged(one)).chance == 1


def test_several_seeds_are_compared_by_their_spread_and_by_image() -> None:
    # With as many images as here their noise is small, and what is left is Welch's test of the seeds.
    first, second = Judged((0.90, 0.92, 0.91), 10**9), Judged((0.86, 0.90, 0.88), 10**9)
    expected = ttest_ind(first.accuracies, second.accuracies, equal_var=False).pvalue
    assert chance.difference(first, second).chance == pytest.approx(expected, rel=1e-3)
    few = Judged((0.90, 0.92, 0.91), 100), Judged((0.86, 0.90, 0.88), 100)
    assert chance.difference(*few).chance > 2 * expected
    assert chance.difference(first, first).chance == pytest.approx(1)
