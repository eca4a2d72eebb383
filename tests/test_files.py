from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clothier import files
from clothier.errors import WriteError
from clothier.files import held


def test_write_atomic_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "file.txt"
    files.write_atomic(path, "one, long enough to leave a tail")
    files.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [child.name for child in path.parent.iterdir()] == ["file.txt"]


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


def test_one_at_a_time_holds_a_folder_and_no_longer_than_it_lives(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from clothier.files import held\n"
        "with held(pathlib.Path(sys.argv[1])) as free: print(free, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        stdout = other.stdout
        assert stdout is not None and stdout.readline() == "True\n"
        with held(tmp_path) as free:
            assert not free
        other.kill()
        other.wait()
    with held(tmp_path) as free:
        assert free
        with held(tmp_path) as again:
            assert not again
    assert list(tmp_path.iterdir()) == []
