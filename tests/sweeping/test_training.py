"""The order of trials, what is not trained twice, and what is stopped. Only the last test trains."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support.sweep_trainings import Trainings

from clothier import predict, sweeping
from clothier.errors import DivergedError, InputError, RunError
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.sweeping.folder import SweepFolder
from clothier.system.locks import held
from clothier.training import pace
from clothier.values import Dataset

RATES = {"learning_rate": [0.003, 0.001, 0.002]}
USUAL: dict[str, Any] = {"epochs": 2, "precision": "float32", "verbose": 0}


class Killed(BaseException):
    """As where the process is killed: nothing is tidied up after it."""


def kill_at(rate: float, epoch: int) -> Any:
    def stop(recipe: Recipe, done: int) -> None:
        if (recipe.learning_rate, done) == (rate, epoch):
            raise Killed

    return stop


@pytest.mark.usefixtures("in_memory")
def test_a_grid_is_tried_in_order_and_judged_on_validation_alone(
    trainings: Trainings, tiny: Dataset, tmp_path: Path
) -> None:
    found = sweeping.sweep("cnn1", tiny, RATES, seeds=2, root=tmp_path, **USUAL)
    assert [(rate, seed) for rate, seed, _ in trainings.done] == [
        (rate, seed) for rate in (0.003, 0.001, 0.002) for seed in (13, 14)
    ]
    # On test images the order is the other one.
    assert [each.configuration["learning_rate"] for each in found.outcomes] == [0.001, 0.002, 0.003]
    assert found.best.accuracy == pytest.approx(79.5 / 90)
    assert found.run.path == tmp_path / "cnn1-1" / "trial-1-seed-13"
    judged, number = found.test
    assert judged is not None
    assert [number, judged.mean] == pytest.approx([90, 10.5 / 90])
    table = (tmp_path / "cnn1-1" / "sweep.csv").read_text().splitlines()
    assert table[0].startswith("trial,learning_rate,status,validation_accuracy,")
    assert [line.split(",")[:3] for line in table[1:]] == [
        ["1", "0.001", "finished"],
        ["2", "0.002", "finished"],
        ["0", "0.003", "finished"],
    ]
    assert "best of 3 chosen on the same validation images" in " ".join(found.sentences)
    # The same again trains nothing.
    trainings.done.clear()
    again = sweeping.sweep("cnn1", tiny, RATES, seeds=2, root=tmp_path, **USUAL)
    assert (trainings.done, again.path, again.sentences) == ([], found.path, found.sentences)
    assert sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL).path.name == "cnn1-2"  # other seeds


def test_a_sweep_that_was_killed_goes_on_where_it_was(
    trainings: Trainings, tiny: Dataset, tmp_path: Path
) -> None:
    trainings.stop = kill_at(0.001, 1)
    with pytest.raises(Killed):
        sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)
    trainings.stop = lambda recipe, epoch: None
    found = sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)
    assert trainings.done == [
        (0.003, 13, "begun"),
        (0.001, 13, "begun"),
        (0.001, 13, "resumed"),
        (0.002, 13, "begun"),
    ]
    assert [each.number for each in found.outcomes] == [1, 2, 0]
    assert {each.status for each in found.outcomes} == {"finished"}


@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("method", ["random", "tpe"])
def test_what_is_drawn_does_not_depend_on_where_it_was_killed(
    trainings: Trainings, tiny: Dataset, tmp_path: Path, method: str
) -> None:
    space = {"learning_rate": "1e-4..1e-2:log"}

    def rates(root: str, **more: Any) -> list[float]:
        options = {"method": method, "trials": 4, "prune": False, "root": tmp_path / root, **USUAL, **more}
        found = sweeping.sweep("cnn1", tiny, space, **options)
        return [
            float(each.configuration["learning_rate"])
            for each in sorted(found.outcomes, key=lambda each: each.number)
        ]

    unbroken = rates("unbroken")
    assert unbroken[0] == 0.001  # the recipe's own
    assert len(set(unbroken)) == 4
    trainings.stop = kill_at(unbroken[2], 1)
    with pytest.raises(Killed):
        rates("killed")
    trainings.stop = lambda recipe, epoch: None
    trainings.done.clear()
    assert rates("killed") == unbroken
    assert [(rate, how) for rate, _, how in trainings.done] == [
        (unbroken[2], "resumed"),
        (unbroken[3], "begun"),
    ]
    assert rates("killed", trials=5)[:4] == unbroken
    assert len(trainings.done) == 3


@pytest.mark.usefixtures("in_memory")
def test_no_configuration_is_trained_twice(trainings: Trainings, tiny: Dataset, tmp_path: Path) -> None:
    space = {"learning_rate": [0.001, 0.002], "batch_size": "64..65"}
    found = sweeping.sweep("cnn1", tiny, space, method="random", trials=9, root=tmp_path, **USUAL)
    assert len(trainings.done) == len(found.outcomes) == 4  # as many as there are


@pytest.mark.usefixtures("in_memory")
def test_trials_that_fall_behind_are_stopped(trainings: Trainings, tiny: Dataset, tmp_path: Path) -> None:
    rates = [0.001, 0.002, 0.003, 0.004, 0.009, 0.0005, 0.008]
    options = {**USUAL, "epochs": 4}
    found = sweeping.sweep("cnn1", tiny, {"learning_rate": rates}, root=tmp_path, seeds=2, **options)
    stopped = [each for each in found.outcomes if each.status == "stopped early"]
    assert [(each.configuration["learning_rate"], each.epochs, len(each.runs)) for each in stopped] == [
        (0.009, 2, 1),
        (0.008, 2, 1),
    ]
    assert stopped[0].runs[0].read_scores() == []  # it is no finished run
    assert found.best.configuration == {"learning_rate": 0.0005}
    assert found.num_chosen_from == 7
    assert (
        "2 trials were stopped early, after epoch 2, because others were better by then." in found.sentences
    )
    all_of_them = sweeping.sweep(
        "cnn1", tiny, {"learning_rate": rates}, root=tmp_path, prune=False, **options
    )
    assert len(all_of_them.finished) == 7


@pytest.mark.usefixtures("in_memory")
def test_a_trial_that_diverges_is_not_tried_again(
    trainings: Trainings, tiny: Dataset, tmp_path: Path
) -> None:
    def stop(recipe: Recipe, epoch: int) -> None:
        if recipe.learning_rate == 0.001:
            raise DivergedError("the loss became nan in epoch 1")

    trainings.stop = stop
    for _ in range(2):
        found = sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)
        assert [(each.number, each.status) for each in found.outcomes] == [
            (2, "finished"),
            (0, "finished"),
            (1, "failed"),
        ]
        assert (
            "1 trial failed, such as learning_rate=0.001: the loss became nan in epoch 1." in found.sentences
        )
    assert len(trainings.done) == 3
    with pytest.raises(InputError, match=r"no trial of .*cnn1-2 is finished \(batch_size=8: the loss became"):
        sweeping.sweep("cnn1", tiny, {"learning_rate": 0.001, "batch_size": [8, 9]}, root=tmp_path, **USUAL)


@pytest.mark.usefixtures("in_memory")
def test_no_run_is_begun_that_cannot_be_finished_in_time(
    trainings: Trainings, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(pace, "measure", lambda *_: _Pace())

    def take(recipe: Recipe, epoch: int) -> None:
        now[0] += 20

    trainings.stop = take
    with pytest.raises(
        InputError,
        match=r"^of 0\.5 minutes 30 s is left, and a run takes about 66 s, and no trial is finished; wanted more min",
    ):
        sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, minutes=0.5, **USUAL)
    assert trainings.done == []
    found = sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, minutes=1.5, **USUAL)
    # The first took 40 s: 4 s of epochs by its history, and 36 s beside them.
    assert len(found.finished) == 2
    assert found.shortage == (
        "of 1.5 minutes 10 s is left, and a run takes about 48 s, so no further trial was begun; the same command goes "
        "on"
    )
    assert found.sentences[-1] == found.shortage
    assert len(sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, minutes=1.5, **USUAL).finished) == 3


class _Pace:
    def remaining(self, recipe: Recipe) -> float:
        return 40.0


def test_what_is_damaged_or_taken_is_said(trainings: Trainings, tiny: Dataset, tmp_path: Path) -> None:
    folder = sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL).path
    with (
        held(folder),
        pytest.raises(RunError, match=r"cnn1-1 is being trained by another process; wanted a sweep"),
    ):
        sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)
    SweepFolder(folder).database.write_bytes(b"no database" * 100)
    with pytest.raises(
        RunError, match=r"sweep\.sqlite cannot be used \(.*\); wanted the trials of the sweep; put"
    ):
        sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)
    SweepFolder(folder).database.unlink()
    with pytest.raises(
        RunError, match=r"sweep\.sqlite is missing; wanted the trials of the sweep; put it back"
    ):
        sweeping.sweep("cnn1", tiny, RATES, root=tmp_path, **USUAL)


def test_data_without_validation_images_are_refused(tiny: Dataset, tmp_path: Path) -> None:
    bare = Dataset(tiny.train, None, tiny.test, tiny.class_names, "a" * 64, "bare")
    with pytest.raises(
        InputError, match=r"^bare has no validation images; wanted some, which alone choose; hold"
    ):
        sweeping.sweep("cnn1", bare, RATES, root=tmp_path, **USUAL)
    assert list(tmp_path.iterdir()) == []


SCRIPT = """
import os, signal, sys
sys.path.insert(0, {tests!r})
import conftest
from clothier import export, sweeping
from clothier.reports import report
from clothier.sweeping.watching import Watching
from clothier.system.files import write_atomic
from clothier.values import Dataset
report.draw, report.render = (lambda *_: {{}}), (lambda *_: "")
export.write_model_file = lambda run, *_: write_atomic(run.model_file, "")
real, count = Watching.end_epoch, 0
def end_epoch(self, *words):
    global count
    count += 1
    if count == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    real(self, *words)
