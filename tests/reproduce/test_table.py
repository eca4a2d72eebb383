from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.run_folders import make_run

from clothier import recipes, reproduce, training
from clothier.errors import InputError, InterruptedRunError
from clothier.recipes.published import PUBLISHED
from clothier.reproduce import Job, Request
from clothier.values import Dataset, EpochRow

QUICK = {"epochs": "2", "augmented_epochs": "1", "batch_size": "64"}


pytestmark = pytest.mark.usefixtures("quick_pages")


def request(tiny: Dataset, root: Path, names: str = "cnn1", **changes: Any) -> Request:
    return Request(
        rows=reproduce.rows("all", names.split(",")),
        runs=root,
        load=lambda recipe: tiny,
        source="tiny",
        **changes,
    )


def test_every_published_row_is_in_its_table() -> None:
    article, tutorial, both = (reproduce.rows(table) for table in ("article", "r-tutorial", "all"))
    assert {(row.recipe, row.phase) for row in both} == set(PUBLISHED)
    assert set(article) | set(tutorial) == set(both)
    assert [row.name for row in article] == [
        "cnn1, 10 epochs",
        "cnn1, +50 augmented",
        "cnn3, 10 epochs",
        "cnn3, +50 augmented",
        "cnn4, 10 epochs",
        "cnn4, +50 augmented",
        "vgg19, 50 epochs",
    ]
    assert [row.name for row in tutorial] == ["cnn1_dropout, 20 epochs"]
    assert [row.recipe for row in reproduce.rows("article", ["cnn3"])] == ["cnn3", "cnn3"]


def test_wrong_names_get_their_nearest() -> None:
    with pytest.raises(
        InputError, match=r"^unknown tutorial 'artcle'; known: all, article, r-tutorial; did you"
    ):
        reproduce.rows("artcle")
    with pytest.raises(
        InputError, match=r"^unknown row of r-tutorial 'cnn1'; known: cnn1_dropout; did you mean"
    ):
        reproduce.rows("r-tutorial", ["cnn1"])


def test_runs_are_planned_seed_by_seed(tiny: Dataset, tmp_path: Path) -> None:
    asked = request(tiny, tmp_path, "cnn1,cnn1_dropout", seeds=2)
    jobs = reproduce.plan(asked)
    assert [(job.recipe.name, job.recipe.seed, job.run) for job in jobs] == [
        ("cnn1", 13, None),
        ("cnn1_dropout", 13, None),
        ("cnn1", 14, None),
        ("cnn1_dropout", 14, None),
    ]
    assert reproduce.plan(replace(asked, seeds=0)) == []


def test_finished_runs_are_reused_and_stopped_ones_gone_on_with(tiny: Dataset, tmp_path: Path) -> None:
    data = {"fingerprint": tiny.fingerprint}
    both = ("plain", "augmented")
    make_run(tmp_path, "cnn1-1", phases=both, data=data)
    make_run(tmp_path, "cnn1-2", phases=both, data={"fingerprint": "e" * 64}, seed=14)  # other data
    make_run(tmp_path, "cnn1-3", phases=both, data=data, seed=14, batch_size=32)  # another recipe
    make_run(tmp_path, "cnn1-4", augmented_epochs=0, data=data, seed=14)  # fills the plain row only
    stopped = make_run(tmp_path, "cnn1-5", data=data, seed=15)
    (tmp_path / "cnn1-6").mkdir()
    (tmp_path / "cnn1-6" / "recipe.json").write_text('{"recipe": {"of": "another version"}}')
    asked = request(tiny, tmp_path, seeds=3)
    jobs = reproduce.plan(asked, threads=2)
    assert [(job.recipe.seed, job.run, job.epochs_done) for job in jobs] == [(14, None, 0), (15, stopped, 10)]
    # In other numbers of threads the bits would differ from those of a run that never stopped.
    assert [job.run for job in reproduce.plan(asked, threads=1)] == [None, None]

    plain, augmented = reproduce.outcomes(asked)
    assert [(filled.run.name, filled.seed) for filled in plain.filled] == [
        ("cnn1-1", 13),
        ("cnn1-4", 14),
        ("cnn1-5", 15),
    ]
    assert [filled.run.name for filled in augmented.filled] == ["cnn1-1"]
    assert [filled.seconds for filled in (plain.filled[0], augmented.filled[0])] == [20.0, 120.0]
    assert plain.note == augmented.note == ""


