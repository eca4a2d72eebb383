"""A source -> the labelled images of one split, to judge a model by. Photos stay files until they are judged."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clothier.data import photos, relabelling
from clothier.data.options import LoadOptions
from clothier.data.photos import ORDER, Listed
from clothier.errors import DataError, unknown_name
from clothier.values import Dataset, Labelled, Split, check_names
from clothier.values.labelled import WHOLE
from clothier.values.labelling import encode
from clothier.values.pairs import read_pair
from clothier.values.repair import Repair


def of_photos(
    name: str, listed: Listed, split: str | None, options: LoadOptions, default_validation: str
) -> Labelled:
    """The photos of that split; None is the last of train, validation and test that the source brings, or all photos
    where it brings none. A split that it does not bring is held out as for training. Raises DataError where there is no
    such split, and as `hold_out`."""
    check_names(name, listed.class_names)
    if split is not None and split not in ORDER:
        raise unknown_name("split", split, ORDER)
    if split is None and not listed.is_divided:
        split, chosen = WHOLE, listed.splits["train"]
    else:
        parts = dict(listed.splits)
        is_brought = listed.is_divided and split in parts and (split != "train" or "validation" in parts)
        if split is not None and "train" in parts and not is_brought:
            parts = photos.divide(name, listed, options, default_validation)
        split = _chosen(name, split, parts)
        chosen = parts[split]
    notice = ""
    if options.labels is not None:
        part, names = split or "train", {photo.name for photo in chosen}
        # Decisions about photos of other splits are no fault.
        rest = [photo for photos in listed.splits.values() for photo in photos if photo.name not in names]
        history, divided = relabelling.read(options), {part: chosen, "others": rest}
        made, repairs = relabelling.of_photos(divided, listed.class_names, history, options.labels, name)
        chosen, notice = made[part], repairs.get(part, Repair()).notice
    labels = np.array([photo.label for photo in chosen], np.int64)
    files = tuple(photo.name for photo in chosen)
    return Labelled(name, split, listed.class_names, labels, files, [photo.path for photo in chosen], notice)


def of_dataset(dataset: Dataset, split: str | None) -> Labelled:
    """The images of that split; None is the last that is there. Raises DataError where there is no such split."""
    parts = dataset.splits()
    split = _chosen(dataset.name, split, parts)
    found = of_split(dataset.split(split), dataset.class_names, dataset.name)
    notice = f"{dataset.notice} {dataset.repairs.get(split, Repair()).notice}".strip()
    return replace(found, split=split, names=dataset.split(split).ids(split), notice=notice)


def of_split(split: Split, class_names: Sequence[str], name: str) -> Labelled:
    """The images of a split in memory, whose labels count those classes. Raises DataError for labels outside them, and
    for no image."""
    if not len(split):
        raise DataError(f"there is no image in {name}; wanted one or more")
    low, high = int(split.labels.min()), int(split.labels.max())
    if low < 0 or high >= len(class_names):
        raise DataError(
            f"the labels run from {low} to {high}; wanted 0 to {len(class_names) - 1}, the classes of the model"
        )
    names = split.files or tuple(map(str, range(len(split))))
    return Labelled(name, WHOLE, tuple(class_names), split.labels, names, split.images)


def of_pairs(given: Any, class_names: Sequence[str]) -> Labelled:
    """The images of a tuple (images, labels), or a data set that yields (image, label). Labels that are integers count
    those classes; texts name classes of their own. Errors as `of_split` and `read_pair`."""
    images, labels = read_pair(given, "data")
    if labels.dtype != object:
        return of_split(Split(images, labels), class_names, "arrays")
    numbers, named = encode({"data": labels}, None)
    check_names("arrays", named)
    return of_split(Split(images, numbers["data"]), named, "arrays")


def _chosen(name: str, split: str | None, there: Collection[str]) -> str:
    if split is None:
        return [part for part in ORDER if part in there][-1]
    if split not in ORDER:
        raise unknown_name("split", split, ORDER)
    if split not in there:
        raise DataError(f"{name} has no {split} split; it has: {', '.join(there)}")
    return split
