"""What stays off the screen: TensorFlow's noise, and everything with --verbose 0."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clothier import cli

WORDS = ["train", "cnn1", "--data", "generated:100", "--epochs", "1", "--set", "precision=float32"]


def _streams(*words: str) -> tuple[str, str]:
    """stdout and stderr as the process writes them, those of C++ libraries included."""
    command = [sys.executable, "-m", "clothier", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=250, check=True)
    return ended.stdout, ended.stderr


def test_nothing_of_tensorflow_is_seen_and_little_time_is_silent() -> None:
    printed, told = _streams(*WORDS)
    lines = told.splitlines()
    assert [line.split("  ")[0] for line in lines if "drawing clothes" not in line] == [
        "NOTE: The data are generated: drawn by clothier's own code, not photographs.",
        "training cnn1 on generated:100 in runs/cnn1-1",
        "loading TensorFlow",
        "measuring how fast this machine trains",
        "1 epoch; 80 training images, 256 at a time",
        next(line for line in lines if line.startswith("it takes about ")),
        "building the network",
        "epoch 1/1 plain",
        "evaluating the plain phase on 116 images",
        "drawing figures",
        "writing the model file",
    ]
    assert printed.splitlines()[-4:] == [
        "next",
        "    clothier predict photo.jpg --model runs/cnn1-1",
        "    clothier explain runs/cnn1-1 photo.jpg",
        "    clothier serve runs/cnn1-1",
    ]


def test_verbose_0_prints_nothing(tmp_path: Path) -> None:
    assert _streams(*WORDS, "--verbose", "0") == ("", "")
    assert (tmp_path / "runs" / "cnn1-1" / "report.html").exists()
    assert _streams("train", "--resume", "runs/cnn1-1", "--verbose", "0") == ("", "")


def test_errors_are_told_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["train", "--resume", "nowhere", "--verbose", "0"]) == 2
    assert capsys.readouterr().err.startswith("clothier: nowhere is not a run folder")
    assert cli.run(["recipes", "cnn1"]) == 0  # the next command prints again
    assert capsys.readouterr().out
