"""Custom axes against a slow sum, their laws, and what is no direction."""

from __future__ import annotations

import numpy as np
import pytest
from support.embeddings import blobs

from clothier.embed import Search
from clothier.embed.projections import custom_axes
from clothier.errors import InputError

EMBEDDING = blobs(seed=4)
SHIRT, TROUSER, SCARF = Search("T-shirt/top"), Search("^trouser$", regex=True), Search("écharpe")


def test_coordinates_are_distances_along_the_line_between_centroids() -> None:
    made = custom_axes(EMBEDDING, [(SHIRT, TROUSER), (TROUSER, SCARF)])
    vectors, labels = EMBEDDING.vectors.astype(np.float64), EMBEDDING.labels
    centre = sum(vectors) / len(vectors)
    for place, (left, right) in enumerate([(0, 1), (1, 2)]):
        axis = vectors[labels == right].mean(axis=0) - vectors[labels == left].mean(axis=0)
        axis /= np.sqrt(sum(axis**2))
        np.testing.assert_allclose(made.axes[place], axis, atol=1e-7)
        slow = [sum((vector - centre) * axis) for vector in vectors]
        np.testing.assert_allclose(made.coordinates[:, place], slow, rtol=1e-5, atol=1e-5)
    assert made.counts == ((30, 30), (30, 30))
    assert made.coordinates.dtype == made.axes.dtype == np.float32


def test_the_two_sets_lie_to_the_left_and_to_the_right() -> None:
    made = custom_axes(EMBEDDING, [(SHIRT, TROUSER)]).coordinates[:, 0]
    assert made[EMBEDDING.labels == 0].max() < made[EMBEDDING.labels == 1].min()
    mirrored = custom_axes(EMBEDDING, [(TROUSER, SHIRT)]).coordinates[:, 0]
    np.testing.assert_allclose(mirrored, -made, atol=1e-6)
    assert made.mean() == pytest.approx(0, abs=1e-5)


def test_where_there_is_no_direction_there_is_an_error() -> None:
    def refusal(*searches: tuple[Search, Search]) -> str:
        with pytest.raises(InputError) as caught:
            custom_axes(EMBEDDING, searches)
        return str(caught.value)

    assert refusal((SHIRT, Search("boot"))) == (
        "search 'boot' finds no image; wanted one or more; try part of a label"
    )
    assert refusal((Search("shirt"), SHIRT)) == (
        "searches 'shirt' and 'T-shirt/top' find the same images; wanted two that differ"
    )
    assert refusal() == "0 custom axes; wanted 1 to 3"
    assert refusal(*[(SHIRT, SCARF)] * 4) == "4 custom axes; wanted 1 to 3"
    alike = blobs(vectors=np.full((90, 12), 0.1, np.float32))
    with pytest.raises(InputError) as caught:
        custom_axes(alike, [(SHIRT, SCARF)])
    assert str(caught.value) == (
        "the images of 'T-shirt/top' and of 'écharpe' have the same centroid; wanted two that differ"
    )
