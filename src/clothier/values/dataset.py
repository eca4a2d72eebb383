"""Data sets: splits that share classes and image shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clothier.errors import DataError
from clothier.values import markup, names
from clothier.values.arrays import Labels
from clothier.values.examples import Split
from clothier.values.fingerprint import fingerprint
from clothier.values.labelling import encode
from clothier.values.pairs import read_pair
from clothier.values.repair import Repair
from clothier.values.stratified import hold_out_of_each
from clothier.values.whole import whole_number
from clothier.values.wording import counted, listed

_SHOWN = 5  # classes in a repr


@dataclass(frozen=True)
class Reading:
    """How a data set was read, so that it can be read again and other photos can be prepared in the same way.

    `source` is the argument of `data.load`, or "" if no source gives these data (arrays in memory, a part of a data
    set). `absolute` is the same with absolute paths. `options` are the fields of `data.LoadOptions` as JSON values.
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
    """Raise DataError for a split without images."""
    if not num_images:
        raise DataError(
            f"{data} has no image in the {split_name} split; wanted some, or no such split; add images"
        )


def check_name(name: object) -> None:
    """DataError for what cannot name a data set: no text, an empty one, or one of several lines."""
    if not isinstance(name, str) or not name.strip() or not all(map(names.is_plain, name)):
        raise DataError(f"the name of the data is {name!r:.80}; wanted a text of one line, such as 'photos'")


def check_names(data: str, class_names: Sequence[str]) -> None:
    """Raise DataError if the class names are missing, not strings, or refused by `names.fault`."""
    if (
        not np.iterable(class_names)
        or isinstance(class_names, (str, Mapping, Set))
        or not all(isinstance(name, str) for name in class_names)
    ):
        raise DataError(
            f"{names.escaped(data)}: the class names are {class_names!r:.80}; wanted a tuple of texts, such as "
            "('hat', 'shoe')"
        )
    if not len(class_names):
        raise DataError(f"{names.escaped(data)}: there are no class names; wanted one for each class")
    if wrong := names.fault(class_names):
        raise DataError(f"{names.escaped(data)}: {wrong}")


def check_classes(name: str, labels: Mapping[str, Labels], class_names: Sequence[str]) -> None:
    """Raise DataError unless there are two or more valid class names, each class has a training image, and every other
    split has an image."""
    check_names(name, class_names)
    if len(class_names) < 2:
        raise DataError(
            f"{name} has a single class, '{class_names[0]}'; wanted two or more; add another class"
        )
    if missing := missing_classes(labels["train"], class_names):
        raise DataError(
            f"{name}: class '{missing[0]}' has no image in the train split; "
            "wanted every class there; add images of it or take the class out"
        )
    for part, numbers in labels.items():
        check_not_empty(name, part, len(numbers))


