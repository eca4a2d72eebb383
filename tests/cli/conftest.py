"""One run of a few seconds, for the commands that look at runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from clothier import cli


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on 600 generated images; tests must not change it."""
    runs = tmp_path_factory.mktemp("runs")
    words = [
        "train",
        "cnn1",
        "--data",
        "generated:600",
        "--epochs",
        "2",
        "--phases",
        "plain",
        "--verbose",
        "0",
    ]
    assert cli.run([*words, "--runs", str(runs)]) == 0
    return runs / "cnn1-1"
