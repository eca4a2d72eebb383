"""R reads a finished run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.notebooks import EXAMPLES

from clothier.runs import Run


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_reads_a_run_and_draws_its_curves(finished: Path, tmp_path: Path) -> None:
    picture = tmp_path / "curves.png"
    words = ["Rscript", str(EXAMPLES / "run.R"), str(finished), str(picture)]
    printed = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout
    labels, predicted, _ = Run(finished).read_predictions()
    accuracy = np.mean(labels == predicted)
    assert f"accuracy {accuracy:.4f} of {len(labels)} images" in printed
    test = Run(finished).read_scores()[-1].test
    assert test is not None
    for score in test.per_class:
        (line,) = [line for line in printed.splitlines() if line.startswith(f"{score.name} ") and "." in line]
        values = [float(word) for word in line.removeprefix(score.name).split()]
        assert values == pytest.approx([score.precision, score.recall, score.f1, score.support], abs=1e-4)
    assert picture.read_bytes().startswith(b"\x89PNG")
    failed = subprocess.run(words[:2], capture_output=True, text=True, timeout=60)
    assert failed.returncode != 0
    assert "wanted a run folder and a .png file to draw" in failed.stderr
