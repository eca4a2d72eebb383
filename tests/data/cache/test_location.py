from __future__ import annotations

import errno
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clothier.data.cache import location, trust
from clothier.errors import DataError, WriteError

NOBODY = 65534
root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")


@pytest.fixture(autouse=True)
def _own_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "tmp").mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(location, "_told", set())
    yield


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def write(folder: Path) -> Path:
    (folder / "file").write_text("kept")
    return folder


def read(folder: Path) -> str | None:
    path = folder / "file"
    return path.read_text() if path.exists() else None


def quiet(sentence: str) -> None:
    raise AssertionError(sentence)


def test_the_users_cache_comes_first_and_is_made_for_this_user_alone(tmp_path: Path) -> None:
    folders = location.of_user("things")
    assert folders[0] == tmp_path / "cache" / "clothier" / "things"
    assert location.put(folders, write, quiet) == folders[0]
    for folder in (folders[0], folders[0].parent, folders[0].parent.parent):
        assert mode(folder) == 0o700
    assert location.find(folders, read) == "kept"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_folder_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "cache" / "clothier").mkdir(parents=True, mode=0o755)
    location.put(location.of_user("things"), write, quiet)
    assert mode(tmp_path / "cache" / "clothier") == 0o755 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("fault", ["a file", "read-only", "no home", "full", "quota"])
def test_where_the_cache_cannot_be_used_another_is_and_that_is_told_once(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache" / "clothier"
    numbers = {"read-only": errno.EROFS, "full": errno.ENOSPC, "quota": errno.EDQUOT}
    if fault == "a file":
        (tmp_path / "cache").write_text("where the folder should be")
        reason = "Not a directory"
    elif fault == "no home":  # as in a container that is given the number of a user whom it does not know
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.delenv("HOME")
        monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
        cache, reason = Path("~/.cache/clothier"), "this user has no home folder"
    else:
        reason = os.strerror(numbers[fault])

    def fill(folder: Path) -> Path:
        if folder.parent == cache and fault in numbers:
            raise OSError(numbers[fault], reason)
        return write(folder)

    told: list[str] = []
    folders = location.of_user("things")
    other = tmp_path / "tmp" / f"clothier-{os.geteuid()}"
    for kind in ("things", "others", "things"):
        assert location.put(location.of_user(kind), fill, told.append) == other / kind
    assert told == [
        f"the cache folder {cache} cannot be used ({reason}), so {other} is used in its place; "
        "set XDG_CACHE_HOME to a folder that you can write to"
    ]
    assert mode(other) == mode(other / "things") == 0o700
    assert location.find(folders, read) == "kept"
    assert not (tmp_path / "~").exists()


def test_where_no_folder_can_be_written_the_first_is_named_and_the_remedy(tmp_path: Path) -> None:
    def fill(folder: Path) -> Path:
        raise WriteError(folder / "file", OSError(errno.ENOSPC, "No space left on device"))

    folders = location.of_user("things")
    with pytest.raises(WriteError) as caught:
        location.put(folders, fill, quiet)
    assert str(caught.value) == (
        f"cannot write {folders[0]}/file: No space left on device; earlier files are untouched; "
        "make room, or set XDG_CACHE_HOME to a folder that you can write to"
    )
    with pytest.raises(WriteError, match=r"untouched; make room or choose another place$"):
        location.put([tmp_path / "named"], fill, quiet)


def test_what_is_wrong_with_the_data_or_the_listener_is_no_fault_of_the_folder() -> None:
    tried: list[Path] = []

    def fail(folder: Path) -> Path:
        tried.append(folder)
        raise WriteError(folder, BrokenPipeError(errno.EPIPE, "Broken pipe"))

    with pytest.raises(BrokenPipeError):
        location.put(location.of_user("things"), fail, quiet)

    def refuse(folder: Path) -> Path:
        tried.append(folder)
        raise DataError("no picture")

    with pytest.raises(DataError):
        location.put(location.of_user("things"), refuse, quiet)
    assert len(tried) == 2


@pytest.mark.parametrize("loose", ["things", "."])
@pytest.mark.parametrize("added", [0o020, 0o002])
def test_what_others_can_write_is_not_trusted(loose: str, added: int) -> None:
    folders = location.of_user("things")
    location.put(folders, write, quiet)
    open_to_others = (folders[0].parent / loose).resolve()
    open_to_others.chmod(0o700 | added)
    assert location.find(folders, read) is None
    told: list[str] = []
    assert location.put(folders, write, told.append) == folders[1]
    assert f"(other users can write to {open_to_others}; `chmod go-w` it)" in told[0]
    with pytest.raises(WriteError, match=rf"cannot write {folders[0]}: other users can write to "):
        location.put(folders[:1], write, quiet)
    open_to_others.chmod(0o1700 | added if loose == "." else 0o755)  # sticky, as /tmp is
    assert location.find(folders[:1], read) == "kept"


def test_a_file_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    path = location.put([tmp_path / "named"], write, quiet) / "file"
    path.chmod(0o644)
    assert trust.distrust(path) == ""
    path.chmod(0o664)
    assert trust.distrust(path) == f"other users can write to {path}; `chmod go-w` it"
    assert trust.distrust(tmp_path / "nothing") == ""


@root_alone
def test_what_belongs_to_another_user_is_not_trusted() -> None:
    folders = location.of_user("things")
    location.put(folders, write, quiet)
    os.chown(folders[0], NOBODY, NOBODY)
    assert location.find(folders, read) is None
    told: list[str] = []
    assert location.put(folders, write, told.append) == folders[1]
    assert f"({folders[0]} belongs to another user)" in told[0]


@root_alone
@pytest.mark.parametrize("trap", ["folder", "link"])
def test_a_name_that_another_user_took_is_not_used(trap: str, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    taken = tmp_path / "tmp" / f"clothier-{os.geteuid()}"
    if trap == "folder":
        taken.mkdir()
        os.chown(taken, NOBODY, NOBODY)
    else:
        (tmp_path / "mine").mkdir()
        taken.symlink_to(tmp_path / "mine")
    used = location.put(location.of_user("things"), write, lambda sentence: None)
    assert used == location.of_user("things")[1]
    assert used.parent != taken
    assert mode(used.parent) == 0o700
    assert not (tmp_path / "mine" / "things").exists()


def test_a_folder_for_one_process_goes_with_it(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    (tmp_path / "tmp" / f"clothier-{os.geteuid()}").symlink_to(tmp_path / "elsewhere")
    program = (
        "from clothier.data.cache import location\n"
        "print(location.put(location.of_user('things'), lambda folder: folder, lambda sentence: None))"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "tmp")
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == [f"clothier-{os.geteuid()}"]
