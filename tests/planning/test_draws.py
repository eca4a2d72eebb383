"""The points of learning curves."""

from __future__ import annotations

import numpy as np

from clothier.planning import draws
from clothier.planning.draws import Draw, Points


def test_subsets_have_the_same_share_of_each_class() -> None:
    labels = np.repeat([0, 1, 2], [100, 50, 25]).astype(np.int64)
    for draw in Draw.all(labels, np.arange(175)):
        assert not set(draw.train.tolist()) & set(draw.held.tolist())
        assert len(draw.train) + len(draw.held) == 175
        counts = np.bincount(labels[draw.train[: len(draw.train) // 2]], minlength=3)
        assert np.all(np.abs(counts - np.array([40, 20, 10])) <= 1)


def test_groups_are_not_parted() -> None:
    labels = np.zeros(40, np.int64)
    groups = np.arange(40) // 2
    for draw in Draw.all(labels, groups):
        assert not set(groups[draw.train].tolist()) & set(groups[draw.held].tolist())


def test_errors_fall_with_more_rows_and_every_row_is_scored() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 600).astype(np.int64)
    vectors = rng.standard_normal((600, 20)).astype(np.float32)
    vectors[np.arange(600), labels] += 1.5
    points = draws.of_all(vectors, labels, np.arange(600), 3, lambda *words: None)
    assert points.held.sum(axis=0).tolist() == [draws.REPEATS] * 600
    errors = points.errors()
    assert errors[-1] < errors[0] - 0.05
    assert points.sizes[-1] == 480
    assert not (points.wrong & ~points.held[:, np.newaxis]).any()


def test_replicates_spread_as_the_binomial_of_the_scored_images() -> None:
    rng = np.random.default_rng(0)
    wrong = rng.random(1000) < 0.2
    held = np.zeros((5, 1000), bool)
    held[np.arange(1000) % 5, np.arange(1000)] = True
    points = Points(np.array([100.0]), held, held[:, np.newaxis] & wrong)
    made = points.replicates(400, rng)[:, 0]
    assert abs(made.mean() - wrong.mean()) < 0.01
    assert 0.9 < made.std() / np.sqrt(0.16 / 1000) < 1.8
