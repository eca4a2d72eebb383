"""The command line, called in this process or in one of its own: what it printed, or the error it ended with."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from clothier import cli

# A run of a few seconds, on data drawn on the spot.
QUICK = ("train", "cnn1", "--data", "generated:600", "--epochs", "1", "--set", "augmented_epochs=1")


def prints(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.run(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def fails(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    """The one line of stderr."""
    assert cli.run(list(words)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("clothier: ")
    assert captured.err.count("\n") == 1, captured.err
    return captured.err.removeprefix("clothier: ").rstrip()


def last_error(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The last line of stderr; above it may stand notices and progress."""
    assert cli.run(list(words)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1].removeprefix("clothier: ")


def interrupted(words: list[str], after: str) -> str:
    """The last line of stderr of a process that got Ctrl-C after a line that begins so."""
    command = [sys.executable, "-m", "clothier", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if line.startswith(after):
                break
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    return rest.splitlines()[-1]
