"""How well a map keeps neighbours together."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.values import Floats

NUM_NEIGHBOURS = 10
SAMPLE = 3000  # rows judged; the measure takes memory and time with their square: 3,000 take a second


def trustworthiness(vectors: npt.NDArray[Any], coordinates: Floats, seed: int) -> float:
    """In [0, 1]: 1 where the nearest neighbours of each point on the map are its neighbours in full, 0.5 by chance.

    `vectors` (n, d), `coordinates` (n, k); above SAMPLE rows on so many of them, drawn by `seed`. 1 for fewer than 4
    rows, where nothing can go wrong. Source: Venna and Kaski, "Neighborhood preservation in nonlinear projection
    methods: an experimental study", 2001.
    """
    from sklearn.manifold import trustworthiness as measure

    if len(vectors) > SAMPLE:
        rows = np.sort(np.random.default_rng(seed).choice(len(vectors), SAMPLE, replace=False))
        vectors, coordinates = vectors[rows], coordinates[rows]
    neighbours = min(NUM_NEIGHBOURS, (len(vectors) - 1) // 2)
    return float(measure(vectors, coordinates, n_neighbors=neighbours)) if neighbours else 1.0
