from __future__ import annotations

import numpy as np
import pytest

from clothier.data.classes import FASHION_MNIST, RawLabels, class_values, to_classes
from clothier.data.generated import CLASS_NAMES
from clothier.errors import DataError


def raw(*labels: int) -> RawLabels:
    return np.array(labels, dtype=np.uint8)


def test_without_names_the_classes_are_the_labels_that_occur() -> None:
    values = class_values(raw(7, 2, 7, 9))
    assert values.tolist() == [2, 7, 9]
    assert to_classes(raw(9, 2, 7), values, str).tolist() == [2, 0, 1]
    assert to_classes(raw(9), values, str).dtype == np.int64


def test_with_names_the_classes_count_from_zero() -> None:
    assert class_values(raw(0, 2), ("a", "b", "c")).tolist() == [0, 1, 2]
    assert class_values(raw(1, 2), ("a", "b", "c")).tolist() == [0, 1, 2]


def test_with_names_labels_may_count_from_one() -> None:
    assert class_values(raw(1, 3, 2), ("a", "b", "c")).tolist() == [1, 2, 3]


def test_all_256_label_values_can_be_classes() -> None:
    values = class_values(np.arange(256, dtype=np.uint8))
    assert to_classes(raw(255, 0), values, str).tolist() == [255, 0]


@pytest.mark.parametrize(("wrong", "position"), [(11, 2), (0, 0)])
def test_a_label_outside_the_classes(wrong: int, position: int) -> None:
    labels = raw(3, 5, 3)
    labels[position] = wrong
    with pytest.raises(DataError) as caught:
        to_classes(labels, raw(3, 5, 9), lambda place: f"t.csv, row {place + 2}")
    assert str(caught.value) == (
        f"t.csv, row {position + 2}: label {wrong} is outside the classes; wanted one of 3, 5, 9; "
        "correct the label, or name all classes"
    )


def test_many_classes_are_not_all_listed() -> None:
    with pytest.raises(DataError, match=r"wanted one of 0, 1 \.\.\. 61; "):
        to_classes(raw(62), np.arange(62, dtype=np.uint8), str)


def test_drawn_clothes_have_the_same_classes() -> None:
    assert CLASS_NAMES == FASHION_MNIST
