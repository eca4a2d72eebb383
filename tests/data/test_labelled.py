from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, labelled, load
from clothier.data.labelled import of_dataset, of_split
from clothier.errors import ClothierError
from clothier.values import Split

MakeFolder = Callable[[Path, Mapping[str, int]], Path]
WriteIdx = Callable[..., Path]
Digits = Callable[..., tuple[Any, Any]]


def refusal(source: str, split: str | None = None) -> str:
    with pytest.raises(ClothierError) as caught:
        labelled(source, split)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_photos_without_splits_are_taken_whole_and_not_decoded(
    photo_folder: MakeFolder, tmp_path: Path
) -> None:
    root = photo_folder(tmp_path / "p", {"shoe": 3, "hat": 2})
    (root / "hat" / "00.png").write_bytes(b"no picture")
    found = labelled(f"folder:{root}")
    assert (found.source, found.split, found.class_names) == (f"folder:{root}", "", ("hat", "shoe"))
    assert found.names == ("hat/00.png", "shoe/00.png", "hat/01.png", "shoe/01.png", "shoe/02.png")
    assert found.labels.tolist() == [0, 1, 0, 1, 1]
    assert list(found.content) == [root / name for name in found.names]


def test_the_last_split_is_taken_unless_another_is_named(photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split, count in (("train", 10), ("val", 3)):
        photo_folder(tmp_path / "p" / split, {"hat": count, "shoe": count})
    source = f"folder:{tmp_path / 'p'}"
    assert (labelled(source).split, len(labelled(source))) == ("validation", 6)
    assert len(labelled(source, "train")) == 20
    assert refusal(source, "test") == f"{source} has no test split; it has: train, validation"
    assert (
        refusal(source, "tets")
        == "unknown split 'tets'; known: test, train, validation; did you mean 'test'?"
    )


def test_a_split_of_undivided_photos_is_that_of_training(photo_folder: MakeFolder, tmp_path: Path) -> None:
    source = f"folder:{photo_folder(tmp_path / 'p', {'hat': 10, 'shoe': 10})}"
    trained = load(source, LoadOptions(cache_dir=tmp_path / "cache"))
    for name, split in trained.splits().items():
        assert labelled(source, name).names == split.files


def test_neither_training_photos_nor_two_classes_are_needed(photo_folder: MakeFolder, tmp_path: Path) -> None:
    photo_folder(tmp_path / "p" / "test", {"hat": 2})
    found = labelled(f"folder:{tmp_path / 'p'}")
    assert (found.split, found.class_names, len(found)) == ("test", ("hat",), 2)


def test_photos_of_a_table(photo_folder: MakeFolder, tmp_path: Path) -> None:
    photo_folder(tmp_path, {"hat": 2})
    (tmp_path / "t.csv").write_text("path,label,split\nhat/00.png,Hat,test\nhat/01.png,Hat,val\n")
    found = labelled(f"csv:{tmp_path / 't.csv'}")
    assert (found.split, found.names, found.class_names) == ("test", ("hat/00.png",), ("Hat",))


def test_images_that_bring_no_test_split_are_taken_whole_in_their_order(
    write_idx: WriteIdx, digits: Digits, tmp_path: Path
) -> None:
    images, labels = digits(30)
    write_idx(tmp_path / "train-images-idx3-ubyte", images)
    write_idx(tmp_path / "train-labels-idx1-ubyte", labels)
    found = labelled(f"idx:{tmp_path}")
    assert (found.split, found.names[:2]) == ("", ("train/0", "train/1"))
    assert np.array_equal(np.asarray(found.content)[..., 0], images)
    assert len(labelled(f"idx:{tmp_path}", "test")) == 6
    write_idx(tmp_path / "t10k-images-idx3-ubyte", images[:4])
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", labels[:4])
    assert (labelled(f"idx:{tmp_path}").split, len(labelled(f"idx:{tmp_path}"))) == ("test", 4)


def test_arrays_from_python() -> None:
    data = load("generated:120")
    found = of_dataset(data, None)
    assert (found.split, found.names[1], found.notice) == ("test", "test/1", data.notice)
    assert found.content is data.split("test").images
    assert of_split(data.train, data.class_names, "arrays").names[:2] == ("0", "1")
    wrong = Split(data.train.images[:1], np.array([10]))
    with pytest.raises(
        ClothierError, match="the labels run from 10 to 10; wanted 0 to 9, the classes of the"
    ):
        of_split(wrong, data.class_names, "arrays")
