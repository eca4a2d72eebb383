from __future__ import annotations

import numpy as np
import pytest

from clothier.embed.projections import quality
from clothier.embed.projections.quality import trustworthiness

RNG = np.random.default_rng(5)


def test_the_data_themselves_are_trusted_and_noise_is_not() -> None:
    points = RNG.normal(0, 1, (400, 2)).astype(np.float32)
    assert trustworthiness(points, points, 1) == 1
    noise = RNG.normal(0, 1, (400, 2)).astype(np.float32)
    assert trustworthiness(points, noise, 1) == pytest.approx(0.5, abs=0.05)


def test_many_rows_are_judged_by_a_seeded_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    points = RNG.normal(0, 1, (400, 5)).astype(np.float32)
    whole = trustworthiness(points, points[:, :3], 1)
    monkeypatch.setattr(quality, "SAMPLE", 200)
    some = trustworthiness(points, points[:, :3], 1)
    assert some == trustworthiness(points, points[:, :3], 1) != trustworthiness(points, points[:, :3], 2)
    assert some == pytest.approx(whole, abs=0.05)


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_a_few_rows_have_a_figure_too(rows: int) -> None:
    points = RNG.normal(0, 1, (rows, 2)).astype(np.float32)
    assert trustworthiness(points, points, 1) == 1
