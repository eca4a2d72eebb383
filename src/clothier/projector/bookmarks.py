"""Projections -> bookmarks: views that TensorBoard's page shows as they are, at a click."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.values import Floats

# Where a view's coordinates lie in the page. t-SNE lies where the page keeps its own UMAP: a bookmark of its own t-SNE
# begins again when it is opened. PCA and axes are drawn as they are stored.
PCA, TSNE, AXES = "pca", "umap", "custom"
_KEYS = {PCA: "pca-{}", TSNE: "umap-{}", AXES: "linear-{}"}
_AXES = ("x", "y")  # the page has no third
_SIDES = ("XLeft", "XRight", "YUp", "YDown")


@dataclass(frozen=True, eq=False)
class View:
    """`coordinates` float32 (n, k) of one kind: PCA, TSNE, or AXES, of which the page shows two."""

    kind: str
    label: str
    coordinates: Floats


def encode(views: Sequence[View], num_columns: int, shown: str) -> bytes:
    """bookmarks.json of the views, which are of different kinds, for vectors (n, num_columns).

    `shown` is the metadata column that colours and names the points. Coordinates keep six digits.
    """
    names: list[str] = []
    numbers: list[Floats] = []
    for view in views:
        coordinates = _filled(view)
        places = _AXES if view.kind == AXES else range(coordinates.shape[1])
        names += [_KEYS[view.kind].format(place) for place in places]
        numbers.append(coordinates)
    # Every bookmark holds every projection: opening one forgets those it does not hold.
    projections = [
        {name: float(f"{number:.6g}") for name, number in zip(names, row, strict=True)}
        for row in np.concatenate(numbers, axis=1).tolist()
    ]
    states = [
        {**_state(view, views, shown), "dataSetDimensions": [len(projections), num_columns]} for view in views
    ]
    return json.dumps(
        [{**state, "projections": projections} for state in states], separators=(",", ":")
    ).encode()


def _filled(view: View) -> Floats:
    """The columns, filled with zeros up to the number that the page draws of that kind."""
    least = {PCA: 3, TSNE: 2, AXES: len(_AXES)}[view.kind]
    coordinates = view.coordinates[:, : len(_AXES)] if view.kind == AXES else view.coordinates
    return np.pad(coordinates, ((0, 0), (0, max(0, least - coordinates.shape[1]))))


def _state(view: View, views: Sequence[View], shown: str) -> dict[str, Any]:
    """A view's fields, as the page writes them itself; the settings of its own methods stand at its defaults."""
    solid = any(each.kind == TSNE and each.coordinates.shape[1] == 3 for each in views)
    return {
        "label": view.label,
        "isSelected": False,
        "selectedProjection": view.kind,
        "pcaComponentDimensions": [0, 1, 2],
        "umapIs3d": solid,
        "umapNeighbors": 15,
        "umapMinDist": 0.1,
        "tSNEis3d": False,
        "tSNEIteration": 0,
        "tSNEPerplexity": 30,
        "tSNELearningRate": 1,
        "selectedPoints": [],
        "selectedColorOptionName": shown,
        "selectedLabelOption": shown,
        "forceCategoricalColoring": False,
        "customSelectedSearchByMetadataOption": shown,
        # The words of axes stand in the label: the page's own fields for them take none from a bookmark.
        **{f"custom{side}Text": "" for side in _SIDES},
        **{f"custom{side}Regex": False for side in _SIDES},
    }
