from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from clothier.reproduce.chance import compare

OURS = (0.906, 0.909, 0.904, 0.907, 0.910)


def test_the_interval_of_a_run_like_ours_is_students() -> None:
    found = compare(0.9104, OURS, alike=True, num_images=10_000)
    assert found.mean == pytest.approx(np.mean(OURS))
    scale = np.std(OURS, ddof=1) * math.sqrt(1 + 1 / 5)
    wanted = scipy.stats.t.interval(0.95, 4, np.mean(OURS), scale)
    assert found.interval == pytest.approx(wanted)


def test_the_interval_holds_what_it_promises() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(0.9, 0.003, (2000, 6))
    inside = 0
    for run, *ours in draws.tolist():
        low, high = compare(run, ours, alike=True).interval or (0, 0)
        inside += low <= run <= high
    assert inside / 2000 == pytest.approx(0.95, abs=0.015)


def test_other_test_images_add_the_binomial_noise_of_both() -> None:
    found = compare(0.9104, OURS, alike=False, num_images=10_000)
    seeds, low_high = np.var(OURS, ddof=1) * 1.2, found.interval
    noise = sum(share * (1 - share) / 10_000 for share in (0.9104, np.mean(OURS)))
    freedom = (seeds + noise) ** 2 / (seeds**2 / 4)
    reach = scipy.stats.t.ppf(0.975, freedom) * math.sqrt(seeds + noise)
    assert low_high == pytest.approx((np.mean(OURS) - reach, np.mean(OURS) + reach))


def test_one_seed_has_the_noise_of_the_test_sets_alone() -> None:
    found = compare(0.9104, [0.9], alike=True, num_images=10_000)
    reach = 1.959964 * math.sqrt((0.9104 * 0.0896 + 0.9 * 0.1) / 10_000)
    assert found.interval == pytest.approx((0.9 - reach, 0.9 + reach))


@pytest.mark.parametrize(("alike", "ours"), [(False, [0.25, 0.26]), (True, [0.26])])
def test_a_loss_without_known_noise_has_no_interval(alike: bool, ours: list[float]) -> None:
    found = compare(0.2485, ours, alike=alike, smaller_is_better=True)
    assert (found.interval, found.verdict) == (None, "unclear")
    assert compare(0.27, ours, alike=alike, smaller_is_better=True).verdict == "reached"


@pytest.mark.parametrize(
    ("published", "smaller_is_better", "verdict"),
    [
        (0.9072, False, "reached"),
        (0.9104, False, "within chance"),
        (0.9352, False, "missed"),
        (0.9072, True, "reached"),
        (0.9040, True, "within chance"),
        (0.8500, True, "missed"),
        (0.9900, True, "reached"),
    ],
)
def test_verdicts(published: float, smaller_is_better: bool, verdict: str) -> None:
    assert compare(published, OURS, alike=True, smaller_is_better=smaller_is_better).verdict == verdict
