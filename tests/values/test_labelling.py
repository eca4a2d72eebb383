from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from clothier.errors import DataError
from clothier.values.labelling import as_labels, encode


@pytest.mark.parametrize(
    "labels",
    [
        [3, 7, 3],
        (3, 7, 3),
        np.array([3, 7, 3], np.uint8),
        np.array([[3], [7], [3]]),
        np.array([3.0, 7.0, 3.0]),
        [np.int32(3), 7, np.float32(3)],
        np.array([3, 7, 3], dtype=object),
    ],
)
def test_integers_however_they_are_held(labels: Any) -> None:
    read = as_labels(labels)
    assert read.dtype == np.int64
    assert read.tolist() == [3, 7, 3]


@pytest.mark.parametrize(
    "labels", [["hat", "shoe"], np.array(["hat", "shoe"]), np.array(["hat", "shoe"], object)]
)
def test_texts_however_they_are_held(labels: Any) -> None:
    read = as_labels(labels)
    assert read.dtype == object
    assert read.tolist() == ["hat", "shoe"]
    assert all(type(label) is str for label in read.tolist())


WANTED = "wanted integers or texts, one for each image"


class NAType:
    """As pandas has it: what is compared with it is neither true nor false."""

    def __ne__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")

    def __repr__(self) -> str:
        return "<NA>"


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.eye(3), f"labels have the shape (3, 3); {WANTED}; take the class of each row: np.argmax(labels, axis=1)"),
        (np.array([["hat", "a"], ["shoe", "b"]]), f"labels have the shape (2, 2); {WANTED}; take one column"),
        (["hat", NAType()], f"labels[1] is missing (<NA>); {WANTED}; leave that image out"),
        (np.zeros((2, 2, 2)), f"labels have the shape (2, 2, 2); {WANTED}"),
        ([0, None, 1], f"labels[1] is missing (None); {WANTED}; leave that image out"),
        (["hat", float("nan")], f"labels[1] is missing (nan); {WANTED}; leave that image out"),
        ([0.0, 1.0, float("nan")], f"labels[2] is missing (nan); {WANTED}; leave that image out"),
        (np.array([0, np.nan]), f"labels[1] is missing (nan); {WANTED}; leave that image out"),
        ([0, 0.5], f"labels[1] is 0.5; {WANTED}"),
        (["hat", 1], f"labels are integer and text values; {WANTED}"),
        ([True, False], f"labels are bool values; {WANTED}"),
        (np.array([True, False]), f"labels are bool; {WANTED}; convert them: labels.astype(int)"),
        ("hats", "labels are 'hats'; wanted an array, or a list"),
        (np.array([2**64 - 1], np.uint64), f"labels run up to {2**64 - 1}; wanted integers below 2**63"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_told_in_a_line(labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        as_labels(labels)


@pytest.mark.parametrize(
    ("labels", "names", "numbers", "class_names"),
    [
        ([5, -2, 5, 9], None, [1, 0, 1, 2], ("-2", "5", "9")),
        ([5, -2, 5, 9], ("a", "b", "c"), [1, 0, 1, 2], ("a", "b", "c")),
        ([1, 0, 1], ("a", "b", "c"), [1, 0, 1], ("a", "b", "c")),
        ([2, 1, 3], ("a", "b", "c"), [1, 0, 2], ("a", "b", "c")),
        (["shoe", "hat", "10", "9"], None, [3, 2, 0, 1], ("10", "9", "hat", "shoe")),
        (["10", "9"], None, [1, 0], ("9", "10")),
        (["shoe", "hat"], ["shoe", "hat"], [0, 1], ("shoe", "hat")),
    ],
)
def test_labels_become_class_numbers(
    labels: list[Any], names: Sequence[str] | None, numbers: list[int], class_names: tuple[str, ...]
) -> None:
    encoded, named = encode({"train": as_labels(labels)}, names)
    assert encoded["train"].tolist() == numbers
    assert encoded["train"].dtype == np.int64
    assert named == class_names


def test_classes_are_those_of_all_splits() -> None:
    encoded, named = encode({"train": as_labels([4, 2]), "test": as_labels([3])}, None)
    assert named == ("2", "3", "4")
    assert (encoded["train"].tolist(), encoded["test"].tolist()) == ([2, 0], [1])


@pytest.mark.parametrize(
    ("train", "test", "names", "message"),
    [
        ([0, 1], ["hat"], None,
         "some splits are labelled by texts and others by numbers; wanted one kind in all splits"),
        ([5, 6, 7], [5], ("a", "b"),
         "the labels are 3 different integers from 5 to 7, and there are 2 class names; wanted a name for each"),
        (["hat", "shoe"], ["Hat"], ("hat", "shoe"),
         "test has the label 'Hat'; wanted one of the class names: hat, shoe; did you mean 'hat'?"),
    ],
)  # fmt: skip
def test_labels_that_do_not_fit(train: Any, test: Any, names: Any, message: str) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        encode({"train": as_labels(train), "test": as_labels(test)}, names)
