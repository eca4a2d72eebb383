"""Vectors and labels -> which rows are predicted wrongly from how many others: the points of learning curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clothier.checking import folds
from clothier.planning import discriminant
from clothier.planning.discriminant import Sums
from clothier.values import Floats, Labels, Report

SHARES = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
CLASS_SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
REPEATS = 2  # of five folds, each of which is a draw
_MANY = 20_000  # rows of which one repeat tells enough
_LEAST = 2.0  # rows a class, on the mean, that the smallest subset has
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """`sizes` float64 (s,): rows that were learnt from, rising. `held` (draws, n): rows that a draw was scored on.
    `wrong` (draws, s, n): those of them that it had wrong."""

    sizes: Numbers
    held: Flags
    wrong: Flags

    def of(self, rows: Flags) -> Points:
        """Those of some rows alone."""
        return Points(self.sizes, self.held[:, rows], self.wrong[:, :, rows])

    def errors(self) -> Numbers:
        """The share of wrong ones by size, the mean of all draws, float64 (s,)."""
        return np.asarray(
            (self.wrong.sum(axis=2) / np.maximum(self.held.sum(axis=1), 1)[:, None]).mean(axis=0)
        )

    def step_noise(self) -> float:
        """The standard deviation of the difference of two errors, at sizes of which one is twice the other, that comes
        from the images which happen to be scored."""
        if len(self.sizes) < 2:
            return 0.0
        doublings = float(np.log2(self.sizes[-1] / self.sizes[-2]))
        changed = (self.wrong[:, -1] != self.wrong[:, -2]).sum() / max(self.held.sum(), 1)
        num_images = max(int(self.held.any(axis=0).sum()), 1)
        return float(np.sqrt((changed + 1 / num_images) / num_images / doublings))

    def replicates(self, number: int, rng: np.random.Generator) -> Numbers:
        """What the errors might as well have been, float64 (number, s): other images, and other draws."""
        num_draws, num_sizes, _ = self.wrong.shape
        wrong = np.zeros((number, num_draws * num_sizes))
        held = np.zeros((number, num_draws))
        flat = self.wrong.reshape(num_draws * num_sizes, -1)
        for start in range(0, flat.shape[1], 4096):
            some = slice(start, start + 4096)
            images = rng.poisson(1.0, (number, flat[:, some].shape[1])).astype(np.float32)
            wrong += images @ flat[:, some].T.astype(np.float32)
            held += images @ self.held[:, some].T.astype(np.float32)
        draws = rng.multinomial(num_draws, np.full(num_draws, 1 / num_draws), number).astype(np.float64)
        total = (draws * held).sum(axis=1)
        sums = (draws[:, :, np.newaxis] * wrong.reshape(number, num_draws, num_sizes)).sum(axis=1)
        # An image more, half of it wrong: none is certain.
        return np.asarray((sums + 0.5 * num_draws) / (total + num_draws)[:, np.newaxis])


@dataclass(frozen=True, eq=False)
class Draw:
    """One fold: `train` rows in an order whose beginnings have the same share of each class, and `held` ones."""

    train: Labels
    held: Labels

    @classmethod
    def all(cls, labels: Labels, group_of: Labels) -> Iterator[Draw]:
        for seed in range(REPEATS if len(labels) <= _MANY else 1):
            fold = folds.folds(labels, group_of, seed)
            for number in range(folds.FOLDS):
                train = np.flatnonzero(fold != number)
                yield cls(_spread(train, labels[train], seed), np.flatnonzero(fold == number))


def _spread(rows: Labels, labels: Labels, seed: int) -> Labels:
    """The rows, those of each class in an order by chance and evenly spread."""
    rng = np.random.default_rng(seed)
    place = np.empty(len(rows))
    for label, count in enumerate(np.bincount(labels).tolist()):
        place[labels == label] = (rng.permutation(count) + rng.random()) / max(count, 1)
    return np.asarray(rows[np.argsort(place, kind="stable")], np.int64)


def of_all(vectors: Floats, labels: Labels, group_of: Labels, num_classes: int, report: Report) -> Points:
    """The points of growing subsets with the same share of each class."""
    draws = list(Draw.all(labels, group_of))
    num_train = float(np.mean([len(draw.train) for draw in draws]))
    shares = [share for share in SHARES if share * num_train >= _LEAST * num_classes] or [1.0]
    held = np.zeros((len(draws), len(labels)), bool)
    wrong = np.zeros((len(draws), len(shares), len(labels)), bool)
    penalties: list[float | None] = [None] * len(shares)  # the first draw chooses them, as that takes long
    for number, draw in enumerate(draws):
        held[number, draw.held] = True
        sums, before = Sums.of(vectors, labels, draw.train[:0], num_classes), 0
        for place, share in enumerate(shares):
            stop = round(share * len(draw.train))
            sums += Sums.of(vectors, labels, draw.train[before:stop], num_classes)
            before = stop
            made = discriminant.fit(sums, penalties[place])
            penalties[place] = made.penalty
            wrong[number, place, draw.held] = made.predict(vectors[draw.held]) != labels[draw.held]
        report("learning from parts of the images", number + 1, len(draws))
    return Points(num_train * np.array(shares), held, wrong)


def of_class(
    label: int, vectors: Floats, labels: Labels, draws: list[Draw], whole: list[tuple[Sums, float]]
) -> Points:
    """The points of growing subsets of one class, with all of the others. `whole` has for each draw the sums of what it
    trains on, and the penalty that suits them."""
    num_classes = len(whole[0][0].counts)
    held = np.zeros((len(draws), len(labels)), bool)
    wrong = np.zeros((len(draws), len(CLASS_SHARES), len(labels)), bool)
    counts = []
    for number, (draw, (sums, penalty)) in enumerate(zip(draws, whole, strict=True)):
        held[number, draw.held] = True
        of_class = draw.train[labels[draw.train] == label]
        counts.append(len(of_class))
        for place, share in enumerate(CLASS_SHARES):
            left_out = of_class[round(share * len(of_class)) :]
            made = discriminant.fit(sums - Sums.of(vectors, labels, left_out, num_classes), penalty)
            wrong[number, place, draw.held] = made.predict(vectors[draw.held]) != labels[draw.held]
    return Points(float(np.mean(counts)) * np.array(CLASS_SHARES), held, wrong)
