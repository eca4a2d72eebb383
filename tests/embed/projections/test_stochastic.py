"""t-SNE: its laws, its bits, its way."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from support.embeddings import blobs

from clothier.embed.projections import stochastic, tsne
from clothier.embed.projections.quality import trustworthiness
from clothier.errors import DataError, InputError, MissingExtraError
from clothier.values import Floats, Labels


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many iterations that exaggeration has ended, and no more."""
    monkeypatch.setattr(stochastic, "EXAGGERATED", 50)
    monkeypatch.setattr(stochastic, "ITERATIONS", 80)


def _share_beside_its_like(coordinates: Floats, labels: Labels) -> float:
    distances = np.linalg.norm(coordinates[:, np.newaxis] - coordinates, axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((labels[distances.argmin(axis=1)] == labels).mean())


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_bits_are_the_same_for_any_number_of_jobs(dimensions: int) -> None:
    told: list[tuple[str, int, int]] = []
    vectors = blobs(150, 60).vectors
    one = tsne(vectors, dimensions, jobs=1, report=lambda *words: told.append(words))
    two, others = tsne(vectors, dimensions, jobs=2), tsne(vectors, dimensions, seed=14, jobs=1)
    np.testing.assert_array_equal(one.snapshots, two.snapshots)
    assert not np.array_equal(two.coordinates, others.coordinates)
    assert one.snapshots.shape == (9, 150, dimensions)
    assert one.snapshots.dtype == one.coordinates.dtype == np.float32
    assert one.iterations.tolist() == list(range(0, 81, 10))
    np.testing.assert_array_equal(one.snapshots[-1], one.coordinates)
    assert told == [("t-SNE iterations", done, 80) for done in range(10, 81, 10)]
    assert one.trustworthiness == two.trustworthiness == trustworthiness(vectors, one.coordinates, 13)
    assert one.seconds > 0


def test_neighbours_are_poor_at_the_start_and_good_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "ITERATIONS", 400)
    rng = np.random.default_rng(2)
    labels = np.arange(400) % 40
    vectors = (rng.normal(0, 3, (40, 30))[labels] + rng.normal(0, 1, (400, 30))).astype(np.float32)
    made = tsne(vectors, jobs=1)
    start, end = (_share_beside_its_like(made.snapshots[place], labels) for place in (0, -1))
    assert start < 0.6 < 0.95 < end
    assert made.trustworthiness > 0.97 > 0.9 > trustworthiness(vectors, made.snapshots[0], 1)


@pytest.mark.usefixtures("brief")
def test_interpolation_draws_the_same_islands_as_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding = blobs(150)
    monkeypatch.setattr(stochastic, "TREE_ROWS", 0)
    made = tsne(embedding.vectors, jobs=1)
    assert _share_beside_its_like(made.coordinates, embedding.labels) == 1


def test_few_equal_and_narrow_rows_have_a_map(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "ITERATIONS", 20)
    few = np.random.default_rng(1).normal(0, 1, (4, 1)).astype(np.float32)
    for vectors in (few, np.ones((30, 5), np.float32), np.repeat(few, 20, axis=0)):
        made = tsne(vectors, 3, jobs=1)
        assert np.isfinite(made.snapshots).all()
        assert len(np.unique(made.coordinates, axis=0)) == len(vectors)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_new_vectors_are_placed_among_their_like(dimensions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "ITERATIONS", 300)
    known, new = blobs(120), blobs(15, seed=8)
    made = tsne(known.vectors, dimensions, jobs=1)
    placed, again = (made.place(known.vectors, new.vectors, jobs=1) for _ in range(2))
    assert placed.shape == (15, dimensions)
    assert placed.dtype == np.float32
    np.testing.assert_array_equal(placed, again)
    distances = np.linalg.norm(placed[:, np.newaxis] - made.coordinates, axis=2)
    np.testing.assert_array_equal(known.labels[distances.argmin(axis=1)], new.labels)
    with pytest.raises(
        InputError, match=r"^vectors have 11 numbers, those of the map 12; wanted as many; take"
    ):
        made.place(known.vectors, new.vectors[:, :11])


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE.affinity", None)
    with pytest.raises(
        MissingExtraError, match=r"^t-SNE needs the package 'openTSNE', .* 'clothier\[explore\]'$"
    ):
        tsne(blobs(9).vectors)


def test_what_has_no_map_is_refused() -> None:
    vectors = blobs(9).vectors
    with pytest.raises(InputError, match=r"^t-SNE in 4 dimensions; wanted 2 or 3$"):
        tsne(vectors, 4)
    with pytest.raises(DataError, match=r"^3 vectors; t-SNE wants 4 or more; take more images$"):
        tsne(vectors[:3])
