"""The command line as a process of its own: signals, streams, encodings, start-up time, and faults of the system."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.command_line import QUICK, interrupted

from clothier import cli


def _start(words: list[str], **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "clothier", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_ctrl_c_ends_with_the_command_that_goes_on() -> None:
    last = interrupted([*QUICK, "--epochs", "500", "--verbose", "2"], after="epoch 1/")
    assert last.startswith("clothier: stopped with ")
    assert last.endswith("continue with: clothier train --resume runs/cnn1-1")


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_no_temporary_file(sent: str, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    Image.new("L", (400, 400)).save(photos / "0.png")
    for number in range(1, 3000):
        (photos / f"{number}.png").hardlink_to(photos / "0.png")
    out = tmp_path / "answers.csv"
    with _start(["predict", str(photos), "--out", str(out)]) as process:
        while not list(tmp_path.glob(".answers.csv.*.tmp")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(getattr(signal, sent))
        _, said = process.communicate(timeout=120)
    assert (process.returncode, said.splitlines()[-1]) == (130, "clothier: interrupted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="needs a limit on file sizes")
def test_a_file_that_cannot_grow_ends_with_exit_code_74() -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))  # checkpoints of cnn1 are larger

    with _start([*QUICK, "--verbose", "2"], preexec_fn=limit) as process:
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 74, errors
    last = errors.splitlines()[-1]
    assert last.startswith("clothier: cannot write ")
    assert ".safetensors: File too large" in last
    assert "Traceback" not in errors
    assert list(Path("runs").rglob("*.tmp")) == []


def test_a_reader_who_leaves_early_causes_no_traceback() -> None:
    with _start(["recipes"]) as process:
        assert process.stdout
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("words", [["recipes"], ["data", "generated:600", "--json"]])
def test_a_full_disk_under_the_output_is_told_in_one_line(words: list[str]) -> None:
    full = Path("/dev/full")
    if not full.is_char_device():
        pytest.skip("needs /dev/full")
    command = [sys.executable, "-m", "clothier", *words]
    with full.open("w") as disk:
        ended = subprocess.run(command, stdout=disk, stderr=subprocess.PIPE, text=True, check=False)
    said = "clothier: cannot print: No space left on device; make room, or print to another place"
    assert (ended.stderr.splitlines()[-1], ended.returncode) == (said, 74)
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by a shell of POSIX")
@pytest.mark.parametrize(("words", "code"), [("models", 0), ("models extra", 2)])
def test_closed_streams_lead_nowhere(words: str, code: int) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m clothier {words} <&- >&- 2>&-"
    assert subprocess.run(command, shell=True, check=False).returncode == code


def test_what_an_encoding_has_not_comes_as_escapes(tmp_path: Path) -> None:
    photo = tmp_path / "Jäckchen.png"
    Image.new("L", (28, 28)).save(photo)
    command = [sys.executable, "-m", "clothier", "predict", str(photo), "--model", "fashion-mnist"]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    title, _, first, *_ = ended.stdout.splitlines()
    assert title == f"{tmp_path}/J\\xe4ckchen.png"
    _, share, bar, remark = first.split()
    assert (bar, remark) == ("#" * round(30 * float(share)), "predicted")


def test_a_path_that_cannot_be_used_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "attic/photos")

    monkeypatch.setattr(cli, "app", closed)
    assert cli.run(["models"]) == 2
    assert capsys.readouterr().err == (
        "clothier: attic/photos cannot be used (Permission denied); wanted a path that may be; name another\n"
    )


def test_an_error_of_the_system_that_no_one_expects_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(OSError, match="Bad file descriptor"):
        cli.run(["models"])


def test_help_answers_at_once_compared_with_python_itself() -> None:
    """A bound relative to this machine: ten times an interpreter's own start."""

    def seconds(code: str) -> float:
        def once() -> float:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            return time.perf_counter() - began

        return min(once() for _ in range(3))

    assert seconds("from clothier import cli; cli.run(['--help'])") < 10 * seconds("pass") + 0.2


def test_warnings_of_libraries_are_not_shown_unless_asked_for() -> None:
    code = (
        "import sys, warnings; from clothier import cli; sys.argv = ['clothier']; "
        "cli.run = lambda words: warnings.warn('a bomb', RuntimeWarning) or 0; cli.main()"
    )
    for options, shown in (([], False), (["-W", "default"], True)):
        ended = subprocess.run(
            [sys.executable, *options, "-c", code], capture_output=True, text=True, check=True
        )
        assert ("a bomb" in ended.stderr) == shown
