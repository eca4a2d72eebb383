from __future__ import annotations

import errno
import hashlib
import json
import mmap
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier import photo
from clothier.data import cache
from clothier.data.cache import Decoded, Photo
from clothier.errors import DataError, WriteError
from clothier.photo import doctor
from clothier.values import Images

Save = Callable[..., Path]
Splits = dict[str, list[Photo]]


@pytest.fixture
def splits(tmp_path: Path, save_picture: Save) -> Splits:
    """Twelve photos to train, five to test."""
    counts = {"train": 12, "test": 5}
    return {
        split: [
            Photo(save_picture(tmp_path / split / f"{n}.png", 10 * n + place), f"{split}/{n}.png", n % 2)
            for n in range(count)
        ]
        for place, (split, count) in enumerate(counts.items())
    }


def decoded(splits: Splits, folder: Path, size: tuple[int, int] = (8, 10), crop: str = "pad") -> Decoded:
    return cache.decoded(splits, size, crop, folder / "kept", lambda *_: None)


def kept(folder: Path) -> list[str]:
    """The endings of what lies in the cache."""
    return sorted(path.suffix for path in (folder / "kept").iterdir() if path.name != "lock")


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
        expected = np.stack([photo.read(entry.path, (8, 10)) for entry in photos])
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
    assert (first.made, second.made) == (True, False)
    assert np.array_equal(first.images["train"], second.images["train"])
    assert first.digests == second.digests


def test_another_size_crop_order_or_split_is_decoded_anew(splits: Splits, tmp_path: Path) -> None:
    turned = {"train": splits["train"][::-1], "test": splits["test"]}
    moved = {"train": splits["train"][:-1], "test": [splits["train"][-1], *splits["test"]]}
    paths = {
        decoded(splits, tmp_path).path,
        decoded(splits, tmp_path, size=(10, 8)).path,
        decoded(splits, tmp_path, crop="centre").path,
        decoded(turned, tmp_path).path,
        decoded(moved, tmp_path).path,
    }
    assert len(paths) == 5
    assert decoded(moved, tmp_path).images["test"].shape == (6, 8, 10, 3)


def test_a_changed_file_is_decoded_anew(splits: Splits, tmp_path: Path, save_picture: Save) -> None:
    before = decoded(splits, tmp_path)
    save_picture(splits["train"][3].path, 250)
    os.utime(splits["train"][3].path, ns=(1, 1))  # the same number of bytes may have been written
    after = decoded(splits, tmp_path)
    assert after.made
    changed = (before.images["train"] != after.images["train"]).any(axis=(1, 2, 3))
    assert np.flatnonzero(changed).tolist() == [3]


def test_a_file_that_becomes_readable_is_decoded(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, read = splits["train"][3].path, doctor.prepare

    def refuse(path: Path, *arguments: Any, **options: Any) -> Images:
        if path == locked:
            raise DataError("cannot be read (Permission denied)")
        return read(path, *arguments, **options)

    with monkeypatch.context() as patch:  # as file permissions would, which do not bind root
        patch.setattr(os, "access", lambda path, mode: path != locked)
        patch.setattr(doctor, "prepare", refuse)
        assert list(decoded(splits, tmp_path).left_out) == ["train/3.png"]
    assert decoded(splits, tmp_path).left_out == {}


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
        assert result.made == made
        assert result.left_out == {
            "train/0.png": "is truncated",
            "test/2.png": "is not a JPEG, PNG, WebP, GIF or BMP picture",
            "test/3.png": "cannot be read (No such file or directory)",
        }
        assert {name: len(images) for name, images in result.images.items()} == {"train": 11, "test": 3}
        assert np.array_equal(result.images["test"][2], photo.read(splits["test"][4].path, (8, 10)))


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
    cache.decoded(splits, (8, 8), "pad", tmp_path / "kept", lambda *step: steps.append(step))
    assert steps == [("decoding photos", done, 17) for done in range(1, 18)]


def test_ctrl_c_leaves_nothing(splits: Splits, tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.decoded(splits, (8, 10), "pad", tmp_path / "kept", interrupt)
    assert kept(tmp_path) == []


def test_a_full_disk_leaves_nothing(splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match=r"cannot write .*\.npy: No space left on device"):
            decoded(splits, tmp_path)
    assert kept(tmp_path) == []
    assert decoded(splits, tmp_path).made


def test_a_cache_that_cannot_be_made(splits: Splits, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    with pytest.raises(WriteError, match="File exists"):
        decoded(splits, tmp_path)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from clothier.data import cache

    def kill(what, done, total):
        if done == 9:
            os.kill(os.getpid(), signal.SIGKILL)

    root = Path(sys.argv[1])
    photos = [cache.Photo(root / f"train/{n}.png", f"train/{n}.png", n % 2) for n in range(12)]
    cache.decoded({"train": photos}, (8, 10), "pad", root / "kept", kill)
"""


def test_what_a_killed_process_left_is_removed_and_never_used(splits: Splits, tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert kept(tmp_path) == [".tmp"]
    decoded(splits, tmp_path)
    assert kept(tmp_path) == [".json", ".npy"]


@pytest.mark.parametrize(
    "damage", ["no manifest", "short pixels", "no pixels", "garbled manifest", "other counts"]
)
def test_damaged_entries_are_made_anew(damage: str, splits: Splits, tmp_path: Path) -> None:
    first = decoded(splits, tmp_path)
    expected, manifest = first.images["train"].copy(), first.path.with_suffix(".json")
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "short pixels":
        os.truncate(first.path, 500)
    elif damage == "no pixels":
        first.path.write_bytes(b"")
    elif damage == "garbled manifest":
        manifest.write_text("[]")
    else:
        content = json.loads(manifest.read_text())
        content["rows"]["train"] += 1
        manifest.write_text(json.dumps(content))
    again = decoded(splits, tmp_path)
    assert again.made
    assert np.array_equal(again.images["train"], expected)


def test_two_processes_decode_once(splits: Splits, tmp_path: Path) -> None:
    program = textwrap.dedent(KILLED).replace("if done == 9", "if False") + "\n" + 'print("made")'
    program = program.replace("cache.decoded(", "result = cache.decoded(").replace(
        'print("made")', "print(result.made)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = sorted(process.communicate()[0].strip() for process in running)
    assert answers == ["False", "True"]
    assert kept(tmp_path) == [".json", ".npy"]
