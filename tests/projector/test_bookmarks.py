from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from clothier.projector import AXES, PCA, TSNE, View, bookmarks
from clothier.values import Floats

RNG = np.random.default_rng(5)


def _random(columns: int) -> Floats:
    return RNG.normal(size=(6, columns)).astype(np.float32)


def _states(*views: View) -> list[dict[str, Any]]:
    states: list[dict[str, Any]] = json.loads(bookmarks.encode(views, 12, "label"))
    return states


def _column(state: dict[str, Any], name: str) -> list[float]:
    return [point[name] for point in state["projections"]]


def test_each_view_is_a_state_that_holds_every_projection() -> None:
    pca, tsne, axes = View(PCA, "a", _random(10)), View(TSNE, "b", _random(2)), View(AXES, "c", _random(2))
    states = _states(pca, tsne, axes)
    assert [(state["label"], state["selectedProjection"]) for state in states] == [
        *(("a", "pca"), ("b", "umap"), ("c", "custom"))
    ]
    for state in states:
        assert state["dataSetDimensions"] == [6, 12]
        for place in range(10):
            assert _column(state, f"pca-{place}") == pytest.approx(pca.coordinates[:, place], rel=1e-5)
        assert _column(state, "umap-1") == pytest.approx(tsne.coordinates[:, 1], rel=1e-5)
        assert _column(state, "linear-x") == pytest.approx(axes.coordinates[:, 0], rel=1e-5)
        assert _column(state, "linear-y") == pytest.approx(axes.coordinates[:, 1], rel=1e-5)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_page_is_told_how_many_dimensions_t_sne_has(dimensions: int) -> None:
    states = _states(View(PCA, "a", _random(4)), View(TSNE, "b", _random(dimensions)))
    assert [state["umapIs3d"] for state in states] == [dimensions == 3] * 2
    assert ("umap-2" in states[0]["projections"][0]) == (dimensions == 3)


def test_what_the_page_draws_and_a_view_has_not_is_zero() -> None:
    states = _states(View(PCA, "a", _random(1)), View(AXES, "c", _random(1)))
    for missing in ("pca-1", "pca-2", "linear-y"):
        assert _column(states[0], missing) == [0] * 6


def test_of_three_axes_the_page_gets_two() -> None:
    names = _states(View(AXES, "c", _random(3)))[0]["projections"][0]
    assert set(names) == {"linear-x", "linear-y"}
