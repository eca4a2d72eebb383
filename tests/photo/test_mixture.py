from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from clothier.photo.mixture import VARIANCE, Floats, Mixture

CENTRES = np.array([[10, 0, 0], [60, 40, 0], [90, -30, 50]], np.float32)


def _drawn() -> Floats:
    rng = np.random.default_rng(0)
    return (CENTRES.repeat(1000, axis=0) + rng.normal(0, 3, (3000, 3))).astype(np.float32)


def test_far_colours_become_the_means() -> None:
    mixture = Mixture.of(_drawn(), np.ones(3000, np.float32))
    for centre in CENTRES:
        assert np.abs(mixture.means - centre).max(axis=1).min() < 2


def test_the_density_is_that_of_a_mixture_of_normal_distributions() -> None:
    colours = _drawn()
    mixture = Mixture.of(colours, np.ones(3000, np.float32))
    parts = []
    for mean, white, level in zip(mixture.means, mixture.whitening, mixture.levels, strict=True):
        covariance = np.linalg.inv(white.astype(float) @ white.T.astype(float))
        share = np.exp(level + np.linalg.slogdet(covariance)[1] / 2)
        assert 0 < share <= 1 + 1e-5
        parts.append(np.log(share) + multivariate_normal(mean, covariance).logpdf(colours))
    expected = logsumexp(parts, axis=0) + 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(mixture.log_density(colours), expected, atol=2e-3)


def test_weights_say_which_colours_count() -> None:
    weights = np.zeros(3000, np.float32)
    weights[1000:2000] = 1
    mixture = Mixture.of(_drawn(), weights)
    density = mixture.log_density(CENTRES)
    assert density[1] > density[0] + 10
    assert density[1] > density[2] + 10


def test_one_plain_colour_is_enough() -> None:
    mixture = Mixture.of(np.full((50, 3), 7, np.float32), np.ones(50, np.float32))
    assert mixture.means.shape == (1, 3)
    at, off = mixture.log_density(np.array([[7, 7, 7], [7, 7, 7 + VARIANCE**0.5]], np.float32)).tolist()
    assert at - off == pytest.approx(0.5, abs=1e-4)
