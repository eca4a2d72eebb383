"""What an embedding refuses."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from clothier.errors import DataError
from clothier.values import UNKNOWN, Embedding

GOOD = Embedding(
    vectors=np.eye(3, 4, dtype=np.float32),
    images=np.zeros((3, 2, 2, 1), np.uint8),
    labels=np.array([0, 1, UNKNOWN]),
    class_names=("Bag", "Coat"),
    ids=("test/0", "test/1", "test/2"),
    source="pixels",
)


def test_it_counts_its_images() -> None:
    assert len(GOOD) == 3


def test_where_no_image_has_a_label_there_need_be_no_classes() -> None:
    assert len(dataclasses.replace(GOOD, labels=np.full(3, UNKNOWN), class_names=())) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"vectors": np.eye(3)}, "vectors are float64 (3, 3); wanted finite float32 (n, d)"),
        (
            {"vectors": np.full((3, 1), np.nan, np.float32)},
            "vectors are float32 (3, 1); wanted finite float32 (n, d)",
        ),
        (
            {"images": np.zeros((3, 2, 2), np.uint8)},
            "images are uint8 (3, 2, 2); wanted uint8 (n, height, width, 1 or 3)",
        ),
        ({"ids": ("a", "a", "b")}, "2 different ids for columns of [3, 3, 3]; wanted one a row"),
        ({"labels": np.array([0, 1])}, "3 different ids for columns of [3, 3, 2]; wanted one a row"),
        (
            {"labels": np.zeros(3, np.int32)},
            "the column labels is int32 (3,); wanted int64 (n,)",
        ),
        (
            {"predictions": np.zeros(3, np.int64), "confidence": np.zeros(3)},
            "the column confidence is float64 (3,); wanted float32 (n,)",
        ),
        ({"labels": np.array([0, 1, 2])}, "labels run from 0 to 2; wanted -1 to 1"),
        (
            {"predictions": np.array([0, 1, 0])},
            "predictions without confidence, or the reverse; wanted both or neither",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        dataclasses.replace(GOOD, **changes)
    assert str(caught.value) == message
