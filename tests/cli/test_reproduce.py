"""`clothier reproduce` on drawn data with recipes of an epoch or two."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.command_line import interrupted

from clothier import cli, reproduce
from clothier.errors import InputError, NeedsNetworkError

pytestmark = pytest.mark.usefixtures("quick_page")

WORDS = ["reproduce", "article", "--rows", "cnn1", "--data", "generated:600", "--seeds", "1"]
QUICK = [*WORDS, "--set", "epochs=1", "--set", "augmented_epochs=1"]


def test_rows_are_announced_trained_and_reused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run([*QUICK, "--dry-run"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "train cnn1, seed 13: 2 epochs, about " in captured.err
    assert "s in all; Ctrl-C stops it safely" in captured.err
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "reproduction").exists()

    assert cli.run([*QUICK, "--verbose", "2"]) == 0
    captured = capsys.readouterr()
    assert "finished runs/cnn1-1" in captured.err
    assert re.search(r"cnn1, \+50 augmented +other +0\.9229 .* not comparable", captured.out)
    assert "The published figures were measured on Fashion-MNIST, and ours on generated:600" in captured.out
    assert "The tutorial's recipes were changed: epochs=1, augmented_epochs=1." in captured.out
    text = (tmp_path / "reproduction" / "article.md").read_text()
    assert (
        "    clothier reproduce article --rows cnn1 --seeds 1 --data generated:600 --set epochs=1 "
        "--set augmented_epochs=1\n" in text
    )
    assert (tmp_path / "reproduction" / "article.html").stat().st_size > 3000

    assert cli.run([*QUICK, "--json"]) == 0
    captured = capsys.readouterr()
    assert "nothing to train, because all runs are finished" in captured.err
    assert [row["runs"][0]["run"] for row in json.loads(captured.out)["rows"]] == ["runs/cnn1-1"] * 2

    assert cli.run([*QUICK, "--seeds", "3", "--augmented-seeds", "2", "--dry-run"]) == 0
    announced = capsys.readouterr().err
    assert "train cnn1, seed 14: 2 epochs, about " in announced
    assert "train cnn1, seed 15: 1 epochs, about " in announced
    assert "seed 13" not in announced


def test_a_recipe_that_cannot_be_run_does_not_stop_the_others(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = reproduce.carry_out

    def without_weights(job: reproduce.Job, *rest: Any) -> Any:
        if job.recipe.name == "cnn1":
            raise InputError("the weights cannot be fetched; give a file")
        return carry_out(job, *rest)

    monkeypatch.setattr(reproduce, "carry_out", without_weights)
    words = ["reproduce", "all", "--rows", "cnn1,cnn1_dropout", "--data", "generated:600", "--seeds", "1"]
    assert cli.run([*words, "--set", "epochs=1", "--set", "augmented_epochs=0", "--verbose", "2"]) == 0
    out = capsys.readouterr().out
    assert "seed 13 could not be run: the weights cannot be fetched; give a file\n" in out
    assert re.search(r"cnn1_dropout, 20 epochs +other .* not comparable\n", out)


def test_weights_that_need_a_network_are_asked_for_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def without_network(job: reproduce.Job, *_: Any) -> Any:
        asked.append(job.recipe.name)
        raise NeedsNetworkError("cannot fetch VGG19's ImageNet weights")

    monkeypatch.setattr(reproduce, "carry_out", without_network)
    words = "reproduce article --rows vgg19,vgg19_article --data generated:60 --seeds 2 --json"
    assert cli.run(words.split()) == 0
    assert asked == ["vgg19_article", "vgg19"]
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [row["note"] for row in rows] == [
        "needs a network: ImageNet's weights are not on this machine"
    ] * 2


def test_seeds_0_trains_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.run([*WORDS[:-1], "0"]) == 0
    captured = capsys.readouterr()
    assert "nothing to train, because 0 seeds were asked for" in captured.err
    assert re.search(r"cnn1, 10 epochs .* not run yet\n", captured.out)
    assert not (tmp_path / "runs").exists()


def test_ctrl_c_ends_with_the_command_that_goes_on_with_all_of_it() -> None:
    words = [*WORDS, "--set", "epochs=400", "--verbose", "2"]
    last = interrupted(words, after="epoch 2/")
    assert last.startswith("clothier: stopped with ")
    assert last.endswith(
        " of 450 epochs done and saved; continue with: "
        "clothier reproduce article --rows cnn1 --seeds 1 --data generated:600 --set epochs=400"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("reproduce", "no TUTORIAL is given; wanted `clothier reproduce article|r-tutorial|all`"),
        (
            "reproduce artcle",
            "TUTORIAL is 'artcle'; wanted article, r-tutorial or all; did you mean 'article'?",
        ),
        (
            "reproduce article --rows cnn1,cnn2",
            "unknown row of article 'cnn2'; known: cnn1, cnn3, cnn4, vgg19, vgg19_article;",
        ),
        (
            "reproduce article --set epochs",
            "--set got 'epochs'; wanted FIELD=VALUE, such as --set learning_rate",
        ),
        (
            "reproduce article --set epoch=1 --data generated:600",
            "unknown recipe field 'epoch'; wanted epochs",
        ),
        ("reproduce article --seeds -1", "--seeds is '-1'; wanted a whole number from 0 to 1000"),
        ("reproduce article --data fashion-mist", "unknown data source 'fashion-mist'"),
    ],
)
def test_wrong_words(capsys: pytest.CaptureFixture[str], words: str, message: str) -> None:
    assert cli.run(words.split()) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"clothier: {message}")
    assert captured.err.count("\n") == 1


def test_what_cannot_be_measured_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clothier.cli.reproduce._pace", lambda *_: None)
    assert cli.run(["reproduce", "r-tutorial", "--dry-run", "--data", "generated:60", "--seeds", "1"]) == 0
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "train cnn1_dropout, seed 13: 20 epochs, time unknown until its features are extracted",
        "about 0 s in all, without what could not be measured; Ctrl-C stops it safely",
    ]