def test_a_run_whose_data_brought_their_validation_images_is_reused(tiny: Dataset, tmp_path: Path) -> None:
    asked = request(tiny, tmp_path, "cnn1_dropout")
    (job,) = reproduce.plan(asked)
    assert job.recipe.validation == "none"
    data = {"fingerprint": tiny.fingerprint}
    make_run(tmp_path, "cnn1_dropout-1", recipe="cnn1_dropout", data=data, validation="default")
    assert reproduce.plan(asked) == []


def test_of_two_runs_with_one_seed_the_first_counts(tiny: Dataset, tmp_path: Path) -> None:
    """Whichever is better: no seed is chosen, and no run either."""
    data = {"fingerprint": tiny.fingerprint}
    for number, wrong in ((10, 0), (9, 30)):
        make_run(tmp_path, f"cnn1-{number}", range(wrong), augmented_epochs=0, data=data)
    plain, _ = reproduce.outcomes(request(tiny, tmp_path))
    assert [filled.run.name for filled in plain.filled] == ["cnn1-9"]


def test_rows_that_cannot_be_filled_say_why(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = {name: recipe for name, recipe in recipes.RECIPES.items() if name != "vgg19"}
    monkeypatch.setattr(recipes, "RECIPES", without)
    outcomes = reproduce.outcomes(request(tiny, tmp_path, "cnn1,vgg19,cnn3"), {"cnn3": "no weights"})
    assert [outcome.note for outcome in outcomes] == [
        *("not run yet", "not run yet", "no weights", "no weights"),
        "this version has no recipe vgg19",
    ]
    short = request(tiny, tmp_path, changes={"augmented_epochs": "0"})
    assert reproduce.outcomes(short)[1].note == "the recipe, as changed, has no augmented phase"


class Stop(training.Watcher):
    """Presses Ctrl-C after the first epoch."""

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        raise KeyboardInterrupt


def test_from_nothing_through_a_stop_to_filled_rows(tiny: Dataset, tmp_path: Path) -> None:
    asked = request(tiny, tmp_path / "runs", changes=QUICK)
    (job,) = reproduce.plan(asked)
    with pytest.raises(
        InterruptedRunError, match=r"^stopped with 1 of 3 epochs done and saved; continue with"
    ):
        reproduce.carry_out(job, asked, watcher=Stop())
    (again,) = reproduce.plan(asked)
    assert (again.run and again.run.name, again.epochs_done) == ("cnn1-1", 1)
    run = reproduce.carry_out(again, asked)
    assert [row.epoch for row in run.read_history()] == [1, 2, 3]
    assert reproduce.plan(asked) == []
    assert [[filled.run for filled in outcome.filled] for outcome in reproduce.outcomes(asked)] == [
        [run],
        [run],
    ]
    content = json.loads(run.recipe_file.read_text())
    assert content["data"]["name"] == "tiny"
    assert content["command"] == (
        "clothier train cnn1 --seed 13 --data tiny --set epochs=2 --set augmented_epochs=1 --set batch_size=64"
    )
    # Stopped or not, the same bits.
    direct = request(tiny, tmp_path / "direct", changes=QUICK)
    other = reproduce.carry_out(Job(job.recipe), direct)
    assert [phase.as_json() for phase in other.read_scores()] == [
        phase.as_json() for phase in run.read_scores()
    ]
    assert re.fullmatch(r"[0-9a-f]{64}", content["data"]["fingerprints"]["test"])
