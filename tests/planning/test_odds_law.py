"""Odds that fall as a power are found again."""

from __future__ import annotations

import numpy as np

from clothier.planning import odds_law

SIZES = np.array([16.0, 32, 64, 128])


def test_a_law_is_found_again() -> None:
    odds = 0.5 * (SIZES / 128) ** -0.8
    errors = np.tile(odds / (1 + odds), (30, 1))
    laws = odds_law.replicates(SIZES, errors, np.random.default_rng(0))
    assert laws is not None
    assert np.allclose(laws.slope, 0.8)
    expected = 0.5 * 2**-0.8
    assert np.allclose(laws.errors(np.array([256.0])), expected / (1 + expected))


def test_rising_errors_give_a_flat_law_and_one_size_none() -> None:
    errors = np.tile(np.linspace(0.1, 0.3, 4), (30, 1))
    laws = odds_law.replicates(SIZES, errors, np.random.default_rng(0))
    assert laws is not None
    assert np.array_equal(laws.slope, np.zeros(30))
    assert odds_law.replicates(SIZES[:1], errors[:, :1], np.random.default_rng(0)) is None
