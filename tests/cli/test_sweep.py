"""`clothier sweep` on drawn data, with trainings that are written by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import fails, prints
from support.sweep_trainings import Trainings

from clothier.api import finish
from clothier.sweeping import training as sweep_training

WORDS = ["sweep", "cnn1", "--data", "generated:60", "--epochs", "2", "--set", "learning_rate=0.002,0.001"]


@pytest.fixture(autouse=True)
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    made = Trainings(lambda recipe: 10 - round(1000 * recipe.learning_rate))
    monkeypatch.setattr(finish, "train", made.train)
    monkeypatch.setattr(finish, "why_left", lambda run: "finished" if run.read_scores() else "")
    monkeypatch.setattr(sweep_training, "settle_precision", lambda recipe, *_: recipe)
    return made


def test_the_table_the_warning_and_what_to_type_next(
    capsys: pytest.CaptureFixture[str], trainings: Trainings
) -> None:
    words = [*WORDS, "--set", "batch_size=64", "--set", "seed=3"]
    printed = prints(capsys, *words)
    lines = printed.splitlines()
    assert [
        line.split()[0] for line in lines if line.startswith("0.00") or line.lstrip().startswith("0.00")
    ] == [
        "0.001",
        "0.002",
    ]
    assert "because it is the best of 2 chosen on the same validation images" in printed
    assert "test images, which chose nothing: " in printed
    assert (
        "    clothier train cnn1 --data generated:60 --set batch_size=64 --set epochs=2 --set learning_rate=0.001 "
        "--seed 3\n" in printed
    )
    assert "    clothier predict photo.jpg --model sweeps/cnn1-1/trial-1-seed-3\n" in printed
    content = json.loads(prints(capsys, *words, "--json"))
    assert (content["best"], content["run"]) == (1, "sweeps/cnn1-1/trial-1-seed-3")
    assert len(trainings.done) == 2
    assert Path("sweeps/cnn1-1/sweep.csv").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "sweep cnn1",
            "nothing varies; wanted a field with two values or more, such as --set learning_rate=1e-3,3e-4",
        ),
        (
            "sweep cnn1 --set optimizer=adam,sgd --set momentum=0,0.9",
            "1 of 4 combinations cannot be trained, such as optimizer=adam momentum=0.9: momentum does nothing here: "
            "optimizer is adam; wanted optimizer muon or nesterov or sgd; leave momentum out, or change both; or sweep "
            "them apart",
        ),
        (
            "sweep cnn1 --set learning_rate=1e-4..1e-2 --method grid",
            "the method is grid, and learning_rate=0.0001..0.01 is a range; wanted choices; name them, such as "
            "learning_rate=0.0001,0.01, or take the method tpe or random",
        ),
        (
            "sweep cnn1 --set epochs=1,2,3 --method grid --trials 2",
            "trials is 2, and the grid has 3 configurations, which the method grid tries all; leave trials out, or "
            "take the method tpe or random",
        ),
        (
            "sweep cnn1 --set epochs=1,2 --minutes 0",
            "minutes is 0.0; wanted a number above 0; leave it out for no limit",
        ),
    ],
)
def test_wrong_words_are_said_before_data_are_read(
    capsys: pytest.CaptureFixture[str], words: str, told: str
) -> None:
    assert fails(capsys, *words.split()) == told
