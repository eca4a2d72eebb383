from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.run_folders import make_run

from clothier.errors import RunError
from clothier.runs import Run
from clothier.runs.overview import by_validation, overview, overviews


def written(run: Run, seconds: int) -> None:
    for path in run.path.iterdir():
        os.utime(path, (seconds, seconds))


def validated(run: Run, accuracy: float) -> None:
    """Put that accuracy in the place of the scores of validation images that a made run lacks."""
    content = json.loads(run.scores_file.read_text())
    for phase in content["phases"]:
        phase["validation"] = {**phase["test"], "accuracy": accuracy}
    run.scores_file.write_text(json.dumps(content))


def test_the_last_written_comes_first(tmp_path: Path) -> None:
    for number, seconds in ((1, 3000), (2, 9000), (3, 6000)):
        written(make_run(tmp_path, f"cnn1-{number}"), seconds)
    assert [run.name for run in overviews(tmp_path)] == ["cnn1-2", "cnn1-3", "cnn1-1"]
    assert [run.name for run in overviews(tmp_path / "cnn1-3")] == ["cnn1-3"]


def test_what_is_known_of_a_run(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1", wrong=range(6), seed=7, epochs=2, augmented_epochs=1)
    (run.path / "events").mkdir()
    (run.path / "events" / "e").write_bytes(b"12345")
    found = overview(run.path)
    assert (found.recipe, found.data, found.seed) == ("cnn1", "fashion-mnist", 7)
    assert (found.epochs, found.planned, found.is_finished, found.status) == (2, 3, False, "unfinished")
    assert found.judged == ("test", 0.9)
    assert found.size == sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())
    make_run(tmp_path, "cnn1-2", phases=("plain", "augmented"), epochs=2, augmented_epochs=1)
    assert overview(tmp_path / "cnn1-2").status == "finished"


def test_before_it_is_judged_the_last_epoch_tells(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1", epochs=2)
    run.scores_file.unlink()
    assert overview(run.path).accuracies == (("validation", 0.75),)
    assert overview(run.path).status == "unfinished"
    run.history_file.unlink()
    assert (overview(run.path).epochs, overview(run.path).judged) == (0, None)


def test_the_best_is_chosen_by_validation_whatever_the_test_says(tmp_path: Path) -> None:
    for number, (accuracy, wrong) in enumerate(((0.8, 0), (0.9, 30), (0.7, 1))):
        validated(make_run(tmp_path, f"cnn1-{number}", wrong=range(wrong)), accuracy)
    make_run(tmp_path, "cnn1-8")  # without validation data
    validated(make_run(tmp_path, "cnn1-9"), 0.99)
    (tmp_path / "cnn1-9" / "recipe.json").write_text("{")
    ordered = [run.name for run in by_validation(overviews(tmp_path))]
    assert ordered == ["cnn1-1", "cnn1-0", "cnn1-2", "cnn1-8", "cnn1-9"]


def test_what_is_left_of_runs_is_listed_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "cnn1-1").mkdir()
    make_run(tmp_path, "cnn1-2").recipe_file.unlink()
    make_run(tmp_path, "cnn1-3").scores_file.write_text('{"phases": 3}')
    (tmp_path / "notes").mkdir()
    (tmp_path / ".hidden-1").mkdir()
    (tmp_path / "readme.txt").write_text("no run")
    found = {run.name: run for run in overviews(tmp_path)}
    assert {name: run.status for name, run in found.items()} == dict.fromkeys(
        ("cnn1-1", "cnn1-2", "cnn1-3"), "damaged"
    )
    assert found["cnn1-1"].problems == (
        f"{tmp_path / 'cnn1-1'} is empty: its training ended before it began; it may be deleted",
    )
    assert found["cnn1-2"].problems == (
        f"{tmp_path / 'cnn1-2'} has no recipe.json; put it back, or train again",
    )
    (problem,) = found["cnn1-3"].problems
    assert problem.startswith(f"{tmp_path / 'cnn1-3' / 'scores.json'}: ")
    assert found["cnn1-3"].recipe == "cnn1"


def test_a_run_in_training_is_told_from_one_that_stopped(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1", epochs=2, augmented_epochs=1)
    about_to_begin = Run.create("cnn1", tmp_path)
    with run.alone(), about_to_begin.alone():
        found = {each.name: (each.status, each.problems) for each in overviews(tmp_path)}
        assert found == {"cnn1-1": ("training", ()), "cnn1-2": ("training", ())}
    assert {each.name: each.status for each in overviews(tmp_path)} == {
        "cnn1-1": "unfinished",
        "cnn1-2": "damaged",
    }
    with pytest.raises(RunError, match=r"cnn1-2 is not a run folder \(it is empty\); wanted one like"):
        Run.open(about_to_begin.path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        overviews(tmp_path / "runs")
    assert str(caught.value) == (
        f"cannot read {tmp_path / 'runs'}: No such file or directory; wanted a folder of runs, such as runs; "
        "make a run with: clothier train cnn1"
    )
