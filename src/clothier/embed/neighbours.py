"""Nearest neighbours, exactly; how often they share a label; and whose label they deny."""

from __future__ import annotations

import numpy as np

from clothier.errors import DataError, InputError
from clothier.values import UNKNOWN, Counts, Embedding, Floats, Labels, Report

NUM_NEIGHBOURS = 10
# For suspects: more than 10 order the first of them better, and still more would be more than many a class has.
NUM_WITNESSES = 20
BLOCK = 2000  # rows whose neighbours are looked for at once, between two reports
WHAT = "comparing neighbours"


def nearest(
    vectors: Floats,
    number: int = NUM_NEIGHBOURS,
    report: Report | None = None,
    of: Counts | None = None,
) -> tuple[Counts, Floats]:
    """(rows int64 (m, number), distances float32 (m, number)) of the nearest others of each vector, or of those in the
    rows `of` int64 (m,), nearest first.

    `vectors` float32 (n, d), distances Euclidean. `report` is told (what, done, total). Raises InputError unless there
    are more vectors than neighbours.
    """
    from sklearn.neighbors import NearestNeighbors

    if not 1 <= number < len(vectors):
        raise InputError(
            f"{number} neighbours among {len(vectors)} vectors; wanted 1 or more, and more vectors than neighbours"
        )
    index = NearestNeighbors(algorithm="brute").fit(vectors)
    of = np.arange(len(vectors)) if of is None else of
    rows = np.empty((len(of), number), np.int64)
    distances = np.empty((len(of), number), np.float32)
    for start in range(0, len(of), BLOCK):
        block = slice(start, start + BLOCK)
        own = of[block, np.newaxis]
        apart, found = index.kneighbors(vectors[own[:, 0]], number + 1)
        # A vector is its own neighbour, and to be left out; of many equal ones it may not be among the first.
        itself = found == own
        itself[:, -1] |= ~itself.any(axis=1)
        rows[block] = found[~itself].reshape(-1, number)
        distances[block] = apart[~itself].reshape(-1, number)
        if report:
            report(WHAT, min(start + BLOCK, len(of)), len(of))
    return rows, distances


def label_accuracy(embedding: Embedding, number: int = NUM_NEIGHBOURS, report: Report | None = None) -> float:
    """The share of labels, in [0, 1], that the most frequent label among an image's nearest others names, the lowest of
    several as frequent. Images without a label take no part. Raises DataError where none has one."""
    labelled = _labelled(embedding)
    labels = embedding.labels[labelled]
    rows, _ = nearest(embedding.vectors[labelled], number, report)
    votes = np.zeros((len(labels), len(embedding.class_names)), np.int64)
    for column in labels[rows].T:
        votes[np.arange(len(labels)), column] += 1
    return float((votes.argmax(axis=1) == labels).mean())


def suspects(
    embedding: Embedding,
    number: int = NUM_WITNESSES,
    report: Report | None = None,
    *,
    denied_only: bool = False,
) -> tuple[Counts, Floats]:
    """(order int64 (n,), score float32 (n,) in [0, 1]): the rows, the label most likely wrong first, and the score of
    each row.

    The score is the share of an image's nearest others that bear another label, the nearer counting for more; with a
    run's predictions, the mean of that and of the probability the run gives to all other labels (not for labels that it
    predicts nowhere). It is 0 for images without a label, and with `denied_only` for those whose label is predicted:
    neighbours are looked for only where they may matter. Raises DataError where fewer than two have a label.
    """
    labelled = _labelled(embedding, 2)
    vectors, number = embedding.vectors[labelled], min(number, len(labelled) - 1)
    every = embedding.labels[labelled]
    asked = np.arange(len(labelled))
    if denied_only and embedding.predictions is not None:
        asked = np.flatnonzero(embedding.predictions[labelled] != every)
    rows, distances = nearest(vectors, number, report, asked)
    labels = every[asked]
    # Equal vectors have no distances, and count alike.
    nearness = np.exp(-np.square(distances / np.maximum(distances.mean(axis=1, keepdims=True), 1e-12)))
    doubt = ((every[rows] != labels[:, np.newaxis]) * nearness).sum(axis=1) / nearness.sum(axis=1)
    labelled = labelled[asked]
    if embedding.predictions is not None and embedding.confidence is not None:
        predicted, confidence = embedding.predictions[labelled], embedding.confidence[labelled]
        # What is left of a certain prediction is spread evenly over the other classes: a run's vectors keep no more.
        others = max(1, len(embedding.class_names) - 1)
        share = np.where(predicted == labels, confidence, (1 - confidence) / others)
        # A class that is never predicted may be one that the run does not know: it cannot speak against it.
        known = np.isin(labels, embedding.predictions)
        doubt = np.where(known, (doubt + 1 - share) / 2, doubt)
    scores = np.zeros(len(embedding), np.float32)
    scores[labelled] = doubt
    return np.argsort(-scores, kind="stable").astype(np.int64), scores


def _labelled(embedding: Embedding, least: int = 1) -> Labels:
    rows = np.flatnonzero(embedding.labels != UNKNOWN)
    if len(rows) < least:
        raise DataError(
            f"{len(rows)} of {len(embedding):,} images of {embedding.source} have a label; wanted {least} or more; "
            "sort the photos into one folder per class"
        )
    return rows
