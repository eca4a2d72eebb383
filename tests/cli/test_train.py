"""train: what it prints and leaves, resuming, bases, and data that bring their own validation images."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.command_line import QUICK, fails, prints
from support.run_folders import make_run

from clothier import backend, cli, recipes
from clothier.api import finish
from clothier.cli import screen, train_results
from clothier.errors import InputError
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset, PhaseScores, Scores


def test_train_shows_scores_and_leaves_a_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert cli.run([*QUICK, "--verbose", "2"]) == 0
    captured = capsys.readouterr()
    assert "epoch 1/2 plain  loss " in captured.err
    assert "epoch 2/2 augmented  loss " in captured.err
    assert "images/s" in captured.err
    assert "report  runs/cnn1-1/report.html" in captured.out
    assert "The data are generated" in captured.out
    assert "published" not in captured.out  # the tutorials' figures belong to other data
    assert (tmp_path / "runs" / "cnn1-1" / "report.html").stat().st_size > 10_000
    drawn = {path.stem for path in (tmp_path / "runs" / "cnn1-1" / "figures").glob("*.png")}
    assert {"curves", "predictions", "right", "wrong", "confident-mistakes"} <= drawn

    request.getfixturevalue("quick_page")
    result = json.loads(prints(capsys, *QUICK, "--json", "--augmented-epochs", "0", "--verbose", "0"))
    assert result["run"] == "runs/cnn1-2"
    assert [phase["name"] for phase in result["phases"]] == ["plain"]
    assert result["recipe"]["augmented_epochs"] == 0

    # Resuming: the recipe of the run stands.
    run = "runs/cnn1-1"
    assert fails(capsys, "train", "cnn3", "--resume", run) == (
        "runs/cnn1-1 is a run of cnn1, not of cnn3; leave the name out to continue it"
    )
    assert fails(capsys, "train", "--resume", run, "--set", "learning_rate=0.5").startswith(
        "runs/cnn1-1 was started with learning_rate=0.001, not 0.5; a resumed run keeps its recipe, and only its "
        "epochs may grow;"
    )
    assert _resume_errors(capsys, run) == "runs/cnn1-1 is finished and complete\n"
    Path(run, "report.html").unlink()
    assert "continuing runs/cnn1-1 (cnn1), 2 epochs done" in _resume_errors(capsys, run)


def test_a_backend_that_is_none_is_refused_before_anything_is_begun(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(backend.VARIABLE, "torch")
    settled = backend.name
    monkeypatch.setattr(backend, "name", settled.__wrapped__)
    assert fails(capsys, "train", "cnn1").startswith(
        "unknown CLOTHIER_BACKEND 'torch'; known: jax, tensorflow"
    )
    assert not (tmp_path / "runs").exists()


def test_epochs_are_those_of_the_first_phase(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a recipe augments from its first epoch, that is the augmented phase."""
    only = recipes.change(recipes.get("cnn1"), {"name": "strong", "epochs": 0, "augment": "crop-flip+cutmix"})
    monkeypatch.setitem(recipes.RECIPES, "strong", only)
    words = ["train", "strong", "--data", "generated:100", "--epochs", "1"]
    result = json.loads(prints(capsys, *words, "--json", "--verbose", "0"))
    assert (result["recipe"]["epochs"], result["recipe"]["augmented_epochs"]) == (0, 1)
    assert [(phase["name"], phase["epochs"]) for phase in result["phases"]] == [("augmented", 1)]
    assert "is finished and complete" in _resume_errors(capsys, "runs/strong-1 --epochs 1")
    assert "continuing runs/strong-1 (strong), 1 epoch done" in _resume_errors(
        capsys, "runs/strong-1 --epochs 2"
    )
    assert [row.phase for row in Run(Path("runs/strong-1")).read_history()] == ["augmented"] * 2
    assert fails(capsys, "train", "--resume", "runs/strong-1", "--epochs", "1").startswith(
        "augmented_epochs is 1, and the run was started with 2; wanted 2 or more,"
    )


def _resume_errors(capsys: pytest.CaptureFixture[str], run: str) -> str:
    assert cli.run(["train", "--resume", *run.split()]) == 0
    return capsys.readouterr().err


