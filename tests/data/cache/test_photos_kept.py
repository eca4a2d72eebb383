"""The files of the cache: interrupted, damaged, moved, without room, and shared by processes."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.photo_cache import TIME, Splits, decoded, kept

from clothier import photo
from clothier.data.cache import location
from clothier.data.cache import photos as cache
from clothier.errors import WriteError
from clothier.photo import doctor


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
    [
        "no manifest", "short pixels", "no pixels", "one byte", "no array", "garbled manifest", "brackets", "no states",
        "other counts", "a list", "a split renamed", "another digest",
    ],
)  # fmt: skip
def test_damaged_entries_are_made_anew(damage: str, splits: Splits, tmp_path: Path) -> None:
    first = decoded(splits, tmp_path)
    expected = {name: images.copy() for name, images in first.images.items()}
    digests, manifest = first.digests, first.path.with_suffix(".json")
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
    elif damage == "no array":
        with first.path.open("r+b") as file:
            file.seek(first.path.read_bytes().index(b"(17, 8"))
            file.write(b"()    ")
    elif damage == "brackets":
        manifest.write_text("[" * 100_000)
    elif damage == "no states":
        manifest.write_text('{"states": null, "photos": null}')
    elif damage == "garbled manifest":
        manifest.write_text("[]")
    else:
        content = json.loads(manifest.read_text())
        if damage == "other counts":
            content["rows"]["train"] += 1
        elif damage == "a list":
            content["left_out"] = [1]
        elif damage == "a split renamed":
            content["rows"] = {"trane": 12, "test": 5}
        else:
            content["sha256"]["train"] = 64 * "0"
        manifest.write_text(json.dumps(content))
    told: list[str] = []
    again = cache.decoded(splits, (8, 10), "pad", [tmp_path / "kept"], lambda *_: None, told.append)
    assert again.is_new
    if damage == "no manifest":
        assert told == []
    else:
        pixels = damage in ("short pixels", "no pixels", "one byte", "no array")
        no_json = damage in ("garbled manifest", "brackets")
        reason = (
            "its pixels are not those that were written" if pixels else "it does not say what was written"
        )
        culprit = manifest.with_suffix(".npy") if pixels else manifest
        assert told == [
            f"{culprit} is damaged ({'it is no JSON' if no_json else reason}), so what it keeps is made anew"
        ]
    for name, images in again.images.items():
        assert np.array_equal(images, expected[name])
    assert again.digests == digests


def test_a_cache_that_was_moved_is_checked_and_used(splits: Splits, tmp_path: Path) -> None:
    first = decoded(splits, tmp_path)
    shutil.copytree(tmp_path / "kept", tmp_path / "moved" / "kept")
    manifest = tmp_path / "moved" / "kept" / first.path.with_suffix(".json").name
    before = manifest.read_text()
    again = decoded(splits, tmp_path / "moved")
    assert not again.is_new
    assert manifest.read_text() == before


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
