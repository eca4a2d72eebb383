from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clothier.augment import mixup


@pytest.mark.parametrize("channels", [1, 3])
def test_every_pixel_and_label_agrees_with_the_formula(channels: int) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (50, 9, 7, channels), dtype=np.uint8)
    labels = rng.integers(0, 10, 50)
    dice = mixup.throw(rng, images)
    moved, targets = mixup.move(images, dice), mixup.mix(labels, dice)
    one_hot = np.eye(10)
    for n, (partner, share) in enumerate(zip(dice.partners, dice.shares.astype(np.float64), strict=True)):
        expected = share * images[n] + (1 - share) * images[partner]
        assert np.abs(moved[n] - expected).max() <= 0.5 + 1e-4
        soft = share * one_hot[labels[n]] + (1 - share) * one_hot[labels[partner]]
        ours = targets.shares[n] * one_hot[targets.labels[n]]
        np.testing.assert_allclose(
            ours + (1 - targets.shares[n]) * one_hot[targets.others[n]], soft, atol=1e-7
        )


def test_whole_and_half_shares() -> None:
    images = np.array([[10], [21]], np.uint8).reshape(2, 1, 1, 1)
    dice = mixup.Dice(np.array([1, 0]), np.array([1, 0.5], np.float32))
    assert mixup.move(images, dice).ravel().tolist() == [10, 16]  # halves up


def test_dice_are_independent_and_shares_those_of_the_beta_distribution() -> None:
    dice = mixup.throw(np.random.default_rng(0), np.empty((20_000, 1, 1, 1), np.uint8))
    # The larger of share and 1 - share, so both tails of the symmetric distribution lie in one.
    for least in (0.5, 0.6, 0.8, 0.95, 0.999):
        expected = 2 * stats.beta(0.2, 0.2).sf(least)
        assert (dice.shares >= least).mean() == pytest.approx(expected, abs=0.012)
    assert stats.kstest(dice.partners / 20_000, "uniform").statistic < 0.015
    assert abs(np.corrcoef(dice.partners, dice.shares)[0, 1]) < 0.02
