"""Which images, and what they are called."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier import embed
from clothier.errors import DataError, InputError
from clothier.values import UNKNOWN, Dataset, Split


def test_a_split_is_taken_as_it_is(tiny: Dataset) -> None:
    judged, train = embed.of_split(tiny), embed.of_split(tiny, "train")
    assert (judged.source, len(judged), judged.ids[89]) == ("tiny test", 90, "test/89")
    assert (train.source, len(train), train.ids[:2]) == ("tiny train", 300, ("train/0", "train/1"))
    assert train.images is tiny.train.images
    with pytest.raises(DataError, match=r"^tiny has no middle split; it has: train, validation, test$"):
        embed.of_split(tiny, "middle")


def test_images_that_came_from_files_are_called_by_them(tiny: Dataset) -> None:
    files = tuple(f"{'abc'[label]}/photo {row}.png" for row, label in enumerate(tiny.train.labels))
    photos = dataclasses.replace(tiny, train=Split(tiny.train.images, tiny.train.labels, files))
    made = embed.of_split(photos, "train")
    assert made.ids == files
    some = made.sample(7)
    assert [files.index(name) for name in some.ids] == [
        row for row in range(300) if files[row] in set(some.ids)
    ]
    assert embed.of_split(photos).ids[:2] == ("test/0", "test/1")


def test_a_sample_keeps_each_row_together_and_is_drawn_by_its_seed(tiny: Dataset) -> None:
    whole = embed.of_split(tiny)
    some, again, other = whole.sample(20), whole.sample(20), whole.sample(20, seed=14)
    assert some.ids == again.ids != other.ids
    assert some.source == "tiny test, 20 of 90"
    rows = [int(name.removeprefix("test/")) for name in some.ids]
    assert rows == sorted(set(rows))
    assert rows != list(range(20))
    np.testing.assert_array_equal(some.images, whole.images[rows])
    np.testing.assert_array_equal(some.labels, whole.labels[rows])
    assert whole.first(3).ids == ("test/0", "test/1", "test/2")
    assert whole.sample(900) is whole.first(90) is whole
    with pytest.raises(InputError, match=r"^0 images are left to embed; wanted one or more$"):
        whole.first(0)


def test_photos_are_labelled_by_their_folder_or_not_at_all(photos_folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    made = embed.of_photos(photos_folder, (8, 6), "centre", report=lambda *words: told.append(words))
    assert made.ids == ("d.png", "bags/c.png", "coats/a.png", "coats/b.JPG")
    assert made.class_names == ("bags", "coats")
    assert made.labels.tolist() == [UNKNOWN, 0, 1, 1]
    assert made.images.shape == (4, 8, 6, 3)
    np.testing.assert_array_equal(made.images[2], np.full((8, 6, 3), (255, 0, 0)))
    assert made.source == "wardrobe"
    assert told == [("decoding photos", done, 4) for done in range(1, 5)]


def test_grey_stays_grey_and_a_run_decides(photos_folder: Path) -> None:
    assert embed.of_photos(photos_folder, channels=1).images.shape == (4, 64, 64, 1)
    grey = photos_folder / "grey"
    grey.mkdir()
    Image.new("L", (5, 5), 77).save(grey / "a.png")
    alone = embed.of_photos(grey, (2, 2))
    assert (alone.images.shape, alone.class_names) == ((1, 2, 2, 1), ())
    assert embed.of_photos(grey, (2, 2), channels=3).images.shape == (1, 2, 2, 3)


def test_unreadable_photos_are_named_or_left_out(photos_folder: Path) -> None:
    (photos_folder / "coats" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    reason = "1 unreadable picture: coats/broken.png is truncated or damaged"
    with pytest.raises(DataError) as caught:
        embed.of_photos(photos_folder)
    assert str(caught.value) == (
        f"{photos_folder} has {reason}; replace them, or leave them out with --skip-bad"
    )
    told: list[str] = []
    assert len(embed.of_photos(photos_folder, skip_bad=True, warn=told.append)) == 4
    assert told == [f"{photos_folder}: left out 1 other file (.txt)", f"left out {reason}"]


def test_photos_are_labelled_by_the_first_folder_however_deep_they_lie(
    photos_folder: Path, tmp_path: Path
) -> None:
    deep = photos_folder / "coats" / "2023" / "winter"
    deep.mkdir(parents=True)
    (photos_folder / "d.png").rename(deep / "d.png")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "e.png").write_bytes((deep / "d.png").read_bytes())
    (photos_folder / "hats").symlink_to(tmp_path / "far")
    made = embed.of_photos(photos_folder, (2, 2))
    names = [made.class_names[label] for label in made.labels]
    assert dict(zip(made.ids, names, strict=True)) == {
        "bags/c.png": "bags",
        "coats/a.png": "coats",
        "coats/b.JPG": "coats",
        "coats/2023/winter/d.png": "coats",
        "hats/e.png": "hats",
    }


def test_folders_without_photos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        embed.of_photos(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} holds no photos, nor do the folders in it; "
        "wanted JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP files; add some"
    )
    (tmp_path / "x.psd").write_bytes(b"")
    with pytest.raises(
        DataError, match=r"nor do the folders in it \(1 PSD picture \(convert it to JPEG or PNG\)\); "
    ):
        embed.of_photos(tmp_path)
    with pytest.raises(
        DataError, match=r"^cannot read the folder .*/no: No such file or directory; check the"
    ):
        embed.of_photos(tmp_path / "no")
    (tmp_path / "a.png").write_bytes(b"not a picture")
    with pytest.raises(DataError, match=r"^.* has 1 unreadable picture: a\.png is not a .* picture; replace"):
        embed.of_photos(tmp_path, skip_bad=True)


def test_truncated_photos_are_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    path = tmp_path / "a.jpg"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    told: list[str] = []
    assert len(embed.of_photos(tmp_path, warn=told.append)) == 1
    assert len(told) == 1
    assert told[0].startswith("read 1 picture only in part: a.jpg (")