def missing_classes(labels: Labels, class_names: Sequence[str]) -> list[str]:
    """The names of the classes that no label has."""
    counts = np.bincount(labels, minlength=len(class_names))
    return [name for name, count in zip(class_names, counts.tolist(), strict=True) if not count]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Splits that share classes and image shape; `validation` and `test` may be None.

    `fingerprint` is a SHA-256 hex digest of every split's images and labels and of the class names, so equal
    fingerprints mean equal data. `notice` is a sentence that every output must repeat ("" for real data). `repairs`
    says, by split, what a file of decisions changed in it.

    Raises DataError for invalid class names, a label outside the classes, an empty split, image shapes that differ
    between splits, or a missing fingerprint.
    """

    train: Split
    validation: Split | None
    test: Split | None
    class_names: tuple[str, ...]
    fingerprint: str
    name: str
    notice: str = ""
    reading: Reading = Reading()
    repairs: Mapping[str, Repair] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_names(self.name, self.class_names)
        if not isinstance(self.fingerprint, str) or not self.fingerprint:
            raise DataError(
                f"{self.name}: the fingerprint is {self.fingerprint!r}; wanted a text that no other data have; use "
                "Dataset.from_arrays, which computes it"
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

    @classmethod
    def from_arrays(
        cls,
        train: Any,
        *,
        test: Any = None,
        validation: Any = 0.2,
        class_names: Sequence[str] | None = None,
        name: str = "arrays",
        seed: int = 13,
    ) -> Dataset:
        """A data set of images and labels in memory: `Dataset.from_arrays((x, y), test=(x_test, y_test))`.

        A split is a tuple (images, labels), or a data set that yields (image, label). Images are (n, height, width) or
        (n, height, width, 1 or 3), uint8 or floats in [0, 1], or a list of pictures. Labels (n,) are integers or
        strings. Both may be arrays, lists, tensors, data frames or series. `validation` is a split, a share in (0, 1)
        of each class to hold out by `seed`, or None. Without `class_names` (or `train.classes`), the sorted labels are
        the class names. With them, integer labels count from 0, or take the names in sorted order.

        Raises DataError for images or labels of another kind, or if labels, names and splits do not fit together.
        """
        check_name(name)
        share, seed = _share(validation), whole_number("seed", seed, 0)
        given = {"train": train, "validation": None if share else validation, "test": test}
        read = {
            split: read_pair(value, split)
            for split, value in given.items()
            if value is not None or split == "train"
        }
        labels = {split: pair[1] for split, pair in read.items()}
        if class_names is None and labels["train"].dtype != object:
            class_names = getattr(train, "classes", None)  # torchvision's
        elif class_names is not None:
            check_names(name, class_names)
        numbers, named = encode(labels, class_names)
        check_classes(name, numbers, named)
        splits = {split: Split(read[split][0], numbers[split]) for split in read}
        if share:
            splits = _held_out(splits, named, share, seed)
        return cls._of(splits, named, name)

    @classmethod
    def _of(
        cls, splits: Mapping[str, Split], class_names: tuple[str, ...], name: str, **more: Any
    ) -> Dataset:
        """Make a data set of these splits, with its fingerprint."""
        parts = {part: splits.get(part) for part in ("train", "validation", "test")}
        return cls(
            **parts,  # type: ignore[arg-type]  # `splits` has train
            class_names=class_names,
            fingerprint=fingerprint(splits, class_names),
            name=name,
            **more,
        )

    def first(self, num_images: int) -> Dataset:
        """The data set with only the first `num_images` images of each split.

        Raises InputError unless `num_images` is a whole number of 1 or more.
        """
        num_images = whole_number("num_images", num_images, 1)
        splits = {
            name: Split(
                split.images[:num_images],
                split.labels[:num_images],
                split.files[:num_images],
                None if split.rows is None else split.rows[:num_images],
            )
            for name, split in self.splits().items()
        }
        # No source reads the first images alone.
        reading, name = Reading(options=self.reading.options), f"{self.name}, first {num_images}"
        return self._of(splits, self.class_names, name, notice=self.notice, reading=reading)

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    def splits(self) -> dict[str, Split]:
        """The splits that the data set has, by name, in the order train, validation, test."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @property
    def judged(self) -> str:
        """The name of the split that scores are computed on: test if there is one, else validation, else train."""
        return list(self.splits())[-1]

    def split(self, name: str) -> Split:
        """The split of that name. Raises DataError if the data set has no such split."""
        splits = self.splits()
        if name not in splits:
            raise DataError(f"{self.name} has no {name} split; it has: {', '.join(splits)}")
        return splits[name]

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.image_shape))
        lines = [f"Dataset '{names.escaped(self.name)}': images of {shape}, {self.num_classes} classes"]
        lines += [
            f"  {name:<10} {len(split):>9,} image{'s' * (len(split) != 1)}"
            for name, split in self.splits().items()
        ]
        lines.append(f"  classes    {listed(self.class_names, _SHOWN)}")
        return "\n".join([*lines, *([f"  note       {self.notice}"] if self.notice else [])])

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


def _share(validation: Any) -> float | None:
    """The share of the training images to hold out; None if `validation` is a split or None."""
    if not isinstance(validation, (int, float, np.number, np.bool_)):
        return None
    if isinstance(validation, (bool, np.bool_)) or not 0 < validation < 1:
        raise DataError(
            f"validation is {validation}; wanted a share above 0 and below 1, (images, labels), or None for none"
        )
    return float(validation)


def _held_out(
    splits: Mapping[str, Split], class_names: Sequence[str], share: float, seed: int
) -> dict[str, Split]:
    """The splits with a share of the training images as validation split. Raises DataError if a class is too small."""
    train = splits["train"]
    for name, count in zip(class_names, np.bincount(train.labels).tolist(), strict=True):
        if max(1, round(share * count)) >= count:
            raise DataError(
                f"class '{name}' has {counted(count, 'image')}, too few to hold out a share of {share:g} for "
                "validation; add images, or give validation=(images, labels) or validation=None"
            )
    kept, held = hold_out_of_each(np.arange(len(train)), train.labels, seed, share)
    parts = {
        name: Split(train.images[rows], train.labels[rows])
        for name, rows in (("train", kept), ("validation", held))
    }
    return {**parts, **{name: split for name, split in splits.items() if name == "test"}}
