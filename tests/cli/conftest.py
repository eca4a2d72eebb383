"""Runs of a few seconds, for the commands that look at runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

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
        "--verbose",
        "0",
    ]
    assert cli.run([*words, "--runs", str(runs)]) == 0
    return runs / "cnn1-1"


@pytest.fixture(scope="session")
def finished_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on forty photos whose names and classes need quoting; tests must not change it."""
    root = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(5)
    for label, name in enumerate(('coat, "long"', "=shoes")):
        (root / "mine" / name).mkdir(parents=True)
        for number in range(20):
            pixels = rng.integers(0, 100, (12, 12, 3), dtype=np.uint8)
            pixels[..., label] += 120
            Image.fromarray(pixels).save(root / "mine" / name / f"photo {number}, '{name[:1]}'.png")
    words = ["--data", f"folder:{root / 'mine'}", "--image-size", "12", "--epochs", "2"]
    words += ["--set", "batch_size=8", "--set", "precision=float32", "--verbose", "0"]
    assert cli.run(["train", "cnn1", *words, "--runs", str(root / "my runs")]) == 0
    return root / "my runs" / "cnn1-1"
