from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from support.class_folders import MakeFolder, Save, counts, loaded, refusal, told

from clothier.data import LoadOptions, load


def test_one_folder_per_class(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(photo_folder(tmp_path / "p", {"shoe": 25, "hat": 50}))
    assert dataset.class_names == ("hat", "shoe")
    assert counts(dataset) == {"train": [32, 16], "validation": [8, 4], "test": [10, 5]}
    assert dataset.image_shape == (6, 8, 3)
    assert dataset.name == f"folder:{tmp_path / 'p'}"


@pytest.mark.parametrize("count", [5, 6])
def test_five_photos_a_class_are_enough(count: int, photo_folder: MakeFolder, tmp_path: Path) -> None:
    taken = counts(loaded(photo_folder(tmp_path / "p", {"hat": count, "shoe": 5})))
    assert np.min(list(taken.values())) == 1
    assert np.sum(list(taken.values()), axis=0).tolist() == [count, 5]


def test_too_few_photos_are_counted_as_they_lie(photo_folder: MakeFolder, tmp_path: Path) -> None:
    assert refusal(photo_folder(tmp_path / "p", {"hat": 4, "shoe": 9})) == (
        "too few images to hold out a fifth of each class: 'hat' has 4; wanted 5 or more; "
        "add images, or bring splits of your own"
    )


def test_rows_are_in_the_order_of_file_names(photo_folder: MakeFolder, tmp_path: Path) -> None:
    dataset = loaded(
        photo_folder(tmp_path / "p" / "train", {"hat": 10, "shoe": 10}).parent, validation="none"
    )
    assert dataset.train.labels.tolist() == [0, 1] * 10
    assert dataset.train.images[:4, 3, 4, 0].tolist() == [0, 10, 1, 11]


def test_what_is_no_photo_of_a_class_is_told_by_number(
    photo_folder: MakeFolder, save_picture: Save, tmp_path: Path
) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    assert told(root) == []
    for hidden in (".git/x.png", "hat/.hidden.png", "__MACOSX/hat/x.png", "hat/@eaDir/x.png"):
        save_picture(root / hidden)
    for junk in ("Thumbs.db", ".DS_Store", "hat/desktop.ini"):
        (root / junk).write_text("of the system")
    assert told(root) == []
    save_picture(root / "stray.png")
    (root / "readme.txt").write_text("beside the classes")
    (root / "hat" / "notes.TXT").write_text("not a picture")
    (root / "shoe" / "Makefile").write_text("not a picture")
    (root / "shoe" / "more").symlink_to("nowhere")
    (root / "shoe" / "up").symlink_to("..")
    for number in range(2):
        (root / "hat" / f"{number}.PSD").write_text("layers")
    assert told(root) == [
        f"{root}: left out 1 photo beside the class folders, 2 PSD pictures (convert them to JPEG or PNG), "
        "3 other files (2 .txt, 1 Makefile), 1 link that leads nowhere, 1 link to a folder that holds it"
    ]
    assert sum(map(sum, counts(loaded(root)).values())) == 20


def test_photos_in_folders_within_a_class_are_of_that_class(
    photo_folder: MakeFolder, save_picture: Save, tmp_path: Path
) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    save_picture(root / "hat" / "2023" / "summer" / "00.png", 90)
    save_picture(root / "shoe" / "more" / "00.png", 95)
    assert told(root) == [
        f"{root}: 2 of 22 photos are in folders inside a class folder and belong to that class"
    ]
    train = loaded(root, validation="none", seed=1).splits().values()
    by_file = {file: (split, row) for split in train for row, file in enumerate(split.files)}
    assert len(by_file) == 22
    for file, tone, label in (
        ("hat/2023/summer/00.png", 90, 0),
        ("shoe/more/00.png", 95, 1),
        ("hat/00.png", 0, 0),
    ):
        split, row = by_file[file]
        assert (split.images[row, 3, 4, 0], split.labels[row]) == (tone, label)


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
    assert "hat/x.jpg is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture; " in message
    assert "hat/loop.png cannot be read (Too many levels of symbolic links); " in message


def test_an_empty_class(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    (root / "sock").mkdir()
    assert refusal(root) == (
        f"class 'sock' is empty: {root / 'sock'} holds no pictures; "
        "wanted JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP files in it; add some, or remove the folder"
    )
    (root / "sock" / "old").mkdir()
    (root / "sock" / "old" / "x.psd").write_text("")
    assert refusal(root).startswith(
        f"class 'sock' is empty: {root / 'sock'} holds no pictures (1 PSD picture (convert it to JPEG or PNG)); "
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


def test_folders_that_cannot_be_read(photo_folder: MakeFolder, tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == (
        f"cannot read the folder {tmp_path / 'none'}: No such file or directory; check the name and the permissions"
    )
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    assert refusal(root / "hat/00.png").startswith(
        f"cannot read the folder {root / 'hat/00.png'}: Not a directory; "
    )
    (root / "loop").symlink_to("loop")
    (root / "up").symlink_to(root)
    assert told(root) == [f"{root}: left out 1 link that leads nowhere, 1 link to a folder that holds it"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_without_permission(photo_folder: MakeFolder, tmp_path: Path) -> None:
    root = photo_folder(tmp_path / "p", {"hat": 10, "shoe": 10})
    (root / "hat").chmod(0)
    assert refusal(root) == (
        f"cannot read the folder {root / 'hat'}: Permission denied; check the name and the permissions, "
        "or leave it out with --skip-bad"
    )


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


def test_classes_that_differ_in_capitals_are_told(photo_folder: MakeFolder, tmp_path: Path) -> None:
    photo_folder(tmp_path / "data", {"Hat": 6, "hat": 6, "shoe": 6})
    told: list[str] = []
    load(f"folder:{tmp_path / 'data'}", LoadOptions(image_size=(6, 8), warn=told.append))
    assert "the classes 'Hat' and 'hat' differ only in capitals; join them if they are one class" in told


def test_a_folder_of_runs_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "runs" / "cnn1-1").mkdir(parents=True)
    (tmp_path / "runs" / "cnn1-1" / "recipe.json").touch()
    assert refusal(tmp_path / "runs") == (
        f"{tmp_path / 'runs'} holds no folders of photos (1 run of clothier); wanted one folder per class with "
        "pictures in it; add them"
    )
