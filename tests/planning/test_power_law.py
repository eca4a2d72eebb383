"""A law that made the errors is found again, and intervals hold what they should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clothier.planning import power_law

SIZES = np.array([64.0, 128, 256, 512, 1024])


def _errors(scale: float, exponent: float, floor: float) -> npt.NDArray[np.float64]:
    return np.asarray(scale * (SIZES / SIZES[-1]) ** -exponent + floor)


def test_a_law_is_found_again() -> None:
    errors = np.stack([_errors(0.1, 0.5, 0.05), _errors(0.2, 0.3, 0.0)])
    laws = power_law.fit(SIZES, errors, np.ones(5), has_floor=True)
    assert np.allclose(laws.exponent, [0.5, 0.3], atol=0.03)
    expected = [0.1 * 2**-0.5 + 0.05, 0.2 * 2**-0.3]
    assert np.allclose(laws.errors(np.array([2048.0]))[:, 0], expected, atol=3e-3)
    assert np.allclose(
        laws.sizes_for(0.12), [1024 * (0.1 / 0.07) ** 2, 1024 * (0.2 / 0.12) ** (1 / 0.3)], rtol=0.15
    )
    assert np.isinf(laws.sizes_for(0.01)[0])


def test_a_flat_or_rising_curve_gives_no_gain() -> None:
    errors = np.stack([np.full(5, 0.1), 0.1 + 0.01 * np.arange(5)])
    laws = power_law.fit(SIZES, errors, np.ones(5), has_floor=True)
    assert np.allclose(laws.scale, 0, atol=1e-12)
    assert np.allclose(laws.floor, errors.mean(axis=1))


def test_replicates_hold_the_truth() -> None:
    """Of laws with noise as of 1,000 scored images, most intervals at twice the size hold the truth."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(20):
        truth = _errors(0.1, 0.5, 0.05)
        noise = np.sqrt(truth * (1 - truth) / 1000)
        errors = truth + noise * rng.standard_normal() + 0.2 * noise * rng.standard_normal(5)
        around = errors + noise * rng.standard_normal((200, 1)) + 0.2 * noise * rng.standard_normal((200, 5))
        laws = power_law.replicates(SIZES, around, rng)
        assert laws is not None
        low, high = np.quantile(laws.errors(np.array([2048.0])), (0.05, 0.95))
        held += low <= 0.1 * 2**-0.5 + 0.05 <= high
    assert held >= 16
