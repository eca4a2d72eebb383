"""Axes that a person names: each runs from the images that one search finds to those of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.embed.search import Search
from clothier.errors import InputError
from clothier.values import Embedding, Floats

MAX_AXES = 3


@dataclass(frozen=True, eq=False)
class Axes:
    """`coordinates` float32 (n, a) along `axes` float32 (a, d), unit vectors, from the mean of all images; `counts`
    says of each axis how many images its (left, right) search found."""

    coordinates: Floats
    axes: Floats
    counts: tuple[tuple[int, int], ...]


def custom_axes(embedding: Embedding, searches: Sequence[tuple[Search, Search]]) -> Axes:
    """One to three axes, each from the centroid of what its first search finds to that of its second.

    Raises InputError for another number of axes, a search that finds nothing, two that find the same images, or
    centroids in one place: an axis without a direction is none.
    """
    if not 1 <= len(searches) <= MAX_AXES:
        raise InputError(f"{len(searches)} custom axes; wanted 1 to {MAX_AXES}")
    vectors = embedding.vectors.astype(np.float64)
    found = [(left.rows(embedding), right.rows(embedding)) for left, right in searches]
    axes = np.stack(
        [_direction(vectors, *pair, *rows) for pair, rows in zip(searches, found, strict=True)]
    )  # (a, d)
    return Axes(
        coordinates=((vectors - vectors.mean(axis=0)) @ axes.T).astype(np.float32),
        axes=axes.astype(np.float32),
        counts=tuple((int(left.sum()), int(right.sum())) for left, right in found),
    )


def _direction(
    vectors: npt.NDArray[np.float64],
    left: Search,
    right: Search,
    left_rows: npt.NDArray[np.bool_],
    right_rows: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    for search, rows in ((left, left_rows), (right, right_rows)):
        if not rows.any():
            raise InputError(
                f"search '{search.text}' finds no image; wanted one or more; try part of a label"
            )
    if (left_rows == right_rows).all():
        raise InputError(
            f"searches '{left.text}' and '{right.text}' find the same images; wanted two that differ"
        )
    axis = vectors[right_rows].mean(axis=0) - vectors[left_rows].mean(axis=0)
    length = float(np.linalg.norm(axis))
    # Rounding alone puts centroids that are one and the same so far apart.
    if length <= 1e-9 * float(np.abs(vectors).max(initial=0)):
        raise InputError(
            f"the images of '{left.text}' and of '{right.text}' have the same centroid; wanted two that differ"
        )
    return np.asarray(axis / length)
