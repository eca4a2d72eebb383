from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from clothier.data.options import LoadOptions
from clothier.data.split import absent_classes, from_arrays, hold_out, make_dataset
from clothier.errors import DataError, InputError
from clothier.values import Dataset, Labels, Split
from clothier.values.dataset import check_classes
from clothier.values.stratified import Rows

NAMES = ("a", "b", "c")


def labels_of(*counts: int) -> Labels:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.int64)
    return np.random.default_rng(0).permutation(labels)


def split_of(labels: Labels) -> Split:
    """Images whose every pixel is the image's number."""
    images = np.arange(len(labels), dtype=np.uint8)[:, None, None, None] + np.zeros((1, 2, 2, 1), np.uint8)
    return Split(images, labels)


def test_the_article_split_has_the_articles_rows() -> None:
    labels = labels_of(30, 30, 40)
    images = list(range(100))
    train, validation, train_labels, _ = train_test_split(images, labels, test_size=0.2, random_state=13)
    for seed in (13, 99):
        parts = hold_out(labels, "article", seed, NAMES)
        assert parts["train"].tolist() == train
        assert parts["validation"].tolist() == validation
        assert labels[parts["train"]].tolist() == train_labels.tolist()


def test_one_image_cannot_be_divided() -> None:
    with pytest.raises(
        DataError, match=r"^got 1 image to train on and to validate on; wanted 2 or more; add"
    ):
        hold_out(labels_of(1), "article", 0, ("one",))


def test_the_stratified_split_holds_out_a_fifth_of_each_class() -> None:
    labels = labels_of(10, 50, 200)
    parts = hold_out(labels, "stratified", 1, NAMES)
    assert np.bincount(labels[parts["validation"]]).tolist() == [2, 10, 40]
    assert sorted(np.concatenate(list(parts.values()))) == list(range(260))
    assert parts["validation"].tolist() == hold_out(labels, "stratified", 1, NAMES)["validation"].tolist()
    assert parts["validation"].tolist() != hold_out(labels, "stratified", 2, NAMES)["validation"].tolist()


def test_validation_data_are_stratified_after_test_data_too() -> None:
    labels = labels_of(25, 50, 125)
    parts = hold_out(labels, "stratified", 1, NAMES, test_too=True)
    assert np.bincount(labels[parts["test"]]).tolist() == [5, 10, 25]
    assert np.bincount(labels[parts["validation"]]).tolist() == [4, 8, 20]


@pytest.mark.parametrize("num_images", [2, 3, 4, 5, 6, 99, 1001])
def test_the_article_split_is_scikit_learns_for_any_number_of_images(num_images: int) -> None:
    theirs = train_test_split(np.arange(num_images), test_size=0.2, random_state=13)
    parts = hold_out(np.zeros(num_images, np.int64), "article", 0, ("one",))
    np.testing.assert_array_equal(parts["train"], theirs[0])
    np.testing.assert_array_equal(parts["validation"], theirs[1])


@pytest.mark.parametrize("how", ["article", "stratified", "none"])
def test_every_row_lands_in_one_split(how: str) -> None:
    labels = labels_of(40, 40, 20)
    parts = hold_out(labels, how, 3, NAMES, test_too=True)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(100))
    assert np.bincount(labels[parts["test"]]).tolist() == [8, 8, 4]
    assert list(parts) == ["train", "validation", "test"] if how != "none" else ["train", "test"]


def test_the_test_split_does_not_depend_on_how_validation_data_are_held_out() -> None:
    labels = labels_of(40, 40, 20)
    tests = [
        hold_out(labels, how, 3, NAMES, test_too=True)["test"].tolist()
        for how in ("article", "stratified", "none")
    ]
    assert tests[0] == tests[1] == tests[2]


def test_no_validation_split_leaves_the_order() -> None:
    assert hold_out(labels_of(5, 5, 5), "none", 1, NAMES)["train"].tolist() == list(range(15))


# What `digest` below gives: data that were divided once are divided so for ever.
GOLDEN = {
    ("article", False): "2f3ebe4e2aec0afe",
    ("article", True): "1817e55613bd475a",
    ("stratified", False): "caa5a46575b1fdee",
    ("stratified", True): "7264b591f18212b7",
    ("none", True): "99bcab5a824944c1",
}


def digest(parts: dict[str, Rows]) -> str:
    rows = json.dumps({name: part.tolist() for name, part in parts.items()})
    return hashlib.sha256(rows.encode()).hexdigest()[:16]


@pytest.mark.parametrize(("how", "test_too"), GOLDEN)
def test_the_same_rows_for_ever(how: str, test_too: bool) -> None:
    parts = hold_out(labels_of(10, 50, 200), how, 13, NAMES, test_too=test_too)
    assert digest(parts) == GOLDEN[how, test_too]


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(("how", "test_too"), [("stratified", False), ("stratified", True), ("none", True)])
def test_too_few_images_to_divide(count: int, how: str, test_too: bool) -> None:
    with pytest.raises(DataError) as caught:
        hold_out(labels_of(30, count, 4), how, 1, NAMES, test_too=test_too)
    assert str(caught.value) == (
        f"too few images to hold out a fifth of each class: 'b' has {count}, 'c' has 4; wanted 5 or more; "
        "add images, or bring splits of your own"
    )
    assert hold_out(labels_of(30, count, 4), "none", 1, NAMES)["train"].size == 34 + count


def test_only_the_first_classes_with_too_few_are_named() -> None:
    with pytest.raises(DataError, match=r"'d' has 1, 'e' has 1 and 2 more classes; wanted 5 or more; "):
        hold_out(labels_of(*[1] * 7), "stratified", 1, tuple("abcdefg"))


