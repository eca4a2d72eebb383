from __future__ import annotations

import numpy as np
import pytest
from support.embeddings import blobs

from clothier import embed
from clothier.embed import Search
from clothier.embed.projections import stochastic
from clothier.projector import AXES, PCA, TSNE, views


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stochastic, "ITERATIONS", 20)


AXIS = (Search("T-shirt/top"), Search("^trouser$", regex=True))


def test_an_embedding_gets_pca_t_sne_and_axes() -> None:
    embedding = blobs(30)
    pca, tsne, axes = views(embedding, [AXIS], seed=5)
    assert [(view.kind, view.label) for view in (pca, tsne, axes)] == [
        (
            PCA,
            f"PCA, exact, {embed.projections.pca(embedding.vectors).explained[:3].sum():.1%} of the variance",
        ),
        (TSNE, "t-SNE, openTSNE, seed 5"),
        (AXES, "axes: T-shirt/top to ^trouser$"),
    ]
    np.testing.assert_array_equal(pca.coordinates, embed.projections.pca(embedding.vectors).coordinates)
    np.testing.assert_array_equal(
        tsne.coordinates, embed.projections.tsne(embedding.vectors, 2, 5).coordinates
    )
    assert axes.coordinates.shape == (30, 1)


@pytest.mark.parametrize(
    ("num_images", "dimensions", "kinds"), [(3, 2, [PCA]), (9, 0, [PCA]), (9, 3, [PCA, TSNE])]
)
def test_t_sne_where_it_is_wanted_and_possible(num_images: int, dimensions: int, kinds: list[str]) -> None:
    made = views(blobs(num_images), dimensions=dimensions)
    assert [view.kind for view in made] == kinds
    assert made[-1].coordinates.shape[1] == (3 if num_images == 3 or dimensions == 3 else 9)
