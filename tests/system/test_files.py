from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clothier.errors import WriteError
from clothier.system import files
from clothier.system.files import held


def test_write_atomic_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file.txt"
    files.write_atomic(path, "one, long enough to leave a tail")
    files.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [child.name for child in path.parent.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("name", ["n" * 251 + ".csv", "é" * 125 + ".csv", ".csv"])
def test_a_name_may_be_as_long_as_the_file_system_takes(name: str, tmp_path: Path) -> None:
    files.write_atomic(tmp_path / name, "a")
    files.write_atomic(tmp_path / name, "b")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "b")]


def test_names_made_of_long_texts_are_short_and_differ() -> None:
    texts = [f"folder:{'deep/' * 300}{end}" for end in ("hats", "shoes")] + ["folder:" + "ドレス" * 100]
    made = [files.slug(text) for text in texts]
    assert len(set(made)) == 3
    assert all(180 <= len(os.fsencode(name)) <= 200 for name in made)
    assert made == [files.slug(text) for text in texts]
    assert files.slug("folder:../my photos, of 2026/") == "folder-..-my-photos-of-2026"
    assert files.shortened("n" * 200) == "n" * 200
    assert files.shortened("n" * 201) == "n" * 191 + "-291c4194"


def test_write_atomic_obeys_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        files.write_atomic(tmp_path / "file", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_full_disk_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(WriteError, match=r"^cannot write .*/file: No space left on device; "):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["file"]


def test_a_private_file_is_this_users_alone(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "file", b"x", private=True)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def refuse(number: int) -> Callable[..., None]:
    def call(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_that_syncs_nothing_takes_files_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(number))
    files.write_atomic(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize(
    ("number", "refused"), [(errno.EINVAL, False), (errno.EBADF, False), (errno.EIO, True)]
)
def test_a_file_system_that_syncs_no_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, refused: bool
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(number))
    if refused:
        with pytest.raises(OSError, match="Input/output error"):
            files.sync_folder(tmp_path)
    else:
        files.sync_folder(tmp_path)


def test_a_folder_that_may_not_be_listed_takes_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def guarded(path: str | Path, flags: int, *mode: int) -> int:
        if Path(path) == tmp_path:  # as permissions would, which do not bind root
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", guarded)
    files.write_atomic(tmp_path / "file", "new")
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_permissions_takes_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(Path, "chmod", refuse(number))
    files.write_atomic(tmp_path / "file", "new")
    assert [child.name for child in tmp_path.iterdir()] == ["file"]


def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.check_room(tmp_path, 1, "features")
    with pytest.raises(OSError, match=r"1,000,000,000,000.0 MB of features do not fit on the disk"):
        files.check_room(tmp_path, 10**18, "features")
    usage = type("Usage", (), {"total": 0, "free": 0})
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    files.check_room(tmp_path, 10**18, "features")  # a file system that does not tell its size


LOCKS = """
    import pathlib, sys, time
    from clothier.system.files import locked

    with locked(pathlib.Path(sys.argv[1])) as alone:
        print(alone, time.monotonic(), flush=True)
        time.sleep(0.2)
        print(time.monotonic(), flush=True)
"""


def test_one_at_a_time_holds_a_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(LOCKS), str(tmp_path / "lock")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    (one, began, ended), (other, begins, ends) = sorted(
        process.communicate()[0].split() for process in running
    )
    assert one == other == "True"
    assert float(ended) <= float(begins) or float(ends) <= float(began)


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_told_from_one_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with files.locked(tmp_path / "lock") as alone:
        assert alone
    monkeypatch.setattr(fcntl, "flock", refuse(number))
    with files.locked(tmp_path / "lock") as alone:
        assert not alone
    with held(tmp_path) as free:
        assert free


def test_one_at_a_time_holds_a_folder_and_no_longer_than_it_lives(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from clothier.system.files import held\n"
        "with held(pathlib.Path(sys.argv[1])) as free: print(free, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        stdout = other.stdout
        assert stdout is not None and stdout.readline() == "True\n"
        with held(tmp_path) as free:
            assert not free
        assert files.is_held(tmp_path)
        other.kill()
        other.wait()
    assert not files.is_held(tmp_path)
    assert not files.is_held(tmp_path / "nowhere")
    with held(tmp_path) as free:
        assert free
        with held(tmp_path) as again:
            assert not again
    assert list(tmp_path.iterdir()) == []


def test_who_looks_whether_a_folder_is_held_keeps_nobody_from_holding_it(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # as `is_held` does for a moment
    threading.Timer(0.02, os.close, [descriptor]).start()
    with held(tmp_path) as free:
        assert free


def test_places_are_checked_before_they_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to("loop")
    files.check_file_place(tmp_path / "folder" / "new")
    files.check_file_place(tmp_path / "file")
    files.check_file_place(tmp_path / "new" / "folder" / "new")
    files.check_folder_place(tmp_path / "folder")
    files.check_folder_place(tmp_path / "new" / "folder")
    monkeypatch.chdir(tmp_path)
    files.check_file_place(Path("new"))
    files.check_folder_place(Path("new"))
    for place, words in (
        ("folder", "Is a directory"),
        ("file/x", "file is not a folder"),
        ("loop/x", "is not a folder"),
        ("y" * 300, "File name too long"),
    ):
        with pytest.raises(WriteError, match=f"^cannot write {place}: .*{words}; "):
            files.check_file_place(Path(place))
    for place in ("file", "file/x", "loop"):
        with pytest.raises(WriteError, match=rf"^cannot write {place}: .*is not a folder; "):
            files.check_folder_place(Path(place))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(WriteError, match=r"^cannot write folder: Permission denied; "):
        files.check_folder_place(Path("folder"))
    monkeypatch.setattr(files, "_is_read_only", lambda folder: True)
    with pytest.raises(WriteError, match=r"^cannot write new/x: Read-only file system; "):
        files.check_file_place(Path("new/x"))
    assert not (tmp_path / "new").exists()
