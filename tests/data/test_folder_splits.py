"""Folders of splits with class folders in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.class_folders import MakeFolder, Save, counts, loaded, refusal, told


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
        f"folder:{tmp_path / 'p'}: class 'cap' has no image in the train split; wanted every class there; "
        "add images of it or take the class out"
    )


def test_a_class_may_be_named_like_a_split(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p", {"train": 10, "bus": 10}))
    assert dataset.class_names == ("bus", "train")


def test_folders_within_classes_of_splits(photo_folder: MakeFolder, tmp_path: Path) -> None:
    photo_folder(tmp_path / "p/train/hat", {"old": 4, "new": 5})
    photo_folder(tmp_path / "p/train", {"shoe": 3})
    photo_folder(tmp_path / "p/val", {"hat": 2, "shoe": 2})
    assert counts(loaded(tmp_path / "p")) == {"train": [9, 3], "validation": [2, 2]}


@pytest.mark.parametrize("names", [("Training", "Testing"), ("train", "TEST"), ("TRAINING", "Val")])
def test_splits_go_by_several_names(names: tuple[str, str], photo_folder: MakeFolder, tmp_path: Path) -> None:
    for name in names:
        photo_folder(tmp_path / "p" / name, {"hat": 5, "shoe": 5})
    dataset = loaded(tmp_path / "p")
    assert dataset.class_names == ("hat", "shoe")
    assert counts(dataset)["validation" if "Val" in names else "test"] == [5, 5]


@pytest.mark.parametrize(
    ("split", "other"), [("test", "train set"), ("Val", "Trainingsdaten"), ("testing", "all")]
)
def test_splits_are_not_taken_for_classes_where_none_is_to_train_on(
    split: str, other: str, photo_folder: MakeFolder, tmp_path: Path
) -> None:
    for name in (split, other):
        photo_folder(tmp_path / "p" / name, {"hat": 5, "shoe": 5})
    meant = {"Val": "validation"}.get(split, "test")
    assert refusal(tmp_path / "p") == (
        f"{tmp_path / 'p'} has a {meant} folder, {split}, with folders in it, and no train folder; wanted train, "
        "validation and test, or one folder per class; name the folder of the training photos 'train'"
    )
    photo_folder(tmp_path / "q", {split: 5, other: 5})
    assert loaded(tmp_path / "q").class_names == tuple(sorted((split, other)))


def test_a_folder_too_high_is_not_taken_for_the_data(photo_folder: MakeFolder, tmp_path: Path) -> None:
    photo_folder(tmp_path / "p" / "wardrobe", {"hat": 5, "shoe": 5})
    assert refusal(tmp_path / "p") == (
        f"folder:{tmp_path / 'p'} has a single class, 'wardrobe', with folders in it; wanted one folder per class; "
        f"did you mean folder:{tmp_path / 'p' / 'wardrobe'}?"
    )
    photo_folder(tmp_path / "q" / "train", {"hat": 5, "shoe": 5})
    photo_folder(tmp_path / "q", {"extra": 5})
    assert refusal(tmp_path / "q") == (
        f"{tmp_path / 'q'} holds extra, train, of which 'extra' is not a split; wanted train, validation and test "
        "alone, or one folder per class; move it elsewhere"
    )
    for path in (tmp_path / "q" / "extra").iterdir():
        path.rename(path.with_suffix(".txt"))
    assert counts(loaded(tmp_path / "q")) == {"train": [4, 4], "validation": [1, 1]}


@pytest.mark.parametrize("name", ["test", "val"])
def test_a_split_without_class_folders_is_left_out_and_told(
    name: str, photo_folder: MakeFolder, save_picture: Save, tmp_path: Path
) -> None:
    root = tmp_path / "my photos"
    photo_folder(root / "train", {"hat": 5, "shoe": 5})
    for number in range(3):
        save_picture(root / name / f"{number}.png")
    assert told(root) == [
        f"{root / name} holds 3 photos and no class folders, so it is left out; "
        f"classify them with: clothier predict '{root / name}'"
    ]
    assert counts(loaded(root)) == {"train": [4, 4], "validation": [1, 1]}


def test_two_folders_for_one_split(photo_folder: MakeFolder, tmp_path: Path) -> None:
    for split in ("train", "val", "valid"):
        photo_folder(tmp_path / "p" / split, {"hat": 5, "shoe": 5})
    assert refusal(tmp_path / "p") == (
        f"{tmp_path / 'p'} has two validation folders, val and valid; wanted one"
    )
