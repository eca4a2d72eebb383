"""The command line called in this process: what it printed, or the error it ended with."""

from __future__ import annotations

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
