"""What a frozen base made of a data set: features of each split, of several views of the training images, and maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.augment import Visit
from clothier.values import Dataset, Features, Halves, Labels, Mixed

VIEW = 4  # this use of a run's seed in an epoch; `batches` has the others
MIXUP = 0.2  # shares are drawn from Beta(MIXUP, MIXUP), as in augment/mixup.py


def num_rows(dataset: Dataset, views: int) -> int:
    """Images of all splits, and further views of those of the training split."""
    return sum(len(split) for split in dataset.splits().values()) + (views - 1) * len(dataset.train)


@dataclass(frozen=True, eq=False)
class Extracted:
    """Rows float16 (num_rows, num_maps + num_features) of a base: the splits in their order, then further views of the
    training images, one view after the other. Each row has maps, the output of a layer inside the base, and features.
    """

    rows: Halves
    dataset: Dataset
    views: int = 1
    num_maps: int = 0

    def splits(self, *, maps: bool = False) -> dict[str, Features]:
        """Maps or features of each split, of the images as they are."""
        found, start = {}, 0
        for name, split in self.dataset.splits().items():
            found[name] = Features(self._part(maps)[start : start + len(split)], split.labels)
            start += len(split)
        return found

    def training(self, seed: int, epoch: int, *, maps: bool = False) -> Viewed:
        """Maps or features of the training images, each of one of its views, which depends on (seed, epoch)."""
        num_images, whole = len(self.dataset.train), num_rows(self.dataset, 1)
        views = np.random.default_rng([seed, epoch, VIEW]).integers(0, self.views, num_images)
        rows = np.arange(num_images) + np.where(views, whole + (views - 1) * num_images, 0)
        return Viewed(Rows(self._part(maps), rows), self.dataset.train.labels)

    def _part(self, maps: bool) -> Halves:
        return self.rows[:, : self.num_maps] if maps else self.rows[:, self.num_maps :]


@dataclass(frozen=True, eq=False)
class Rows:
    """Some rows of an array, which are not copied before they are asked for."""

    array: Halves
    places: npt.NDArray[np.int64]

    def __getitem__(self, rows: npt.NDArray[np.int64]) -> Halves:
        return self.array[self.places[rows]]

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, eq=False)
class Viewed:
    """Examples whose inputs are Rows."""

    rows: Rows
    labels: Labels

    @property
    def inputs(self) -> Any:
        return self.rows

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class MapPolicy:
    """Maps and labels -> maps of which every other one is mirrored and each is faded into another, and their labels.

    Call it as a policy of `augment`. `grid` is (height, width, channels). Source of mixing inside a network: V. Verma
    et al., "Manifold Mixup: Better Representations by Interpolating Hidden States", 2019.
    """

    grid: tuple[int, int, int]

    def __call__(
        self, rng: np.random.Generator, maps: Halves, labels: Labels, visit: Visit | None = None
    ) -> tuple[Halves, Mixed]:
        count = len(maps)
        mirrored = rng.random(count) < 0.5
        partners = rng.integers(0, count, count)
        share = rng.beta(MIXUP, MIXUP, count)
        shares = np.maximum(share, 1 - share).astype(np.float32)
        grids = maps.reshape(count, *self.grid)
        turned = np.where(mirrored[:, None, None, None], grids[:, :, ::-1], grids).reshape(count, -1)
        weights = shares[:, None]
        mixed = weights * turned + (1 - weights) * turned[partners]
        return mixed.astype(np.float16), Mixed(labels, labels[partners], shares)
