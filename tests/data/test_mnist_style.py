from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, load
from clothier.errors import DataError

Write = Callable[..., Path]
Digits = Callable[..., tuple[Any, Any]]


@pytest.fixture
def folder(tmp_path: Path, write_idx: Write, digits: Digits) -> Path:
    for part, count in (("train", 45), ("t10k", 9)):
        images, labels = digits(count, seed=count)
        write_idx(tmp_path / f"set/{part}-images-idx3-ubyte", images)
        write_idx(tmp_path / f"set/{part}-labels-idx1-ubyte", labels)
    return tmp_path / "set"


def refusal(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load(f"idx:{folder}")
    return str(caught.value)


def test_four_files_are_a_data_set(folder: Path, digits: Digits) -> None:
    dataset = load(f"idx:{folder}", LoadOptions(validation="none"))
    assert dataset.class_names == ("0", "1", "2")
    assert dataset.name == f"idx:{folder}"
    assert np.array_equal(dataset.train.images[..., 0], digits(45, seed=45)[0])
    assert np.array_equal(dataset.split("test").labels, digits(9, seed=9)[1])


def test_validation_data_are_stratified_unless_asked_otherwise(folder: Path) -> None:
    validation = load(f"idx:{folder}").split("validation")
    assert np.bincount(validation.labels).tolist() == [3, 3, 3]
    article = load(f"idx:{folder}", LoadOptions(validation="article")).split("validation")
    assert not np.array_equal(article.images, validation.images)


def test_names_with_dots_packed_or_not_are_the_same_data(
    folder: Path, tmp_path: Path, write_idx: Write, digits: Digits
) -> None:
    for part, count in (("train", 45), ("t10k", 9)):
        images, labels = digits(count, seed=count)
        write_idx(tmp_path / f"other/{part}-images.idx3-ubyte.gz", images)
        write_idx(tmp_path / f"other/{part}-labels.idx1-ubyte", labels)
    assert load(f"idx:{tmp_path / 'other'}").fingerprint == load(f"idx:{folder}").fingerprint


@pytest.mark.parametrize("name", ["emnist-letters-{}.gz", "EMNIST-Letters-{}.gz", "EMNIST-LETTERS-{}"])
def test_emnist_is_turned_upright_and_its_letters_count_from_one(
    name: str, tmp_path: Path, write_idx: Write, digits: Digits
) -> None:
    for part, count in (("train", 45), ("Test", 9)):
        images, labels = digits(count, seed=count)
        write_idx(tmp_path / name.format(f"{part}-Images-IDX3-ubyte"), images.swapaxes(1, 2))
        write_idx(tmp_path / name.format(f"{part}-labels-idx1-UBYTE"), labels + 1)
    dataset = load(f"idx:{tmp_path}", LoadOptions(validation="none"))
    images, labels = digits(45, seed=45)
    assert np.array_equal(dataset.train.images[..., 0], images)
    assert np.array_equal(dataset.train.labels, labels)
    assert dataset.class_names == ("1", "2", "3")
    (tmp_path / "classes.txt").write_text("A\nB\nC\n")
    named = load(f"idx:{tmp_path}", LoadOptions(validation="none"))
    assert named.class_names == ("A", "B", "C")
    assert np.array_equal(named.train.labels, labels)


def test_without_test_files_a_test_split_is_held_out(folder: Path) -> None:
    for path in folder.glob("t10k-*"):
        path.unlink()
    dataset = load(f"idx:{folder}")
    assert {name: len(part) for name, part in dataset.splits().items()} == {
        "train": 28,
        "validation": 8,
        "test": 9,
    }
    assert np.bincount(dataset.split("test").labels).tolist() == [3, 3, 3]


def test_class_names_are_read(folder: Path) -> None:
    (folder / "classes.txt").write_text("nought\n\none\ntwo", encoding="utf-8-sig")
    assert load(f"idx:{folder}").class_names == ("nought", "one", "two")


def test_class_names_that_will_not_do(folder: Path) -> None:
    (folder / "classes.txt").write_text("one\none\ntwo\n")
    assert refusal(folder) == (
        f"{folder / 'classes.txt'} holds 3 names; wanted 1 to 255 that all differ, one per line"
    )
    (folder / "classes.txt").write_bytes(b"\xff\xfe\xfd")
    assert refusal(folder).startswith(f"cannot read {folder / 'classes.txt'}: ")


def test_a_named_class_without_images(folder: Path) -> None:
    (folder / "classes.txt").write_text("0\n1\n2\n3\n")
    assert refusal(folder) == (
        f"idx:{folder}: class '3' has no image in the train split; wanted every class there; "
        "add images of it or take the class out"
    )


def test_a_label_outside_the_classes(folder: Path, write_idx: Write) -> None:
    path = write_idx(folder / "t10k-labels-idx1-ubyte", np.array([0, 1, 2, 0, 7, 2, 0, 1, 2], np.uint8))
    assert refusal(folder) == (
        f"{path}, label number 4 (counted from 0): label 7 is outside the classes; wanted one of 0, 1, 2; "
        "correct the label, or name all classes"
    )


def test_counts_that_differ(folder: Path, write_idx: Write) -> None:
    write_idx(folder / "train-labels-idx1-ubyte", np.zeros(44, np.uint8))
    assert refusal(folder) == (
        f"{folder / 'train-images-idx3-ubyte'} holds 45 images and train-labels-idx1-ubyte 44 labels; "
        "wanted as many; get both files again"
    )


def test_a_file_that_is_missing(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    name = "t10k-labels-idx1-ubyte"
    assert (
        refusal(folder) == f"{folder} holds no test labels; wanted a file named {name} or {name}.gz; add it"
    )
    for path in folder.iterdir():
        path.unlink()
    assert refusal(folder).startswith(
        f"{folder} holds no train images; wanted a file named train-images-idx3-"
    )


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"cannot read the folder {tmp_path / 'none'}: No such file or directory; wanted idx:DIR"
    )


def test_two_sets_in_one_folder(folder: Path, write_idx: Write) -> None:
    for kind in ("letters", "digits"):
        write_idx(folder / f"emnist-{kind}-train-images-idx3-ubyte", np.zeros((2, 2, 2), np.uint8))
    assert refusal(folder) == (
        f"{folder} holds several sets (emnist-digits, emnist-letters and one without a prefix); wanted one; "
        "give each a folder of its own"
    )
