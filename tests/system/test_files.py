from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clothier.errors import WriteError
from clothier.system import files


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


def test_permissions_and_links_of_the_old_file_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "answers.csv", tmp_path / "link.csv"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to("answers.csv")
    files.write_atomic(link, "new")
    assert (link.is_symlink(), path.read_text(), path.stat().st_mode & 0o777) == (True, "new", 0o600)


def test_what_a_killed_process_left_is_removed_and_what_is_written_now_stays(tmp_path: Path) -> None:
    path, left = tmp_path / "answers.csv", tmp_path / ".answers.csv.abc.tmp"
    with files.writing(path) as file:
        file.write(b"1")
        (now,) = tmp_path.iterdir()
        left.write_text("half")
        other = tmp_path / ".others.csv.abc.tmp"
        other.write_text("of another file")
        for each in (now, left, other):
            os.utime(each, (0, 0))
        files.write_atomic(path, "2")
        assert {each.name for each in tmp_path.iterdir()} == {now.name, other.name, path.name}
    assert path.read_text() == "1"


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