@pytest.mark.usefixtures("quick_page")
def test_train_on_the_base_of_a_run(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    """Asked of vgg19, a run is the business of `transfer`; what becomes of the pictures is said."""
    shutil.copytree(finished, "runs/cnn1-1")
    capsys.readouterr()
    words = ["train", "vgg19", "--base", "runs/cnn1-1", "--data", "generated:200", "--verbose", "2"]
    words += ["--epochs", "2", "--set", "head_units=8"]
    assert cli.run([*words, "--fine-tune", "--set", "fine_tune_epochs=1"]) == 0
    captured = capsys.readouterr()
    assert "runs/cnn1-1 is a run, so the recipe is transfer, not vgg19" in captured.err
    assert "base runs/cnn1-1: cnn1, 320 weights, features in " in captured.err
    assert "extracting features: 233 of 233" in captured.err
    assert "epoch 3/3 fine-tuned  loss " in captured.err
    assert "report  runs/transfer-1/report.html" in captured.out
    # The second time, the features are there.
    assert cli.run(words) == 0
    assert "extracting" not in capsys.readouterr().err
    assert "runs/transfer-2" in prints(capsys, "train", "--resume", "runs/transfer-2")


@pytest.mark.usefixtures("quick_page")
def test_photos_on_a_small_grey_base_are_told_of_what_they_lose(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    shutil.copytree(finished, "runs/cnn1-1")
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(12):
            pixels = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{name}{number}.png")
    words = "train transfer --base runs/cnn1-1 --data folder:photos --image-size 40x32 --epochs 1 --json"
    assert cli.run(words.split()) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert (
        "NOTE: the images are 40x32 and in colour; this base takes 28x28 grey, so they are made grey and resized to "
        "28x28; detail and colour beyond that are lost"
    ) in told


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


@pytest.fixture
def _photos(tmp_path: Path) -> None:
    for split in ("train", "val"):
        for number, name in enumerate(["hat"] * 6 + ["shoe"] * 6):
            path = tmp_path / "photos" / split / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (12, 12), 20 * number).save(path)


@pytest.mark.usefixtures("_photos", "quick_page")
def test_the_split_of_a_recipe_gives_way_to_validation_photos_of_the_data(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run([*WORDS, "--set", "precision=float32"]) == 0
    content = json.loads((tmp_path / "runs" / "cnn1_dropout-1" / "recipe.json").read_text())
    assert content["data"]["counts"] == {"train": 12, "validation": 12}
    assert content["recipe"]["validation"] == content["data"]["options"]["validation"] == "default"
    assert cli.run(["train", "--resume", "runs/cnn1_dropout-1", "--verbose", "0"]) == 0


@pytest.mark.usefixtures("_photos")
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


def test_a_resplit_is_drawn_by_the_seed_of_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def stop(recipe: Recipe, dataset: Dataset, *_: object, **__: object) -> None:
        raise InputError(f"{dataset.name}, {recipe.seed}, {dataset.reading.options['seed']}")

    monkeypatch.setattr(finish, "train", stop)
    assert cli.run(["train", "cnn1", "--data", "generated:100", "--resplit", "--seed", "4"]) == 2
    assert capsys.readouterr().err.endswith("clothier: generated:100, re-split by seed 4, 4, 4\n")
    make_run(tmp_path / "runs", "cnn1-9")
    assert cli.run(["train", "--resume", "runs/cnn1-9", "--resplit", "--verbose", "0"]) == 2
    assert capsys.readouterr().err == (
        "clothier: --resplit does not apply to --resume, because runs/cnn1-9 keeps its split; leave it out\n"
    )


def test_published_figures_stand_beside_ours_after_as_many_epochs(capsys: pytest.CaptureFixture[str]) -> None:
    screen.quiet(False)
    scores = Scores(0.5, 0.75, (), np.zeros((2, 2), np.int64))
    phases = [PhaseScores(name, 10, scores, None, scores, "abc") for name in ("plain", "augmented")]
    train_results.print_published("cnn3", phases, is_resplit=True)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "The tutorial's figures (one seed) beside ours",
        "phase  published test loss    ours  published test accuracy    ours",
        "plain               0.2496  0.5000                   0.9079  0.7500",
    ]
    train_results.print_published("cnn3", phases, is_resplit=False)
    title = capsys.readouterr().out.splitlines()[1]
    assert title == "The tutorial's figures (one seed, other test images) beside ours"
    train_results.print_published("fastnet", phases, is_resplit=False)
    assert capsys.readouterr().out == ""
