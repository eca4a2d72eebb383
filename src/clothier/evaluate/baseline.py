"""The k nearest neighbours of an image among the training images, by their pixels: a baseline without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from clothier.system.extras import load
from clothier.values import Counts, Dataset, Floats, Images, Labels, Predictions, Report

NUMBERS = (1, 3, 5, 7, 9, 11, 15, 21)  # of neighbours that are tried
USUAL = 5  # neighbours, where there are no validation images to choose by
_BLOCK = 1000  # images whose neighbours are looked for at once, between two reports


@dataclass(frozen=True, eq=False)
class Neighbours:
    """`number` neighbours, the accuracy in [0, 1] of each number that was tried on the validation images (empty where
    there are none beside the judged split), and what they say of the judged split."""

    number: int
    tried: dict[int, float]
    predictions: Predictions


def nearest_neighbours(dataset: Dataset, report: Report | None = None) -> Neighbours:
    """The judged split of the data set, classified by the most frequent label among the nearest training images, of
    several as frequent the first class. Distances are Euclidean, exact, between pixels.

    The number of neighbours is the one with the highest validation accuracy, of several the smallest. Probabilities
    are (votes + 1) / (neighbours + classes), so none is 0. `report` is told (what, done, total).
    Source: E. Fix and J. L. Hodges, "Discriminatory Analysis: Nonparametric Discrimination", 1951.
    """
    train, judged = dataset.train, dataset.split(dataset.judged)
    numbers = [number for number in NUMBERS if number <= len(train)]
    held_out = dataset.validation if dataset.judged == "test" else None
    total = len(judged) + (len(held_out) if held_out else 0)
    search = _Search(train.images, report, total)
    tried = {}
    if held_out is not None:
        labels = train.labels[search.rows(held_out.images, numbers[-1])]
        for number, votes in _votes(labels, numbers, dataset.num_classes):
            tried[number] = float((votes.argmax(axis=1) == held_out.labels).mean())
    best = max(tried, key=lambda number: tried[number]) if tried else min(USUAL, numbers[-1])
    labels = train.labels[search.rows(judged.images, best)]
    ((_, votes),) = _votes(labels, [best], dataset.num_classes)
    shares = (votes + 1) / (best + dataset.num_classes)
    return Neighbours(best, tried, Predictions(np.log(shares).astype(np.float32)))


class _Search:
    """The nearest training images of others, block by block."""

    def __init__(self, images: Images, report: Report | None, total: int) -> None:
        neighbors = load("sklearn.neighbors", "a baseline")
        self._index = neighbors.NearestNeighbors(algorithm="brute").fit(_pixels(images))
        self._report, self._total, self._done = report, total, 0

    def rows(self, images: Images, number: int) -> Labels:
        """int64 (n, number): the nearest first."""
        rows = np.empty((len(images), number), np.int64)
        for start in range(0, len(images), _BLOCK):
            block = images[start : start + _BLOCK]
            rows[start : start + _BLOCK] = self._index.kneighbors(_pixels(block), number, False)
            self._done += len(block)
            if self._report:
                self._report("comparing images", self._done, self._total)
        return rows


def _votes(labels: Labels, numbers: Sequence[int], num_classes: int) -> Iterator[tuple[int, Counts]]:
    """(number, votes int64 (n, num_classes)) of the first so many columns of `labels`, for each of the numbers."""
    votes = np.zeros((len(labels), num_classes), np.int64)
    for column in range(numbers[-1]):
        votes[np.arange(len(labels)), labels[:, column]] += 1
        if column + 1 in numbers:
            yield column + 1, votes


def _pixels(images: Images) -> Floats:
    return np.asarray(images, np.float32).reshape(len(images), -1)
