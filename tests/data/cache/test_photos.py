from __future__ import annotations

import hashlib
import mmap
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.photo_cache import Save, Splits, decoded, kept

from clothier import photo
from clothier.data.cache import photos as cache
from clothier.errors import DataError
from clothier.photo import doctor


def test_photos_may_go_through_the_doctor(splits: Splits, tmp_path: Path) -> None:
    for photos in splits.values():
        for entry in photos:  # one tone has no thing in it
            picture = np.full((24, 18, 3), 255, np.uint8)
            picture[2:9, 3:15] = (90, 40, 160)
            Image.fromarray(picture).save(entry.path)
    result = decoded(splits, tmp_path, crop="doctor")
    expected = np.stack([doctor.prepare(entry.path, "doctor", (8, 10), 3) for entry in splits["train"]])
    assert np.array_equal(result.images["train"], expected)
    assert not np.array_equal(expected, decoded(splits, tmp_path).images["train"])


def test_pixels_are_those_of_the_photos_in_order(splits: Splits, tmp_path: Path) -> None:
    result = decoded(splits, tmp_path)
    for name, photos in splits.items():
        expected = np.stack([photo.read(entry.path, (8, 10))[0] for entry in photos])
        assert np.array_equal(result.images[name], expected)
        assert result.digests[name] == hashlib.sha256(expected.tobytes()).hexdigest()
    assert result.left_out == {}
    assert kept(tmp_path) == [".json", ".npy"]


def test_images_are_views_of_a_mapped_file(splits: Splits, tmp_path: Path) -> None:
    result = decoded(splits, tmp_path)
    for images in result.images.values():
        assert type(images) is np.ndarray
        owner: object = images
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(owner, mmap.mmap)
    assert np.array_equal(np.load(result.path)[12:], result.images["test"])
    with pytest.raises(ValueError, match="read-only"):
        result.images["train"][0] = 0


def test_the_second_time_nothing_is_decoded(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = decoded(splits, tmp_path)
    monkeypatch.setattr(doctor, "prepare", None)
    second = decoded(splits, tmp_path)
    assert (first.is_new, second.is_new) == (True, False)
    assert np.array_equal(first.images["train"], second.images["train"])
    assert first.digests == second.digests


def test_a_truncated_photo_is_read_and_told_also_from_the_cache(splits: Splits, tmp_path: Path) -> None:
    entry = splits["train"][5]
    noise = np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    Image.fromarray(noise).save(entry.path, "JPEG")
    entry.path.write_bytes(entry.path.read_bytes()[:-30])
    for made in (True, False):
        result = decoded(splits, tmp_path)
        assert result.is_new == made
        assert result.left_out == {}
        assert list(result.truncated) == ["train/5.png"]
        assert result.truncated["train/5.png"].endswith(" % of the picture is missing")


def test_all_grey_photos_have_one_channel(splits: Splits, tmp_path: Path, save_picture: Save) -> None:
    for photos in splits.values():
        for number, entry in enumerate(photos):
            save_picture(entry.path, number, mode="L")
    assert decoded(splits, tmp_path).images["train"].shape == (12, 8, 10, 1)
    save_picture(splits["test"][4].path, 77)
    assert decoded(splits, tmp_path).images["train"].shape == (12, 8, 10, 3)


def test_unreadable_photos_have_no_row(splits: Splits, tmp_path: Path) -> None:
    splits["train"][0].path.write_bytes(splits["train"][1].path.read_bytes()[:-30])
    splits["test"][2].path.write_text("not a picture")
    splits["test"][3].path.unlink()
    for made in (True, False):
        result = decoded(splits, tmp_path)
        assert result.is_new == made
        assert result.left_out == {
            "train/0.png": "is truncated",
            "test/2.png": "is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture",
            "test/3.png": "cannot be read (No such file or directory)",
        }
        assert {name: len(images) for name, images in result.images.items()} == {"train": 11, "test": 3}
        assert np.array_equal(result.images["test"][2], photo.read(splits["test"][4].path, (8, 10))[0])


def test_rows_are_right_where_their_number_loses_a_digit(splits: Splits, tmp_path: Path) -> None:
    for entry in splits["train"][3:]:
        entry.path.write_text("")
    result = decoded(splits, tmp_path)  # announced as 17 rows, 8 written
    assert np.array_equal(np.load(result.path)[3:], result.images["test"])


def test_none_readable(splits: Splits, tmp_path: Path) -> None:
    for photos in splits.values():
        for entry in photos:
            entry.path.write_text("")
    with pytest.raises(DataError) as caught:
        decoded(splits, tmp_path)
    assert str(caught.value) == (
        "none of the 17 pictures can be read: train/0.png is empty; train/1.png is empty; train/2.png is empty; "
        "train/3.png is empty; train/4.png is empty; and 12 more; replace them"
    )
    assert kept(tmp_path) == []


def test_progress_counts_to_the_end(splits: Splits, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    cache.decoded(splits, (8, 8), "pad", [tmp_path / "kept"], lambda *step: steps.append(step))
    assert steps == [("decoding photos", done, 17) for done in range(1, 18)]