@pytest.mark.parametrize("test_too", [False, True])
@pytest.mark.parametrize("few", [5, 6, 7])
@pytest.mark.parametrize("others", [5, 6, 23, 500])
def test_five_images_are_enough(few: int, others: int, test_too: bool) -> None:
    labels = labels_of(few, others, others)
    for seed in range(20):
        parts = hold_out(labels, "stratified", seed, NAMES, test_too=test_too)
        assert list(parts) == ["train", "validation", "test"][: 2 + test_too]
        for rows in parts.values():
            assert np.bincount(labels[rows], minlength=3).min() >= 1
        assert sorted(np.concatenate(list(parts.values()))) == list(range(len(labels)))
        assert len(parts["validation"]) == pytest.approx(len(labels) * 0.2 * 0.8**test_too, abs=2.5)
        again = hold_out(labels, "stratified", seed, NAMES, test_too=test_too)
        assert digest(again) == digest(parts)
    assert digest(parts) != digest(hold_out(labels, "stratified", 99, NAMES, test_too=test_too))


def made(train: Split, test: Split | None, names: tuple[str, ...] = NAMES, **options: Any) -> Dataset:
    read = LoadOptions(**{"validation": "none", "seed": 1, **options})
    return from_arrays(
        "toy", train, test, names, options=read, default_validation="none", notice="Mind this."
    )


def test_images_keep_their_labels() -> None:
    labels = labels_of(20, 20, 20)
    dataset = made(split_of(labels), None, validation="stratified")
    assert {name: len(part) for name, part in dataset.splits().items()} == {
        "train": 38,
        "validation": 10,
        "test": 12,
    }
    for part in dataset.splits().values():
        assert part.labels.tolist() == labels[part.images[:, 0, 0, 0]].tolist()
    assert (dataset.name, dataset.notice, dataset.class_names) == ("toy", "Mind this.", NAMES)


def test_a_test_split_that_is_given_is_left_alone() -> None:
    test = split_of(labels_of(3, 3, 3))
    dataset = made(split_of(labels_of(9, 9, 9)), test)
    assert dataset.test is test
    assert dataset.validation is None
    assert len(dataset.train) == 27


def test_a_resplit_holds_validation_images_out_as_the_article_did() -> None:
    train, test = split_of(labels_of(20, 20, 20)), split_of(labels_of(4, 4, 4))
    dataset = made(train, test, resplit=True, validation="default")
    assert {part: len(split) for part, split in dataset.splits().items()} == {
        "train": 48,
        "validation": 12,
        "test": 12,
    }
    assert (dataset.name, dataset.class_names) == ("toy, re-split by seed 1", NAMES)
    assert made(train, test, resplit=True, validation="none").validation is None


def test_a_resplit_needs_a_test_split() -> None:
    with pytest.raises(InputError) as caught:
        made(split_of(labels_of(9, 9, 9)), None, resplit=True)
    assert str(caught.value) == (
        "--resplit does not apply to toy, whose test images are drawn by the seed anyway; leave it out"
    )


def test_the_fingerprint_is_of_the_splits() -> None:
    train = split_of(labels_of(20, 20, 20))
    seeds = [made(train, None, validation="stratified", seed=seed).fingerprint for seed in (1, 1, 2)]
    assert seeds[0] == seeds[1] != seeds[2]


def test_a_single_class() -> None:
    with pytest.raises(DataError) as caught:
        made(split_of(labels_of(9)), None, ("a",))
    assert str(caught.value) == "toy has a single class, 'a'; wanted two or more; add another class"


def test_a_class_missing_from_the_train_split() -> None:
    splits = {"train": split_of(labels_of(3)), "test": split_of(labels_of(3, 3))}
    with pytest.raises(DataError) as caught:
        make_dataset("toy", splits, ("a", "b"))
    assert str(caught.value) == (
        "toy: class 'b' has no image in the train split; wanted every class there; "
        "add images of it or take the class out"
    )


def test_a_split_without_images() -> None:
    splits = {"train": split_of(labels_of(3, 3)), "test": split_of(labels_of())}
    with pytest.raises(DataError) as caught:
        make_dataset("toy", splits, ("a", "b"))
    assert (
        str(caught.value) == "toy has no image in the test split; wanted some, or no such split; add images"
    )


def test_classes_missing_from_other_splits_are_named() -> None:
    train, some, one = (split_of(labels_of(*counts)) for counts in ([1] * 7, [0, 3, 0, 2], [0, 0, 0, 0, 1]))
    dataset = make_dataset("toy", {"train": train, "validation": some, "test": one}, tuple("abcdefg"))
    assert absent_classes(dataset) == [
        "toy: the validation split has no images of 'a', 'c', 'e', 'f', 'g'; it is evaluated on the classes it has",
        "toy: the test split has no images of 'a', 'b', 'c', 'd', 'f' and 1 more class; "
        "it is evaluated on the classes it has",
    ]
    assert absent_classes(make_dataset("toy", {"train": train, "test": train}, tuple("abcdefg"))) == []


def test_splits_that_are_absent_are_not_missed() -> None:
    check_classes("toy", {"train": labels_of(1, 1)}, ("a", "b"))


def test_labels_outside_the_classes_are_refused() -> None:
    with pytest.raises(DataError, match="train labels run from 0 to 2; wanted 0 to 1"):
        make_dataset("toy", {"train": split_of(labels_of(2, 2, 2))}, ("a", "b"))


def test_classes_that_look_the_same() -> None:
    with pytest.raises(DataError) as caught:
        check_classes("it", {}, ["caf\u00e9", "cafe\u0301"])
    assert str(caught.value) == (
        "it: the classes 'caf\\xe9' and 'cafe\\u0301' look the same when shown; "
        "wanted names that the eye tells apart; rename one, or join the two"
    )