Watching.end_epoch = end_epoch
tiny = Dataset(conftest.stripes(300, 1), conftest.stripes(90, 2), conftest.stripes(90, 3),
               ("row", "column", "none"), "f" * 64, "tiny")
sweeping.sweep("cnn1", tiny, {space!r}, root={root!r}, epochs=2, batch_size=64, precision="float32")
"""


@pytest.mark.usefixtures("quick_page")
def test_a_real_sweep_that_gets_a_real_sigkill_in_a_trial(tiny: Dataset, tmp_path: Path) -> None:
    space = {"learning_rate": [1e-4, 3e-3]}
    code = SCRIPT.format(tests=str(Path(__file__).parents[1]), space=space, root=str(tmp_path))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=200, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    first, second = (Run(tmp_path / "cnn1-1" / f"trial-{number}-seed-13") for number in (0, 1))
    assert len(first.read_scores()) == 1
    assert (len(second.read_history()), second.read_scores()) == (1, [])
    before = first.scores_file.stat().st_mtime_ns
    first_model = first.model_file.stat().st_mtime_ns
    found = sweeping.sweep(
        "cnn1", tiny, space, root=tmp_path, epochs=2, batch_size=64, precision="float32", verbose=0
    )
    assert first.scores_file.stat().st_mtime_ns == before
    assert first.model_file.stat().st_mtime_ns == first_model
    assert [each.status for each in found.outcomes] == ["finished", "finished"]
    assert found.run.path == second.path
    assert [row.epoch for row in second.read_history()] == [1, 2]
    assert found.best.judged is not None
    assert found.best.judged.right is not None
    scores = second.read_scores()[-1]
    assert scores.validation is not None
    assert found.best.judged.right.mean() == pytest.approx(scores.validation.accuracy)
    assert tiny.validation is not None
    predictions = predict.opened(second.path).predict(tiny.validation.images)
    assert (predictions.labels == tiny.validation.labels).mean() == pytest.approx(scores.validation.accuracy)
