"""train on data that bring their own validation images, and what it prints beside the scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier import cli
from clothier.cli import screen, train_results
from clothier.values import PhaseScores, Scores

WORDS = (
    "train",
    "cnn1_dropout",
    "--data",
    "folder:photos",
    "--image-size",
    "12",
    "--epochs",
    "1",
    "--verbose",
    "0",
)


@pytest.fixture(autouse=True)
def _photos(tmp_path: Path) -> None:
    for split in ("train", "val"):
        for number, name in enumerate(["hat"] * 6 + ["shoe"] * 6):
            path = tmp_path / "photos" / split / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (12, 12), 20 * number).save(path)


def test_the_split_of_a_recipe_gives_way_to_validation_photos_of_the_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run([*WORDS, "--set", "precision=float32"]) == 0
    content = json.loads((tmp_path / "runs" / "cnn1_dropout-1" / "recipe.json").read_text())
    assert content["data"]["counts"] == {"train": 12, "validation": 12}
    assert content["recipe"]["validation"] == content["data"]["options"]["validation"] == "default"
    assert cli.run(["train", "--resume", "runs/cnn1_dropout-1", "--verbose", "0"]) == 0


@pytest.mark.parametrize("typed", [("--validation", "none"), ("--set", "validation=stratified")])
def test_a_validation_that_was_typed_is_refused(
    capsys: pytest.CaptureFixture[str], typed: tuple[str, str]
) -> None:
    assert cli.run([*WORDS, *typed]) == 2
    chosen = typed[1].removeprefix("validation=")
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"clothier: --validation {chosen} does not apply to folder:photos, which has its own validation photos; "
        "leave it out"
    )


def test_published_figures_stand_beside_ours_after_as_many_epochs(capsys: pytest.CaptureFixture[str]) -> None:
    screen.quiet(False)
    scores = Scores(0.5, 0.75, (), np.zeros((2, 2), np.int64))
    phases = [PhaseScores(name, 10, scores, None, scores, "abc") for name in ("plain", "augmented")]
    train_results.print_published("cnn3", phases)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "The tutorial's figures (one seed) beside ours",
        "phase  published test loss    ours  published test accuracy    ours",
        "plain               0.2496  0.5000                   0.9079  0.7500",
    ]
    train_results.print_published("fastnet", phases)
    assert capsys.readouterr().out == ""
