from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import mmap
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from clothier import photo
from clothier.data import contents
from clothier.data.cache import location
from clothier.data.cache import photos as cache
from clothier.data.cache.photos import DecodedPhotos, Photo
from clothier.errors import DataError, WriteError
from clothier.photo import doctor

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


def decoded(
    splits: Splits, folder: Path, size: tuple[int, int] = (8, 10), crop: str = "pad"
) -> DecodedPhotos:
    return cache.decoded(splits, size, crop, [folder / "kept"], lambda *_: None)


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
    after = decoded(splits, tmp_path)
    assert after.is_new
    changed = (before.images["train"] != after.images["train"]).any(axis=(1, 2, 3))
    assert np.flatnonzero(changed).tolist() == [3]


def test_a_file_that_becomes_readable_is_decoded(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, read, state = splits["train"][3].path, photo.bytes_of, contents.state

    def refuse(path: Path) -> bytes:
        if path == locked:
            raise DataError("cannot be read (Permission denied)")
        return read(path)

    with monkeypatch.context() as patch:  # as file permissions would, which do not bind root
        patch.setattr(contents, "state", lambda path: (-1, b"") if path == locked else state(path))
        patch.setattr(photo, "bytes_of", refuse)
        for _ in range(2):
            assert decoded(splits, tmp_path).left_out == {"train/3.png": "cannot be read (Permission denied)"}
    assert decoded(splits, tmp_path).left_out == {}


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


TIME = (315532800 * 10**9, 315532800 * 10**9)  # 1980-01-01, as reproducible archives have it


def stop_clocks(splits: Splits) -> None:
    """Give all photos one size, as uncompressed ones of one shape have, and one time."""
    for photos in splits.values():
        for entry in photos:
            Image.open(entry.path).save(entry.path, "BMP")
            os.utime(entry.path, ns=TIME)


def copied(splits: Splits, root: Path, other: Path, change: Callable[[Image.Image], Image.Image]) -> Splits:
    """The same names, sizes and times in the folder `other`, with changed pixels."""
    copies: Splits = {}
    for name, photos in splits.items():
        copies[name] = []
        for entry in photos:
            path = other / entry.path.relative_to(root)
            path.parent.mkdir(parents=True, exist_ok=True)
            change(Image.open(entry.path)).save(path, "BMP")
            os.utime(path, ns=TIME)
            copies[name].append(replace(entry, path=path))
    return copies


def right(result: DecodedPhotos, splits: Splits) -> bool:
    return all(
        np.array_equal(
            result.images[name], np.stack([photo.read(entry.path, (8, 10))[0] for entry in photos])
        )
        for name, photos in splits.items()
    )


def test_other_photos_of_equal_names_sizes_and_times_are_decoded(splits: Splits, tmp_path: Path) -> None:
    stop_clocks(splits)
    copies = copied(splits, tmp_path, tmp_path / "copy", ImageOps.invert)
    first, second = decoded(splits, tmp_path), decoded(copies, tmp_path)
    assert second.is_new
    assert right(first, splits)
    assert right(second, copies)
    assert first.digests["train"] != second.digests["train"]
    again = decoded(splits, tmp_path), decoded(copies, tmp_path)
    assert [found.path for found in again] == [first.path, second.path]


def test_a_copy_with_equal_content_is_not_decoded_again(splits: Splits, tmp_path: Path) -> None:
    stop_clocks(splits)
    copies = copied(splits, tmp_path, tmp_path / "copy", lambda image: image)
    first, steps = decoded(splits, tmp_path), []
    for _ in range(2):  # the second time it is known by its state
        found = cache.decoded(
            copies, (8, 10), "pad", [tmp_path / "kept"], lambda *step: steps.append(step[0])
        )
        assert (found.is_new, found.path) == (False, first.path)
    assert steps == ["checking photos"] * sum(map(len, splits.values()))
    cache.decoded(splits, (8, 10), "pad", [tmp_path / "kept"], lambda *step: steps.append(step[0]))
    assert steps == ["checking photos"] * sum(map(len, splits.values()))


@pytest.mark.parametrize("way", ["in place", "swapped", "link"])
def test_a_photo_that_is_another_under_the_same_name_size_and_time(
    way: str, splits: Splits, tmp_path: Path
) -> None:
    stop_clocks(splits)
    before = decoded(splits, tmp_path)
    one, other = splits["train"][3].path, splits["train"][4].path  # of two classes
    if way == "in place":
        one.write_bytes(other.read_bytes())
    elif way == "swapped":
        content = one.rename(tmp_path / "aside")
        other.rename(one)
        content.rename(other)
    else:
        one.unlink()
        one.symlink_to(other)
    os.utime(one, ns=TIME)
    after = decoded(splits, tmp_path)
    assert after.is_new
    assert right(after, splits)
    changed = (before.images["train"] != after.images["train"]).any(axis=(1, 2, 3))
    assert np.flatnonzero(changed).tolist() == ([3, 4] if way == "swapped" else [3])


def test_inodes_that_change_cost_a_check_and_no_more(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on network mounts; many of them, so that the manifest would grow."""
    first = decoded(splits, tmp_path)
    state, mounts = contents.state, iter(range(100))
    for _ in range(20):
        mount = next(mounts)

        def remounted(path: Path, mount: int = mount) -> tuple[int, bytes]:
            size, seen = state(path)
            return size, seen if path.suffix == ".npy" else seen + bytes([mount])

        monkeypatch.setattr(contents, "state", remounted)
        again = decoded(splits, tmp_path)
        assert (again.is_new, again.path) == (False, first.path)
    assert len(json.loads(first.path.with_suffix(".json").read_text())["states"]) == 8
    assert kept(tmp_path) == [".json", ".npy"]


def test_a_photo_that_gets_colour_while_photos_are_read(
    splits: Splits, tmp_path: Path, save_picture: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    for photos in splits.values():
        for number, entry in enumerate(photos):
            save_picture(entry.path, number, mode="L")
    read = contents.read

    def late(path: Path) -> tuple[bytes | None, str]:
        if path == splits["test"][2].path:
            save_picture(path, 200)
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(contents, "read", late)
        with pytest.raises(DataError) as caught:
            decoded(splits, tmp_path)
    assert str(caught.value) == (
        "test/2.png was changed while photos were read; start again when nothing writes to it"
    )
    assert kept(tmp_path) == []
    assert decoded(splits, tmp_path).images["test"].shape == (5, 8, 10, 3)


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
            "test/2.png": "is not a JPEG, PNG, WebP, GIF or BMP picture",
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


def test_ctrl_c_leaves_nothing(splits: Splits, tmp_path: Path) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.decoded(splits, (8, 10), "pad", [tmp_path / "kept"], interrupt)
    assert kept(tmp_path) == []


def test_a_full_disk_leaves_nothing(splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match=r"cannot write .*\.npy: No space left on device"):
            decoded(splits, tmp_path)
    assert kept(tmp_path) == []
    assert decoded(splits, tmp_path).is_new


def test_a_cache_that_cannot_be_made(splits: Splits, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    with pytest.raises(WriteError, match="File exists"):
        decoded(splits, tmp_path)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from clothier.data import contents
    from clothier.data.cache import location
    from clothier.data.cache import photos as cache

    def kill(what, done, total):
        if done == 9:
            os.kill(os.getpid(), signal.SIGKILL)

    root = Path(sys.argv[1])
    photos = [cache.Photo(root / f"train/{n}.png", f"train/{n}.png", n % 2) for n in range(12)]
    cache.decoded({"train": photos}, (8, 10), "pad", [root / "kept"], kill)
"""


def test_what_a_killed_process_left_is_removed_and_never_used(splits: Splits, tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert kept(tmp_path) == [".tmp"]
    decoded(splits, tmp_path)
    assert kept(tmp_path) == [".json", ".npy"]


@pytest.mark.parametrize(
    "damage",
    ["no manifest", "short pixels", "no pixels", "one byte", "garbled manifest", "no states", "other counts"],
)
def test_damaged_entries_are_made_anew(damage: str, splits: Splits, tmp_path: Path) -> None:
    first = decoded(splits, tmp_path)
    expected = {name: images.copy() for name, images in first.images.items()}
    manifest = first.path.with_suffix(".json")
    if damage == "no manifest":
        manifest.unlink()
    elif damage == "short pixels":
        os.truncate(first.path, 500)
    elif damage == "no pixels":
        first.path.write_bytes(b"")
    elif damage == "one byte":  # at the first pixel of the test split
        pixels = first.images["train"].size
        del first
        with manifest.with_suffix(".npy").open("r+b") as file:
            file.seek(128 + pixels)
            file.write(b"\xa5")
        os.utime(manifest.with_suffix(".npy"), ns=TIME)
    elif damage == "no states":
        manifest.write_text('{"states": null, "photos": null}')
    elif damage == "garbled manifest":
        manifest.write_text("[]")
    else:
        content = json.loads(manifest.read_text())
        content["rows"]["train"] += 1
        manifest.write_text(json.dumps(content))
    again = decoded(splits, tmp_path)
    assert again.is_new
    for name, images in again.images.items():
        assert np.array_equal(images, expected[name])


def test_a_cache_that_was_moved_is_checked_and_used(splits: Splits, tmp_path: Path) -> None:
    first = decoded(splits, tmp_path)
    shutil.copytree(tmp_path / "kept", tmp_path / "moved" / "kept")
    manifest = tmp_path / "moved" / "kept" / first.path.with_suffix(".json").name
    before = manifest.read_text()
    again = decoded(splits, tmp_path / "moved")
    assert not again.is_new
    assert manifest.read_text() != before, "it would be checked each time"


def test_what_is_kept_belongs_to_this_user_alone(splits: Splits, tmp_path: Path) -> None:
    decoded(splits, tmp_path)
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "kept").glob("*.*"):
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("suffix", [".npy", ".json"])
def test_what_others_could_write_is_made_anew(suffix: str, splits: Splits, tmp_path: Path) -> None:
    path = decoded(splits, tmp_path).path.with_suffix(suffix)
    path.chmod(0o666)
    assert decoded(splits, tmp_path).is_new
    assert path.stat().st_mode & 0o777 == 0o600
    assert not decoded(splits, tmp_path).is_new


def test_a_disk_without_room_is_told_before_anything_is_decoded(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = 17 * 8 * 10 * 3
    monkeypatch.setattr(doctor, "prepare", None)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: type("Usage", (), {"total": 1, "free": needed - 1})
    )
    with pytest.raises(WriteError, match=r"kept: 0.0 MB of decoded photos do not fit on the disk; "):
        decoded(splits, tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_in_the_middle_is_left_for_the_next_folder(
    number: int, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full, other = tmp_path / "full" / "photos", tmp_path / "other" / "photos"
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(full):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    told: list[str] = []
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(location, "_told", set())
    for made in (True, False):
        result = cache.decoded(splits, (8, 10), "pad", [full, other], lambda *_: None, told.append)
        assert (result.is_new, result.path.parent) == (made, other)
    assert [path.name for path in full.iterdir()] == ["lock"]
    (sentence,) = told
    assert f"({os.strerror(number)}), so {tmp_path}/other is used in its place" in sentence


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EINVAL])
def test_a_file_system_that_cannot_map_files(
    number: int, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(np, "memmap", refuse)
    for made in (True, False):
        result = decoded(splits, tmp_path)
        assert result.is_new == made
        assert np.array_equal(result.images["test"][0], photo.read(splits["test"][0].path, (8, 10))[0])
        with pytest.raises(ValueError, match="read-only"):
            result.images["train"][0] = 0


def test_without_locks_what_another_process_is_writing_stays(
    splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / "kept").mkdir(mode=0o700)
    (tmp_path / "kept" / ".another.npy.tmp").touch()
    assert decoded(splits, tmp_path).is_new
    assert kept(tmp_path) == [".json", ".npy", ".tmp"]


def test_two_processes_decode_once(splits: Splits, tmp_path: Path) -> None:
    program = textwrap.dedent(KILLED).replace("if done == 9", "if False") + "\n" + 'print("made")'
    program = program.replace("cache.decoded(", "result = cache.decoded(").replace(
        'print("made")', "print(result.is_new)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = sorted(process.communicate()[0].strip() for process in running)
    assert answers == ["False", "True"]
    assert kept(tmp_path) == [".json", ".npy"]
