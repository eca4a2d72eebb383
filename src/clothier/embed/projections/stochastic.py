"""t-SNE: maps on which neighbours stay neighbours; seeded, with the way there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clothier.embed.projections.principal import pca
from clothier.embed.projections.quality import trustworthiness
from clothier.errors import DataError, InputError
from clothier.system import extras, hardware
from clothier.values import Counts, Floats, Report

if TYPE_CHECKING:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN

NUM_COMPONENTS = 50  # principal components that stand for the vectors
PERPLEXITY = 30  # neighbours that count, about; Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008
# Up to so many rows neighbours are exact, and the result has the same bits for any number of jobs.
EXACT_ROWS = 20_000
# Above, interpolation is faster than the tree, which 3-D needs always: at 10,000 both take 32 s of one core.
TREE_ROWS = 10_000
# Source: Belkina et al., "Automated optimized parameters for t-distributed stochastic neighbor embedding improve
# visualization and analysis of large datasets", 2019: 250 iterations of exaggeration 12, then 500 without.
EXAGGERATED, EXAGGERATION, ITERATIONS = 250, 12, 750
# Below, threads wait for each other longer than they work: 30 rows took 15 s in two on a busy machine, 0.3 s in one.
FEW_ROWS = 1000
MIN_ROWS = 4  # each with three others, as many as a perplexity of 1 looks at
STEP = 10  # iterations between two snapshots
WHAT = "t-SNE iterations"


@dataclass(frozen=True, eq=False)
class Tsne:
    """`coordinates` float32 (n, k), and how they came about: `snapshots` float32 (s, n, k) after `iterations` int64
    (s,), from the start to the end, which is `coordinates`. `trustworthiness` in [0, 1] as in quality.py; it took
    `seconds`."""

    coordinates: Floats
    snapshots: Floats
    iterations: Counts
    trustworthiness: float
    seconds: float

    @property
    def quality(self) -> dict[str, float]:
        return {"trustworthiness": self.trustworthiness}

    def place(self, vectors: Floats, others: Floats, seed: int = 13, jobs: int = -1) -> Floats:
        """Where other vectors float32 (m, d) lie on this map of `vectors` float32 (n, d), which stays as it is: each is
        drawn to its neighbours on the map. float32 (m, k). Raises InputError for another d.

        Source: Policar, Strazar and Zupan, "Embedding to reference t-SNE space addresses batch effects in single-cell
        classification", 2023.
        """
        components = pca(vectors, NUM_COMPONENTS)
        reduced, new = components.coordinates.astype(np.float64), components.place(others).astype(np.float64)
        embedding = _embedding(_affinities(reduced, seed, jobs), self.coordinates, seed, jobs)
        return np.asarray(embedding.transform(new), np.float32)


def tsne(
    vectors: Floats, dimensions: int = 2, seed: int = 13, jobs: int = -1, report: Report | None = None
) -> Tsne:
    """The t-SNE map of vectors float32 (n, d) in 2 or 3 dimensions, from their first 50 principal components.

    `jobs` threads, -1 for one a core. `report` is told (what, done, total). Raises InputError for other dimensions
    and DataError for fewer than 4 rows.
    """
    if dimensions not in (2, 3):
        raise InputError(f"t-SNE in {dimensions} dimensions; wanted 2 or 3")
    if len(vectors) < MIN_ROWS:
        raise DataError(f"{len(vectors)} vectors; t-SNE wants {MIN_ROWS} or more; take more images")
    began = time.perf_counter()
    reduced = pca(vectors, NUM_COMPONENTS).coordinates.astype(np.float64)
    embedding = _embedding(_affinities(reduced, seed, jobs), _start(reduced, dimensions, seed), seed, jobs)
    snapshots = [np.asarray(embedding, np.float32)]
    for done in range(STEP, ITERATIONS + 1, STEP):
        exaggeration = EXAGGERATION if done <= EXAGGERATED else 1
        embedding.optimize(STEP, exaggeration=exaggeration, momentum=0.8, inplace=True)
        snapshots.append(np.array(embedding, np.float32))
        if report:
            report(WHAT, done, ITERATIONS)
    return Tsne(
        coordinates=snapshots[-1],
        snapshots=np.stack(snapshots),
        iterations=np.arange(0, ITERATIONS + 1, STEP, dtype=np.int64),
        trustworthiness=trustworthiness(vectors, snapshots[-1], seed),
        seconds=time.perf_counter() - began,
    )


def _affinities(reduced: npt.NDArray[np.float64], seed: int, jobs: int) -> PerplexityBasedNN:
    affinity = extras.load("openTSNE.affinity", "t-SNE")
    return affinity.PerplexityBasedNN(
        reduced,
        perplexity=min(PERPLEXITY, (len(reduced) - 1) / 3),
        method="exact" if len(reduced) <= EXACT_ROWS else "annoy",
        n_jobs=_threads(jobs, len(reduced)),
        random_state=seed,
    )


def _start(reduced: npt.NDArray[np.float64], dimensions: int, seed: int) -> npt.NDArray[np.float64]:
    """The first components, small, and a little apart where rows are equal.

    Source: Kobak and Linderman, "Initialization is critical for preserving global data structure in both t-SNE and
    UMAP", 2021.
    """
    start = np.zeros((len(reduced), dimensions))
    start[:, : reduced.shape[1]] = reduced[:, :dimensions]
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    return start + np.random.default_rng(seed).normal(0, 1e-6, start.shape)


def _embedding(affinities: PerplexityBasedNN, start: npt.NDArray[Any], seed: int, jobs: int) -> TSNEEmbedding:
    return extras.load("openTSNE", "t-SNE").TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method="fft" if start.shape[1] == 2 and len(start) > TREE_ROWS else "bh",
        random_state=seed,
        n_jobs=_threads(jobs, len(start)),
    )


def _threads(jobs: int, rows: int) -> int:
    if jobs != -1:
        return jobs
    # openTSNE's own count holds cores that this process may not use.
    return 1 if rows < FEW_ROWS else hardware.num_cores()
