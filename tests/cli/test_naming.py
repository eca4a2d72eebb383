"""How commands name a model: a run folder, a model file, or a model in the box."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.command_line import last_error
from typer.core import TyperArgument

from clothier import cli, embed, predict
from clothier.cli import commands, layout, naming

WITH_RUN = ("export", "plot")  # which need what a run folder alone holds


@pytest.fixture
def runs() -> Path:
    folder = Path("runs/cnn1-1")
    folder.mkdir(parents=True)
    (folder / "recipe.json").touch()
    return folder.parent


def test_every_command_that_takes_a_model_calls_it_so() -> None:
    taking = {"doctor", "embed", "evaluate", "explain", "explore", "export", "plot", "predict", "projector"}
    taking |= {"check", "label", "serve", "summary"}
    named = {}
    for name in commands.COMMANDS:
        parameters: list[Any] = list(commands.load(name).params)
        for parameter in parameters:
            if layout.metavar(parameter) == "MODEL":
                named[name] = "argument" if isinstance(parameter, TyperArgument) else parameter.opts[0]
                assert "fashion-mnist" in (parameter.help or "")
    assert set(named) == taking
    optional = {name for name, how in named.items() if how == "--model"}
    assert optional == {"check", "doctor", "embed", "explore", "label", "predict", "projector"}


@pytest.mark.parametrize("wrong", ["runs/cnn-1", "cnn1-1", "runs/cnn1-2"])
def test_a_wrong_name_gets_the_nearest_run(
    runs: Path, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    wanted = (
        f"{wrong} does not exist; wanted a run folder, a model file, or a name that `clothier models --box` lists; "
        "did you mean 'runs/cnn1-1'?"
    )
    for name in ("plot", "evaluate", "export", "serve"):
        assert last_error(capsys, name, wrong) == wanted
    assert last_error(capsys, "predict", "a.jpg", "--model", wrong) == wanted


@pytest.mark.parametrize("name", WITH_RUN)
def test_what_needs_a_run_says_so_of_a_model_file(capsys: pytest.CaptureFixture[str], name: str) -> None:
    shutil.copy(predict.box.files()["fashion-mnist"], "mine.clothier")
    for word, title in (("fashion-mnist", "the model fashion-mnist"), ("mine.clothier", "mine.clothier")):
        told = last_error(capsys, name, word)
        assert told.startswith(f"{title} is a model file, which ")
        assert told.endswith("; wanted a run folder")


def test_a_positional_model_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert last_error(capsys, "serve", "--model", "fashion-mnist") == (
        "clothier serve takes its model without --model; wanted `clothier serve [MODEL]`"
    )


def test_the_summary_of_a_model_file_is_what_it_says_of_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["summary", "fashion-mnist", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    manifest = predict.read("fashion-mnist").manifest
    assert (facts["features"], facts["architecture"]) == (manifest.num_features, manifest.recipe["model"])
    assert cli.run(["summary", "fashion-mnist"]) == 0
    assert manifest.class_names[0] in capsys.readouterr().out
    assert "leave out the options" in last_error(capsys, "summary", "fashion-mnist", "--channels", "1")


def test_the_vectors_of_a_model_file_are_the_features_of_its_graph(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["embed", "--model", "fashion-mnist", "--data", "generated:100", "--out", "e.npz"]
    assert cli.run(words) == 0
    capsys.readouterr()
    made = embed.load(Path("e.npz"))
    _, features = predict.opened("fashion-mnist").outputs(made.images)
    assert np.allclose(made.vectors, features)
    assert made.source.startswith("fashion-mnist features, ")
    assert made.predictions is not None
    assert made.calibrated
    told = last_error(capsys, *words, "--layer", "conv1")
    assert told == "--layer is for a run folder, and the model fashion-mnist is a model file; leave it out"
    told = last_error(capsys, *words, "--weights", "best")
    assert told == "--weights is for a run folder, and the model fashion-mnist is a model file; leave it out"


def test_the_names_of_models_are_completed(runs: Path) -> None:
    Path("model.clothier").touch()
    Path("notes.txt").touch()
    assert naming.complete("") == [*sorted(predict.box.files()), "model.clothier", "runs/", "runs/cnn1-1"]
    assert naming.complete("runs/c") == ["runs/cnn1-1"]
    assert naming.complete("nowhere/") == []
