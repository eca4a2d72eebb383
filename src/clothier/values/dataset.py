"""Data sets: splits that share classes and image shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clothier.errors import DataError
from clothier.values import markup, names
from clothier.values.examples import Split


@dataclass(frozen=True)
class Reading:
    """How a data set was read, so that it can be read again and photos prepared as its own were.

    `source` is what `data.load` was given, "" where nothing that it takes gives these data (arrays in memory, a part
    of a data set); `absolute` is the same for any working folder; `options` are those of `data.LoadOptions`, as JSON
    holds them.
    """

    source: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    absolute: str = ""

    @property
    def crop(self) -> str:
        """How photos became images, one of `photo.doctor.WAYS`."""
        return str(self.options.get("crop", "pad"))

    def as_json(self) -> dict[str, Any]:
        return {"source": self.source, "absolute": self.absolute, "options": dict(self.options)}


def check_not_empty(data: str, split_name: str, num_images: int) -> None:
    """DataError for a split without images."""
    if not num_images:
        raise DataError(
            f"{data} has no image in the {split_name} split; wanted some, or no such split; add images"
        )


def check_names(data: str, class_names: Sequence[str]) -> None:
    """DataError where classes of those data have no names, or such as `names.fault` tells of."""
    if isinstance(class_names, str) or not all(isinstance(name, str) for name in class_names):
        raise DataError(
            f"{names.escaped(data)}: the class names are {class_names!r:.80}; wanted a tuple of texts, such as "
            "('hat', 'shoe')"
        )
    if not len(class_names):
        raise DataError(f"{names.escaped(data)}: there are no class names; wanted one for each class")
    if wrong := names.fault(class_names):
        raise DataError(f"{names.escaped(data)}: {wrong}")


@dataclass(frozen=True, eq=False)
class Dataset:
    """Splits that share classes and image shape; `validation` and `test` may be absent.

    `fingerprint` is a SHA-256 hex digest over every split's images and labels and over the class names, so
    equal fingerprints mean equal data. `notice` is a sentence that every output must repeat ("" for real
    data). Raises DataError as `check_names`, for a label outside the classes, an empty split, image shapes that
    differ between splits, or no fingerprint.
    """

    train: Split
    validation: Split | None
    test: Split | None
    class_names: tuple[str, ...]
    fingerprint: str
    name: str
    notice: str = ""
    reading: Reading = Reading()

    def __post_init__(self) -> None:
        check_names(self.name, self.class_names)
        if not isinstance(self.fingerprint, str) or not self.fingerprint:
            raise DataError(
                f"{self.name}: the fingerprint is {self.fingerprint!r}; wanted a text that no other data have; compute "
                "it: clothier.values.fingerprint.fingerprint(splits, class_names)"
            )
        for split_name, split in self.splits().items():
            if not isinstance(split, Split):
                raise DataError(f"{split_name} is of type {type(split).__name__}; wanted a Split")
            check_not_empty(self.name, split_name, len(split))
            if split.images.shape[1:] != self.train.images.shape[1:]:
                raise DataError(
                    f"{split_name} images are {split.images.shape[1:]}, train images "
                    f"{self.train.images.shape[1:]}; wanted one shape for all splits"
                )
            low, high = int(split.labels.min(initial=0)), int(split.labels.max(initial=0))
            if low < 0 or high >= self.num_classes:
                raise DataError(
                    f"{split_name} labels run from {low} to {high}; wanted 0 to {self.num_classes - 1}"
                )

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    def splits(self) -> dict[str, Split]:
        """The splits that are there, by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @property
    def judged(self) -> str:
        """The split that tells most about new images: test where there is one, else validation, else train."""
        return list(self.splits())[-1]

    def split(self, name: str) -> Split:
        """The split of that name; DataError where this data set has none."""
        splits = self.splits()
        if name not in splits:
            raise DataError(f"{self.name} has no {name} split; it has: {', '.join(splits)}")
        return splits[name]

    def _repr_html_(self) -> str:
        shape = " x ".join(map(str, self.image_shape))
        counts = {
            name: np.bincount(split.labels, minlength=self.num_classes)
            for name, split in self.splits().items()
        }
        rows = [
            (name, *(int(of_split[label]) for of_split in counts.values()))
            for label, name in enumerate(self.class_names)
        ]
        rows.append(("all", *(len(split) for split in self.splits().values())))
        return markup.table(f"{self.name}: images of {shape}", ("class", *counts), rows, notice=self.notice)
