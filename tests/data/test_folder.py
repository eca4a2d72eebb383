from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clothier.data import LoadOptions, load
from clothier.errors import DataError
from clothier.values import Dataset

Save = Callable[..., Path]
MakeFolder = Callable[[Path, Mapping[str, int]], Path]


def loaded(root: Path, **options: Any) -> Dataset:
    chosen = LoadOptions(cache_dir=Path("cache"), image_size=(6, 8), **options)
    return load(f"folder:{root}", chosen)


def refusal(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        loaded(root)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def counts(dataset: Dataset) -> dict[str, list[int]]:
    return {name: np.bincount(split.labels).tolist() for name, split in dataset.splits().items()}


def test_one_folder_per_class(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p", {"shoe": 25, "hat": 50}))
    assert dataset.class_names == ("hat", "shoe")
    assert counts(dataset) == {"train": [32, 16], "validation": [8, 4], "test": [10, 5]}
    assert dataset.image_shape == (6, 8, 3)
    assert dataset.name == f"folder:{tmp_path / 'p'}"


def test_rows_are_in_the_order_of_file_names(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p" / "train", {"hat": 10, "shoe": 10}).parent, split="none")
    assert dataset.train.labels.tolist() == [0, 1] * 10
    assert dataset.train.images[:4, 3, 4, 0].tolist() == [0, 10, 1, 11]


@pytest.mark.parametrize("name", ["val", "valid", "validation", "Val"])
def test_splits_over_the_classes(name: str, photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split, count in (("train", 6), (name, 3), ("test", 2)):
        photo_folder(tmp_path / "p" / split, {"hat": count, "shoe": count})
    assert counts(loaded(tmp_path / "p")) == {"train": [6, 6], "validation": [3, 3], "test": [2, 2]}


def test_validation_photos_are_never_renamed(photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split in ("train", "validation"):
        photo_folder(tmp_path / "p" / split, {"hat": 5, "shoe": 5})
    assert counts(loaded(tmp_path / "p")) == {"train": [5, 5], "validation": [5, 5]}


def test_validation_photos_are_held_out_of_train(photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split in ("train", "test"):
        photo_folder(tmp_path / "p" / split, {"hat": 5, "shoe": 5})
    assert counts(loaded(tmp_path / "p")) == {"train": [4, 4], "validation": [1, 1], "test": [5, 5]}
    for path in (tmp_path / "p" / "test").rglob("*.png"):
        path.unlink()
    (tmp_path / "p/test/hat").rmdir()
    (tmp_path / "p/test/shoe").rmdir()
    (tmp_path / "p/test").rmdir()
    assert counts(loaded(tmp_path / "p")) == {"train": [4, 4], "validation": [1, 1]}


def test_classes_are_matched_by_name(photo_folder: MakeFolder, tmp_path: Path) -> None:
    tones = {"hat": 0, "shoe": 10}  # photo_folder's: ten a place
    photo_folder(tmp_path / "p/train", {"hat": 6, "shoe": 6})
    photo_folder(tmp_path / "p/validation", {"hat": 3, "shoe": 3})
    dataset = loaded(tmp_path / "p")
    for split in dataset.splits().values():
        for image, label in zip(split.images, split.labels, strict=True):
            assert (
                tones[dataset.class_names[label]] <= image[3, 4, 0] < tones[dataset.class_names[label]] + 10
            )
    (tmp_path / "p/validation/hat").rename(tmp_path / "p/validation/cap")
    assert refusal(tmp_path / "p") == (
        f"folder:{tmp_path / 'p'}: class 'cap' has no image in the train split; wanted every class in every split; "
        "add images of it or take the class out"
    )


def test_a_class_may_be_named_like_a_split(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p", {"train": 10, "bus": 10}))
    assert dataset.class_names == ("bus", "train")


def test_what_is_hidden_or_no_picture_is_ignored(
    photo_folder: MakeFolder, save_picture: Save, tmp_path: Path
) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    save_picture(root / ".git" / "x.png")
    save_picture(root / "hat" / ".hidden.png")
    save_picture(root / "hat" / "deeper" / "x.png")
    (root / "readme.txt").write_text("beside the classes")
    (root / "hat" / "notes.TXT").write_text("not a picture")
    (root / "shoe" / "Makefile").write_text("not a picture")
    told: list[str] = []
    dataset = loaded(root, warn=told.append)
    assert sum(len(split) for split in dataset.splits().values()) == 20
    assert told[0] == "ignored files that are no pictures by name: .txt (1), Makefile (1)"


def test_endings_are_read_in_any_case_and_content_decides(
    photo_folder: MakeFolder, save_picture: Save, tmp_path: Path
) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    save_picture(root / "hat" / "x.bmp").rename(root / "hat" / "x.JPG")
    save_picture(root / "hat" / "y.webp").rename(root / "hat" / "y.GiF")
    assert sum(map(sum, counts(loaded(root)).values())) == 22


def test_a_text_named_as_a_picture_is_unreadable(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    (root / "hat" / "x.jpg").write_text("dear diary")
    (root / "hat" / "loop.png").symlink_to("loop.png")
    message = refusal(root)
    assert "2 unreadable pictures: " in message
    assert "hat/x.jpg is not a JPEG, PNG, WebP, GIF or BMP picture; " in message
    assert "hat/loop.png cannot be read (Too many levels of symbolic links); " in message


def test_an_empty_class(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    (root / "sock").mkdir()
    assert refusal(root) == (
        f"class 'sock' is empty: {root / 'sock'} holds no pictures; wanted JPEG, PNG, WebP, GIF or BMP files "
        "directly in it; add some, remove the folder, or name the folder that holds the classes"
    )


def test_a_single_class(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10})
    assert refusal(root) == f"folder:{root} has a single class, 'hat'; wanted two or more; add another class"


def test_a_folder_without_classes(photo_folder: MakeFolder, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    words = "holds no folders; wanted one folder per class with pictures in it; add them"
    assert refusal(tmp_path / "p") == f"{tmp_path / 'p'} {words}"
    photo_folder(tmp_path / "p/train", {"hat": 10, "shoe": 10})
    (tmp_path / "p/test").mkdir()
    assert refusal(tmp_path / "p") == f"{tmp_path / 'p/test'} {words}"


def test_two_folders_for_one_split(photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split in ("train", "val", "valid"):
        photo_folder(tmp_path / "p" / split, {"hat": 5, "shoe": 5})
    assert refusal(tmp_path / "p") == (
        f"{tmp_path / 'p'} has two validation folders, val and valid; wanted one"
    )


def test_folders_that_cannot_be_read(photo_folder: MakeFolder, tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"cannot read the folder {tmp_path / 'none'}: No such file or directory; check the name and the permissions"
    )
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    assert refusal(root / "hat/00.png").startswith(
        f"cannot read the folder {root / 'hat/00.png'}: Not a directory; "
    )
    (root / "loop").symlink_to("loop")  # no folder: ignored, as files beside the classes are
    (root / "up").symlink_to(root)
    assert refusal(root).startswith("class 'up' is empty: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_without_permission(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    (root / "hat").chmod(0)
    assert refusal(root).startswith(f"cannot read the folder {root / 'hat'}: Permission denied; ")


def test_linked_folders_are_classes_too(photo_folder: MakeFolder, tmp_path: Path) -> None:
    real = photo_folder(tmp_path / "real", {"hat": 10, "shoe": 10})
    (tmp_path / "p").mkdir()
    for name in ("hat", "shoe"):
        (tmp_path / "p" / name).symlink_to(real / name)
    assert loaded(tmp_path / "p").fingerprint == loaded(real).fingerprint


def test_names_that_are_no_unicode(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    odd = os.fsencode(root / "hat") + b"/\xff.png"
    os.link(root / "hat/00.png", odd)
    for _ in range(2):
        assert sum(map(sum, counts(loaded(root)).values())) == 21


def test_classes_named_by_whole_numbers_are_in_their_order(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p", {"10": 10, "2": 10, "007": 10}))
    assert dataset.class_names == ("2", "007", "10")


@pytest.mark.parametrize("name", ["a\tb", "caf\udce9", "a\u202eb"])
def test_a_name_that_no_class_may_have(photo_folder: MakeFolder, tmp_path: Path, name: str) -> None:
    message = refusal(photo_folder(tmp_path / "p", {name: 5, "shoe": 5}))
    assert message.startswith(f"folder:{tmp_path / 'p'}: class {name!a} has ")
    assert not Path("cache").exists()
