"""All that is known of the images to label, by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier.values import Dataset, Floats, Images, Labels

UNLABELLED = "unlabelled"  # what `parts` calls photos that the data do not have


@dataclass(frozen=True, eq=False)
class Board:
    """A row for each image of all splits, one after the other, then for each unlabelled photo.

    `labels` int64 (n,) are those of the data, UNKNOWN for unlabelled photos; `parts` names the split of each. `said`
    float32 (n, k) are probabilities by a classifier that has not seen the image, `model_said` those of the model, where
    one was given that has these classes. `suspicion` float32 (n,) is how likely the label is wrong, `wrong` bool (n,)
    whether `clothier check` lists it. `vectors` float32 (n, d) are what pictures are compared by. `files` are the
    photos by id, where images came from some.
    """

    source: str
    class_names: tuple[str, ...]
    ids: tuple[str, ...]
    parts: npt.NDArray[np.str_]
    labels: Labels
    said: Floats
    suspicion: Floats
    wrong: npt.NDArray[np.bool_]
    vectors: Floats
    dataset: Dataset
    others: Dataset | None = None
    model: str = ""
    model_said: Floats | None = None
    files: dict[str, Path] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        return {image: row for row, image in enumerate(self.ids)}

    @cached_property
    def _lengths(self) -> Floats:
        """float32 (n,): the squares of the lengths of the vectors."""
        return np.asarray(np.square(self.vectors).sum(axis=1), np.float32)

    def nearest(self, row: int, number: int, among: npt.NDArray[np.bool_]) -> Labels:
        """The rows nearest to that one, nearest first and without itself, of those where `among` bool (n,) holds."""
        apart = self._lengths - 2 * (self.vectors @ self.vectors[row])  # less the same number for all
        apart[~among] = np.inf
        apart[row] = np.inf
        number = min(number, int(np.isfinite(apart).sum()))
        if not number:
            return np.empty(0, np.int64)
        rows = np.argpartition(apart, number - 1)[:number]
        return rows[np.argsort(apart[rows], kind="stable")]

    def image(self, row: int) -> Images:
        """uint8 (height, width, channels), as the classifier saw it."""
        splits = [*self.dataset.splits().values(), *([self.others.train] if self.others else [])]
        for split in splits:
            if row < len(split):
                return np.asarray(split.images[row])
            row -= len(split)
        raise IndexError(row)
