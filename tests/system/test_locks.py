"""Locks between processes."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clothier.system import locks


def refuse(number: int) -> Callable[..., None]:
    def call(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


LOCKS = """
    import pathlib, sys, time
    from clothier.system.locks import locked

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
    with locks.locked(tmp_path / "lock") as alone:
        assert alone
    monkeypatch.setattr(fcntl, "flock", refuse(number))
    with locks.locked(tmp_path / "lock") as alone:
        assert not alone
    with locks.held(tmp_path) as free:
        assert free


def test_one_at_a_time_holds_a_folder_and_no_longer_than_it_lives(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from clothier.system.locks import held\n"
        "with held(pathlib.Path(sys.argv[1])) as free: print(free, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        stdout = other.stdout
        assert stdout is not None and stdout.readline() == "True\n"
        with locks.held(tmp_path) as free:
            assert not free
        assert locks.is_held(tmp_path)
        other.kill()
        other.wait()
    assert not locks.is_held(tmp_path)
    assert not locks.is_held(tmp_path / "nowhere")
    with locks.held(tmp_path) as free:
        assert free
        with locks.held(tmp_path) as again:
            assert not again
    assert list(tmp_path.iterdir()) == []


def test_who_looks_whether_a_folder_is_held_keeps_nobody_from_holding_it(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # as `is_held` does for a moment
    threading.Timer(0.02, os.close, [descriptor]).start()
    with locks.held(tmp_path) as free:
        assert free
