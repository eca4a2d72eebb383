"""UMAP, where the package umap-learn is installed; seeded."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clothier.data.cache import location
from clothier.embed.projections.principal import pca
from clothier.embed.projections.quality import trustworthiness
from clothier.embed.projections.stochastic import NUM_COMPONENTS
from clothier.errors import DataError, InputError, WriteError
from clothier.system import extras
from clothier.values import Floats

NUM_NEIGHBOURS = 15  # the package's own default
MIN_ROWS = 5  # below, its eigenvalue solver has nothing to solve


@dataclass(frozen=True, eq=False)
class Umap:
    """`coordinates` float32 (n, k), their `trustworthiness` in [0, 1] as in quality.py, and the `seconds` they took."""

    coordinates: Floats
    trustworthiness: float
    seconds: float

    @property
    def quality(self) -> dict[str, float]:
        return {"trustworthiness": self.trustworthiness}


def umap(
    vectors: Floats,
    dimensions: int = 2,
    seed: int = 13,
    report: Callable[[str, int, int], None] | None = None,
) -> Umap:
    """The UMAP map of vectors float32 (n, d) in 2 or 3 dimensions, from their first 50 principal components, on one
    thread so that it repeats. Raises InputError for other dimensions, DataError for fewer than 5 rows and
    MissingExtraError where umap-learn is not installed.

    Source: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection", 2018.
    """
    if dimensions not in (2, 3):
        raise InputError(f"UMAP in {dimensions} dimensions; wanted 2 or 3")
    if len(vectors) < MIN_ROWS:
        raise DataError(f"{len(vectors)} vectors; UMAP wants {MIN_ROWS} or more; take more images")
    _keep_compiled()
    package = extras.load("umap", "UMAP")
    began = time.perf_counter()
    reduced = pca(vectors, NUM_COMPONENTS).coordinates
    fitted = package.UMAP(
        n_components=dimensions,
        n_neighbors=min(NUM_NEIGHBOURS, len(vectors) - 1),
        random_state=seed,
        n_jobs=1,
        init="pca",
    )
    coordinates = np.asarray(fitted.fit_transform(reduced), np.float32)
    return Umap(coordinates, trustworthiness(vectors, coordinates, seed), time.perf_counter() - began)


def _keep_compiled() -> None:
    """Give numba, which compiles UMAP, a folder that this user can write: where it finds none, importing fails."""

    def tried(folder: Path) -> str:
        tempfile.TemporaryFile(dir=folder).close()
        return str(folder)

    if "NUMBA_CACHE_DIR" not in os.environ:
        with suppress(WriteError):
            os.environ["NUMBA_CACHE_DIR"] = location.put(
                location.of_user("numba"), tried, lambda sentence: None
            )
