"""What a network is fed: images or features, and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from clothier.errors import DataError
from clothier.values.arrays import Floats, Halves, Images, Labels


class Examples(Protocol):
    """What a network is fed: rows of inputs (images or features) and as many labels int64 (n,)."""

    @property
    def inputs(self) -> Images | Halves: ...

    @property
    def labels(self) -> Labels: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Mixed:
    """Labels of images that were mixed in pairs: `shares`, float32 (n,) in [0, 1], is how much of each is `labels`;
    the rest is `others`. Both int64 (n,)."""

    labels: Labels
    others: Labels
    shares: Floats

    def __len__(self) -> int:
        return len(self.labels)


Targets = Labels | Mixed  # what a batch is trained towards


@dataclass(frozen=True, eq=False)
class Split:
    """Images uint8 (n, height, width, channels) with channels 1 or 3, and labels int64 (n,).

    `files` names the file each image came from, relative to the data set's folder or table; empty for images that
    did not come from a file each. `rows`, int64 (n,), counts them as they were before some were left out; None where
    none was. Raises DataError where shapes, dtypes or counts are anything else, or a file is named twice.
    """

    images: Images
    labels: Labels
    files: tuple[str, ...] = ()
    rows: Labels | None = None

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        for what, given in (("images", images), ("labels", labels)):
            if not isinstance(given, np.ndarray):
                raise DataError(f"{what} are of type {type(given).__name__}; wanted a NumPy array")
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] not in (1, 3):
            raise DataError(
                f"images are {images.dtype} {images.shape}; wanted uint8 (n, height, width, 1 or 3)"
            )
        if not all(images.shape[1:3]):
            raise DataError(f"images are {images.shape}; wanted a height and a width of 1 or more")
        if labels.dtype != np.int64 or labels.ndim != 1:
            raise DataError(f"labels are {labels.dtype} {labels.shape}; wanted int64 (n,)")
        if len(images) != len(labels):
            raise DataError(f"{len(images)} images but {len(labels)} labels; wanted one label an image")
        if isinstance(self.files, str):
            raise DataError(
                f"files is the text {self.files[:80]!r}; wanted a tuple with a name for each image"
            )
        if self.rows is not None and (self.rows.dtype != np.int64 or self.rows.shape != labels.shape):
            raise DataError(f"rows are {self.rows.dtype} {self.rows.shape}; wanted int64 (n,), one an image")
        if self.files and len(self.files) != len(images):
            raise DataError(f"{len(images)} images but {len(self.files)} file names; wanted one an image")
        if len(set(self.files)) < len(self.files):
            raise DataError(
                f"{len(self.files)} images come from {len(set(self.files))} files; wanted a file for each image"
            )

    @property
    def inputs(self) -> Images:
        return self.images

    def file(self, index: int) -> str:
        """The file that image came from; "" where it did not come from one."""
        return self.files[index] if self.files else ""

    def ids(self, name: str) -> tuple[str, ...]:
        """What tells its images apart in a data set where it is called `name`: their files, or else that name and the
        row, such as train/17. An image keeps its id when others are left out."""
        rows: Sequence[int] = range(len(self)) if self.rows is None else self.rows.tolist()
        return self.files or tuple(f"{name}/{row}" for row in rows)

    def only(self, rows: Labels, labels: Labels | None = None) -> Split:
        """The images of these rows, int64 (k,), ascending; with `labels`, int64 (n,), in the place of its own."""
        own = self.labels if labels is None else labels
        files = tuple(self.files[row] for row in rows) if self.files else ()
        if len(rows) == len(self):
            return Split(self.images, own, self.files, self.rows)
        counted = rows if self.rows is None else self.rows[rows]
        return Split(self.images[rows], own[rows], files, None if files else counted)

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Features:
    """What a frozen base makes of n images: `inputs` float16 (n, num_features), and labels int64 (n,).

    Raises DataError where shapes, dtypes or counts are anything else.
    """

    inputs: Halves
    labels: Labels

    def __post_init__(self) -> None:
        if self.inputs.dtype != np.float16 or self.inputs.ndim != 2 or len(self.inputs) != len(self.labels):
            raise DataError(
                f"features are {self.inputs.dtype} {self.inputs.shape} with {len(self.labels)} labels; "
                "wanted float16 (n, num_features) and n labels"
            )
        if self.labels.dtype != np.int64 or self.labels.ndim != 1:
            raise DataError(f"labels are {self.labels.dtype} {self.labels.shape}; wanted int64 (n,)")

    def __len__(self) -> int:
        return len(self.labels)
