"""PCA against plain NumPy and scikit-learn, and what it owes on poor data."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from clothier.embed.projections import Pca, pca, principal
from clothier.errors import DataError, InputError
from clothier.values import Floats


def _correlated(rows: int, columns: int) -> Floats:
    rng = np.random.default_rng(rows)
    mixing = rng.normal(0, 1, (columns, columns)) * np.geomspace(3, 0.1, columns)
    return np.asarray(rng.normal(0, 1, (rows, columns)) @ mixing.T + 5, np.float32)


@pytest.fixture(params=["covariance", "full", "iterated"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of computing it, on data of a size that would take another."""
    monkeypatch.setattr(principal, "DIRECT", {"covariance": 60, "full": 200, "iterated": 10}[request.param])
    return str(request.param)


def test_it_is_scikit_learns_and_repeats_bit_for_bit(solver: str) -> None:
    vectors = _correlated(200, 60) if solver != "full" else _correlated(200, 210)
    wanted = PCA(10, svd_solver="full")
    coordinates = wanted.fit_transform(vectors.astype(np.float64))
    made, again = pca(vectors), pca(vectors)
    assert made.coordinates.dtype == made.components.dtype == made.mean.dtype == np.float32
    assert made.explained.dtype == np.float64
    scale = np.abs(coordinates).max()
    np.testing.assert_allclose(made.coordinates / scale, coordinates / scale, atol=1e-6)
    np.testing.assert_allclose(made.components, wanted.components_, atol=1e-6)
    np.testing.assert_allclose(made.explained, wanted.explained_variance_ratio_, atol=1e-6)
    np.testing.assert_allclose(made.mean, vectors.mean(axis=0, dtype=np.float64), rtol=1e-6)
    for name in ("coordinates", "explained", "mean", "components"):
        np.testing.assert_array_equal(getattr(made, name), getattr(again, name))


def test_components_are_the_covariances_eigenvectors_with_a_settled_sign() -> None:
    vectors = _correlated(300, 8)
    made = pca(vectors, 8)
    values, axes = np.linalg.eigh(np.cov(vectors.T.astype(np.float64)))
    np.testing.assert_allclose(made.explained, values[::-1] / values.sum(), rtol=1e-5)
    assert np.abs(np.sum(made.components * axes.T[::-1], axis=1)) == pytest.approx(np.ones(8), abs=1e-5)
    largest = np.abs(made.components).argmax(axis=1)
    assert (made.components[np.arange(8), largest] > 0).all()
    assert made.explained.sum() == pytest.approx(1)


def test_a_maps_own_vectors_are_placed_where_they_lie() -> None:
    vectors = _correlated(200, 60)
    made = pca(vectors)
    scale = np.abs(made.coordinates).max()
    np.testing.assert_allclose(made.place(vectors) / scale, made.coordinates / scale, atol=1e-6)
    assert made.place(vectors[:0]).shape == (0, 10)
    with pytest.raises(
        InputError, match=r"^vectors have 59 numbers, those of the map 60; wanted as many; take"
    ):
        made.place(vectors[:, :59])


def test_few_rows_and_few_columns_give_fewer_components() -> None:
    assert pca(_correlated(2, 60)).coordinates.shape == (2, 2)
    assert pca(_correlated(50, 3)).components.shape == (3, 3)


def test_data_of_low_rank_and_without_variance(solver: str) -> None:
    flat = np.full((200, 60) if solver != "full" else (200, 210), 7, np.float32)
    made = pca(flat)
    assert not made.coordinates.any()
    assert not made.explained.any()
    lined = flat.copy()
    lined[:, 3] += np.arange(200)
    made = pca(lined)
    assert made.explained == pytest.approx([1, *[0] * 9], abs=1e-9)
    assert _far_out(made) < 1e-4


def _far_out(made: Pca) -> float:
    return float(np.abs(made.coordinates[:, 1:]).max())


def test_what_cannot_be_projected_is_refused() -> None:
    with pytest.raises(DataError, match=r"^1 vector; wanted two or more to compare; take more images$"):
        pca(_correlated(1, 3))
    with pytest.raises(InputError, match=r"^num_components is 0; wanted 1 or more$"):
        pca(_correlated(9, 3), 0)
