"""Runs from other folders, and with data that moved, changed or are gone."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.run_folders import describe

import clothier
from clothier import cli, recipes
from clothier.cli import run_data
from clothier.data import LoadOptions
from clothier.data.decision_log import DecisionLog
from clothier.data.decisions import Decision
from clothier.runs import Run
from clothier.values import Dataset, Reading

QUICK = ["--image-size", "16", "--epochs", "1", "--set", "precision=float32"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `photos` and, trained on them, `runs/cnn1-1`."""
    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(0)
    for name, colour in (("hat", 40), ("shoe", 200)):
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(rng.integers(-30, 30, (20, 20, 3)) + colour, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "photos" / name / f"{number}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        assert cli.run(["train", "cnn1", "--data", "folder:photos", *QUICK]) == 0
    return folder


@pytest.fixture
def place(trained: Path, tmp_path: Path) -> Path:
    """A copy of it, where recipe.json names the copy's photos."""
    shutil.copytree(trained, tmp_path / "here")
    recipe = tmp_path / "here" / "runs" / "cnn1-1" / "recipe.json"
    recipe.write_text(recipe.read_text().replace(str(trained), str(tmp_path / "here")))
    return tmp_path / "here"


@pytest.fixture
def error(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def of(*words: str) -> str:
        capsys.readouterr()
        assert cli.run(list(words)) == 2
        (line,) = [one for one in capsys.readouterr().err.splitlines() if one.startswith("clothier: ")]
        return line.removeprefix("clothier: ")

    return of


def _needs_data(run: str) -> list[list[str]]:
    return [
        ["explain", run, "0"],
        ["predict", "--model", run, "--index", "0"],
        ["export", run, "--int8"],
        ["embed", "--model", run],
    ]


def test_a_run_is_used_from_any_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    before = Run(place / "runs" / "cnn1-1").recipe_file.read_bytes()
    Run(place / "runs" / "cnn1-1").report_file.unlink()
    for words in [*_needs_data("../runs/cnn1-1"), ["train", "--resume", "../runs/cnn1-1"]]:
        assert cli.run(words) == 0
    assert Run(place / "runs" / "cnn1-1").recipe_file.read_bytes() == before


def test_data_that_were_divided_anew_are_divided_so_again_from_other_files() -> None:
    options = {"resplit": True, "seed": 4, "validation": "article"}
    own = describe(recipes.get("cnn1"), reading=Reading("fashion-mnist", options)).data
    assert run_data.read_as(own, "csv:train.csv,test.csv", run_data.DataOptions()) == options
    official = describe(recipes.get("cnn1"), reading=Reading("fashion-mnist", {"seed": 4})).data
    assert run_data.read_as(official, "csv:train.csv,test.csv", run_data.DataOptions()) == {}


def test_a_run_moves_together_with_its_data(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path as it was typed then leads to them from the new folder."""
    place.rename(place.parent / "there")
    monkeypatch.chdir(place.parent / "there")
    assert cli.run(["predict", "--model", "runs/cnn1-1", "--index", "0"]) == 0


def test_data_that_moved_are_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, error: Callable[..., str]
) -> None:
    monkeypatch.chdir(place)
    (place / "photos").rename(place / "moved")
    Run(Path("runs/cnn1-1")).report_file.unlink()
    for words in [*_needs_data("runs/cnn1-1"), ["train", "--resume", "runs/cnn1-1"]]:
        assert error(*words).endswith(
            f"runs/cnn1-1 was trained on folder:photos, and {place / 'photos'} does not exist; wanted the same data; "
            "say where they are now, such as --data folder:PLACE"
        )
        assert cli.run([*words, "--data", "folder:moved"]) == 0
    reading = Run(Path("runs/cnn1-1")).description().data.reading
    assert (reading.source, reading.absolute) == ("folder:moved", f"folder:{place / 'moved'}")
    assert cli.run(["explain", "runs/cnn1-1", "0"]) == 0  # that place is known now


def test_figures_and_files_are_made_without_data(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Callable[..., str],
) -> None:
    monkeypatch.chdir(place)
    run = Run(Path("runs/cnn1-1"))
    drawn = {path.name: path.read_bytes() for path in (run.path / "figures").glob("*.png")}
    shutil.copy("photos/hat/0.png", "photos/hat/new.png")  # other data than the run's
    shutil.rmtree(run.path / "figures")
    assert cli.run(["plot", "runs/cnn1-1"]) == 0
    assert {path.name: path.read_bytes() for path in (run.path / "figures").glob("*.png")} == drawn
    assert "predictions.png" in drawn
    capsys.readouterr()
    for format_ in ("onnx", "keras"):
        assert cli.run(["export", "runs/cnn1-1", "--format", format_]) == 0
        printed = capsys.readouterr()
        assert "kept images in" in printed.out
        assert "NOTE: checked without the run's data: runs/cnn1-1 was trained on other data (" in printed.err
    assert cli.run(["explain", "runs/cnn1-1", "photos/hat/0.png"]) == 0
    for words, what in ((["--int8"], "--int8"), (["--format", "clothier"], "--format clothier")):
        assert error("export", "runs/cnn1-1", *words).startswith(
            f"{what} needs the images that the run was trained on: runs/cnn1-1 was trained on other data ("
        )
    run.samples_file.unlink()
    assert cli.run(["export", "runs/cnn1-1"]) == 0
    assert "50 drawn images in" in capsys.readouterr().out
    assert cli.run(["plot", "runs/cnn1-1", "--out", "figures"]) == 0
    assert (
        "NOTE: the grids of images are left out: runs/cnn1-1 was trained on other" in capsys.readouterr().err
    )
    assert sorted(path.stem for path in Path("figures").iterdir()) == [
        "confusion", "curves", "per-class", "reliability",
    ]  # fmt: skip


def test_what_the_run_was_not_trained_with_is_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, error: Callable[..., str]
) -> None:
    monkeypatch.chdir(place)
    others = [["plot", "runs/cnn1-1"], ["export", "runs/cnn1-1"], ["train", "--resume", "runs/cnn1-1"]]
    for words in [*_needs_data("runs/cnn1-1"), *others]:
        assert error(*words, "--crop", "centre").endswith(
            "runs/cnn1-1 was trained with --crop pad, not centre; leave it out"
        )
        assert error(*words, "--image-size", "20").endswith(
            "runs/cnn1-1 was trained on images of 16x16, not --image-size 20; leave it out"
        )
        assert "was trained on other data (fingerprint" in error(*words, "--data", "generated:100") or words[0] in (
            "predict", "embed",
        )  # fmt: skip
    assert cli.run(["predict", "--model", "runs/cnn1-1", "--crop", "pad", "--image-size", "16"]) == 0


def test_runs_on_arrays_say_what_they_need(
    tmp_path: Path, error: Callable[..., str], capsys: pytest.CaptureFixture[str], tiny: Dataset
) -> None:
    run = clothier.train("cnn1", tiny, epochs=1, precision="float32")
    wanted = (
        f"{run.path} was trained on arrays given from Python (tiny), which only Python can give again; wanted them "
        "from there, or --data with a source that holds the same images"
    )
    for words in _needs_data(str(run.path)):
        assert error(*words).endswith(wanted)
    run.samples_file.unlink()
    for words in (["plot", str(run.path)], ["export", str(run.path)]):
        assert cli.run(words) == 0
        assert wanted in capsys.readouterr().err
    Image.new("RGB", (20, 20)).save("photo.png")
    assert cli.run(["explain", str(run.path), "photo.png"]) == 0
    assert os.path.lexists(run.path / "model.onnx")


def test_a_finished_run_is_told_without_its_data(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Callable[..., str],
) -> None:
    monkeypatch.chdir(place)
    shutil.rmtree("photos")
    assert cli.run(["train", "--resume", "runs/cnn1-1"]) == 0
    told = capsys.readouterr()
    assert "runs/cnn1-1 is finished and complete" in told.err
    assert "plain" in told.out
    run = Run(Path("runs/cnn1-1"))
    run.predictions_file.unlink()
    assert "photos does not exist; wanted the same data" in error("train", "--resume", "runs/cnn1-1")
    run.last_checkpoint.unlink()
    run.history_file.write_text("cut")
    assert cli.run(["train", "--resume", "runs/cnn1-1"]) == 0
    assert "is finished, and its checkpoint is gone, so nothing was changed" in capsys.readouterr().err


def test_a_run_reads_its_labels_again_whatever_was_decided_since(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    before = Run.open(Path("runs/cnn1-1")).description().data
    test = clothier.load("folder:photos", LoadOptions(image_size=(16, 16))).split("test").files[0]
    old, new = test.partition("/")[0], {"hat": "shoe", "shoe": "hat"}[test.partition("/")[0]]
    log = DecisionLog(Path("labels.csv"))
    log.append(lambda history: [Decision(test, "", old, new, "changed", "")])
    assert cli.run(["train", "cnn1", "--data", "folder:photos", "--labels", "labels.csv", *QUICK]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "1 label changed in test. The test labels are the repaired ones." in told
    log.append(lambda history: history.undoing(""))
    run = Run.open(Path("runs/cnn1-2"))
    assert "1 label changed in test" in run.report_file.read_text()
    data = run.description().data
    assert (data.fingerprints["train"], data.repairs["test"].before) == (
        before.fingerprints["train"],
        before.fingerprints["test"],
    )
    assert run_data.load(run, run_data.DataOptions()).fingerprint == data.fingerprint
    assert cli.run(["evaluate", "runs/cnn1-2", "--data", "folder:photos", "--json"]) == 0
    assert "Labels were repaired: 1 label changed." in json.loads(capsys.readouterr().out)["notice"]
