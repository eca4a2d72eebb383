"""Exact duplicates of training images: what is left out, what is named, and what stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from support.class_folders import Save, counts, loaded, told

from clothier.data import duplicates
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import DataError
from clothier.values import Split

NAMES = ("hat", "shoe")


def split_of(tones: list[int], labels: list[int]) -> Split:
    images = np.array(tones, np.uint8)[:, None, None, None] + np.zeros((1, 2, 2, 1), np.uint8)
    return Split(images, np.array(labels, np.int64))


def test_training_images_that_are_elsewhere_or_there_twice_are_left_out() -> None:
    train = split_of([1, 2, 3, 1, 4, 5, 3], [0, 1, 0, 0, 1, 1, 1])
    validation, test = split_of([4, 8], [1, 0]), split_of([8, 5, 9], [0, 0, 1])
    splits = {"train": train, "validation": validation, "test": test}
    said: list[str] = []
    left = duplicates.without(splits, NAMES, "toy", said.append)
    assert left["train"].images[:, 0, 0, 0].tolist() == [1, 2, 3, 3]
    assert left["train"].labels.tolist() == [0, 1, 0, 1]
    assert (left["validation"], left["test"]) == (validation, test)
    assert said == [
        "toy: left out 3 of 7 training images: 2 also in another split, 1 repeated",
        "toy: 2 images have the pixels of another with another label: train image 6 ('shoe') and train image 2 "
        "('hat'), test image 1 ('hat') and train image 5 ('shoe'); correct the labels that are wrong",
        "toy: 1 image is in the validation split and in the test split, and stays in both",
    ]


def test_where_there_are_none_nothing_changes() -> None:
    splits = {"train": split_of([1, 2], [0, 1]), "test": split_of([3], [0])}
    said: list[str] = []
    assert duplicates.without(splits, NAMES, "toy", said.append)["train"] is splits["train"]
    assert said == ["toy: no training image is an exact duplicate, so none is left out"]


def test_one_image_is_left_at_least() -> None:
    splits = {"train": split_of([1, 2], [0, 1]), "test": split_of([1, 2], [0, 1])}
    with pytest.raises(DataError) as caught:
        duplicates.without(splits, NAMES, "toy", lambda sentence: None)
    assert (
        str(caught.value) == "toy: all training images are also in another split; wanted others; add images"
    )


def test_images_in_memory_are_read_without_them() -> None:
    train, test = split_of([*range(20), 3], [0, 1] * 10 + [1]), split_of([0, 50], [0, 1])

    def read(**options: bool) -> Split:
        chosen = LoadOptions(validation="none", **options)  # type: ignore[arg-type]  # flags alone
        return from_arrays("toy", train, test, NAMES, options=chosen, default_validation="none").train

    assert len(read()) == 21
    assert read(drop_duplicates=True).images[:, 0, 0, 0].tolist() == list(range(1, 20))


def test_photos_are_read_without_them(tmp_path: Path, save_picture: Save) -> None:
    root = tmp_path / "photos"
    for number in range(12):
        place = root / ("train", "test")[number > 7] / NAMES[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        save_picture(place / f"{number}.png", 20 * number)
    shutil.copy(root / "train" / "hat" / "0.png", root / "train" / "hat" / "again.png")
    shutil.copy(root / "test" / "shoe" / "9.png", root / "train" / "shoe" / "leaked.png")
    options = {"validation": "none", "drop_duplicates": True}
    assert f"folder:{root}: left out 2 of 10 training images: 1 also in another split, 1 repeated" in told(
        root, **options
    )
    dataset = loaded(root, **options)
    assert counts(dataset) == {"train": [4, 4], "test": [2, 2]}
    assert {"train/hat/again.png", "train/shoe/leaked.png"}.isdisjoint(dataset.train.files)
    assert dataset.train.images[0, 3, 4, 0] == 0
    assert dataset.reading.options["drop_duplicates"] is True
