"""Which images train, which validate, which test; and the Dataset made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from clothier.data import duplicates, relabelling
from clothier.data import groups as grouping
from clothier.data.classes import FASHION_MNIST
from clothier.data.options import LoadOptions
from clothier.data.recognition import is_fashion_mnist
from clothier.data.resplit import divide_again
from clothier.errors import DataError, InputError
from clothier.values import Dataset, Labels, Split
from clothier.values.dataset import check_classes, missing_classes
from clothier.values.fingerprint import fingerprint
from clothier.values.repair import Repair
from clothier.values.stratified import Rows, hold_out_groups, hold_out_of_each
from clothier.values.wording import counted, listed

HELD_OUT = 0.2  # the article's share; the stratified split takes the same
ARTICLE_SEED = 13  # the article's random_state
# A fifth of five is one: of fewer, a class might be left without any in a split.
MIN_PER_CLASS = 5
_SHOWN = 5  # classes that are named in an error


def hold_out(
    labels: Labels,
    how: str,
    seed: int,
    class_names: Sequence[str],
    *,
    test_too: bool = False,
    groups: Labels | None = None,
) -> dict[str, Rows]:
    """Row numbers int64 of the splits, by name, in the order train, validation, test.

    `how` is "article" (the same rows for every data set of that many images, whatever the seed), "stratified"
    (a fifth of each class, drawn by `seed`, and one at least), "none" (no validation split; rows in order) or "whole"
    (nothing is held out, whatever `test_too` says).
    `test_too` first holds out a stratified fifth as test split. All images of a group, int64 (n,), go into one split.
    Raises DataError for a class of fewer than five images, or too few groups, where a fifth of each is to be held out;
    InputError for groups in the article's split.
    """
    rows = np.arange(len(labels))
    if how == "whole":
        return {"train": rows}
    test = None
    if test_too or how == "stratified":
        _check_enough(labels, class_names)
    if groups is not None:
        if how == "article":
            raise InputError(
                "--group does not apply to --validation article, which divides images one by one; wanted stratified"
            )
        _check_enough_groups(labels, groups, class_names, 1 + test_too + (how == "stratified"))
    if test_too:
        rows, test = _stratified(rows, labels, seed, groups, keep=2 if how == "stratified" else 1)
    parts = {"train": rows}
    if how == "article":
        parts["train"], parts["validation"] = _as_the_article(rows)
    elif how == "stratified":
        parts["train"], parts["validation"] = _stratified(
            rows, labels[rows], seed, None if groups is None else groups[rows]
        )
    if test is not None:
        parts["test"] = test
    return parts


def _check_enough(labels: Labels, class_names: Sequence[str]) -> None:
    counts = np.bincount(labels, minlength=len(class_names)).tolist()
    few = [
        f"'{name}' has {count}"
        for name, count in zip(class_names, counts, strict=True)
        if count < MIN_PER_CLASS
    ]
    if few:
        raise DataError(
            f"too few images to hold out a fifth of each class: {listed(few, _SHOWN, 'class', 'classes')}; "
            f"wanted {MIN_PER_CLASS} or more; add images, or bring splits of your own"
        )


def _check_enough_groups(labels: Labels, groups: Labels, class_names: Sequence[str], wanted: int) -> None:
    pairs = np.unique(np.stack([labels, groups]), axis=1)[0]
    counts = np.bincount(pairs, minlength=len(class_names)).tolist()
    few = [
        f"'{name}' has {counted(count, 'group')} in {counted(size, 'image')}"
        for name, count, size in zip(
            class_names, counts, np.bincount(labels, minlength=len(counts)), strict=True
        )
        if count < wanted
    ]
    if few:
        raise DataError(
            f"too few groups to have each class in {wanted} splits: {listed(few, _SHOWN, 'class', 'classes')}; wanted "
            f"{wanted} or more; add images of others, group by something finer, or bring splits of your own"
        )


def _stratified(
    rows: Rows, labels: Labels, seed: int, groups: Labels | None = None, keep: int = 1
) -> tuple[Rows, Rows]:
    """About a fifth of each class held out of the rows, and one at least; `labels` and `groups` are those of the rows,
    and `keep` groups of each class stay."""
    if groups is not None:
        return hold_out_groups(rows, labels, groups, seed, HELD_OUT, keep)
    counts = np.bincount(labels)
    if counts[counts > 0].min() >= MIN_PER_CLASS:
        return _divide(rows, seed, labels)
    # What a test split left of five: a share that is rounded over all classes may be none of a small one.
    return hold_out_of_each(rows, labels, seed, HELD_OUT)


def _as_the_article(rows: Rows) -> tuple[Rows, Rows]:
    """The rows that `train_test_split(rows, test_size=0.2, random_state=13)` of scikit-learn gives, without it:
    importing it would take a second at the start of a training."""
    if len(rows) < 2:
        raise DataError(f"got {len(rows)} image to train on and to validate on; wanted 2 or more; add images")
    drawn = np.random.RandomState(ARTICLE_SEED).permutation(len(rows))
    held = math.ceil(HELD_OUT * len(rows))
    return rows[drawn[held:]], rows[drawn[:held]]


def _divide(rows: Rows, seed: int, labels: Labels) -> tuple[Rows, Rows]:
    from sklearn.model_selection import train_test_split  # takes a second to import

    kept, held = train_test_split(rows, test_size=HELD_OUT, random_state=seed, stratify=labels)
    return kept, held


def from_arrays(
    name: str,
    train: Split,
    test: Split | None,
    class_names: Sequence[str],
    *,
    options: LoadOptions,
    default_validation: str,
    notice: str = "",
    keys: Mapping[str, Sequence[str]] | None = None,
) -> Dataset:
    """The data set of images in memory: validation, and test where there is none, are held out of `train`. With
    `options.resplit` both are first divided anew, and Fashion-MNIST's classes get their names, whatever the file calls
    them. `keys`, by split, name the group of each image, all of which go into one split.

    Errors as `hold_out` and `make_dataset`; InputError for a re-split of data without a test split.
    """
    check_classes(name, {"train": train.labels}, class_names)
    if options.resplit:
        if test is None:
            raise InputError(
                f"--resplit does not apply to {name}, whose test images are drawn by the seed anyway; leave it out"
            )
        name = f"{name}, re-split by seed {options.seed}"
        train, test = divide_again(train, test, options.seed)
        if is_fashion_mnist([train, test]):
            class_names = FASHION_MNIST
    how = options.validation_or(default_validation)
    grouped = None
    if keys is not None and how != "whole":
        grouping.check_keys(name, options.group, keys)
        options.tell(grouping.summary(name, options.group, keys))
        grouped = grouping.numbered(keys["train"])
    parts = hold_out(train.labels, how, options.seed, class_names, test_too=test is None, groups=grouped)
    splits = {part: Split(train.images[rows], train.labels[rows]) for part, rows in parts.items()}
    if test is not None:
        splits["test"] = test
    repairs: Mapping[str, Repair] = {}
    if options.labels is not None:
        history = relabelling.read(options)
        splits, repairs = relabelling.of_splits(splits, class_names, history, options.labels, name)
        options.tell(relabelling.summary(name, options.labels, repairs, history))
    if options.drop_duplicates and how != "whole":
        splits = duplicates.without(splits, class_names, name, options.tell)
    return make_dataset(name, splits, class_names, notice=notice, repairs=repairs)


def make_dataset(
    name: str,
    splits: Mapping[str, Split],
    class_names: Sequence[str],
    *,
    notice: str = "",
    image_digests: Mapping[str, str] | None = None,
    repairs: Mapping[str, Repair] | None = None,
) -> Dataset:
    """The data set of these splits, fingerprinted. Raises DataError as `check_classes` and Dataset do."""
    dataset = Dataset(
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        class_names=tuple(class_names),
        fingerprint=fingerprint(splits, class_names, image_digests),
        name=name,
        notice=notice,
        repairs=repairs or {},
    )
    check_classes(name, {part: split.labels for part, split in splits.items()}, class_names)
    return dataset


def absent_classes(dataset: Dataset) -> list[str]:
    """A sentence for each split that has no images of some classes."""
    sentences = []
    for part, split in dataset.splits().items():
        if missing := missing_classes(split.labels, dataset.class_names):
            classes = listed([f"'{name}'" for name in missing], _SHOWN, "class", "classes")
            sentences.append(
                f"{dataset.name}: the {part} split has no images of {classes}; it is evaluated on the classes it has"
            )
    return sentences
