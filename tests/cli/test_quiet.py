"""What stays off the screen: TensorFlow's noise, and everything with --verbose 0."""

from __future__ import annotations

import subprocess
import sys

import pytest

from clothier import cli

WORDS = ["train", "cnn1", "--data", "generated:100", "--epochs", "1", "--set", "precision=float32"]


# TensorFlow is loaded by the first of these commands, which is silent.
SCRIPT = """
import os
import sys
from pathlib import Path
from clothier import cli
sys.stderr.reconfigure(line_buffering=True)
words = sys.argv[1:]
for name, command in {
    "silent": [*words, "--verbose", "0"],
    "resumed": ["train", "--resume", "runs/cnn1-1", "--verbose", "0"],
    "spoken": words,
}.items():
    for number, stream in ((1, "out"), (2, "err")):
        file = os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
    assert cli.run(command) == 0
"""


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process writes, C++ libraries included, by command and stream."""
    folder = tmp_path_factory.mktemp("quiet")
    subprocess.run([sys.executable, "-c", SCRIPT, *WORDS], cwd=folder, timeout=250, check=True)
    assert (folder / "runs" / "cnn1-1" / "report.html").exists()
    return {file.name: file.read_text() for file in folder.glob("*.*")}


def test_nothing_of_tensorflow_is_seen_and_little_time_is_silent(streams: dict[str, str]) -> None:
    lines = streams["spoken.err"].splitlines()
    assert [line.split("  ")[0] for line in lines if "drawing clothes" not in line] == [
        "NOTE: The data are generated: drawn by clothier's own code, not photographs.",
        "training cnn1 on generated:100 in runs/cnn1-2",
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
    assert streams["spoken.out"].splitlines()[-4:] == [
        "next",
        "    clothier predict photo.jpg --model runs/cnn1-2",
        "    clothier explain runs/cnn1-2 photo.jpg",
        "    clothier serve runs/cnn1-2",
    ]


def test_verbose_0_prints_nothing(streams: dict[str, str]) -> None:
    silent = {name: text for name, text in streams.items() if not name.startswith("spoken")}
    assert silent == {"silent.out": "", "silent.err": "", "resumed.out": "", "resumed.err": ""}


def test_errors_are_told_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["train", "--resume", "nowhere", "--verbose", "0"]) == 2
    assert capsys.readouterr().err.startswith("clothier: nowhere is not a run folder")
    assert cli.run(["recipes", "cnn1"]) == 0  # the next command prints again
    assert capsys.readouterr().out
