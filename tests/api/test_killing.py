"""A run that is killed, anywhere, resumes to the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.killing import train_until_killed
from support.small_runs import RECIPE, state

from clothier import backend
from clothier.api import finish
from clothier.errors import WriteError
from clothier.runs import Run, checkpoint
from clothier.runs.checkpoint import Checkpoint
from clothier.runs.overview import overview, overviews
from clothier.training import Watcher
from clothier.values import Dataset

pytestmark = pytest.mark.usefixtures("quick")


def test_killed_anywhere_it_resumes_to_the_same_bits(finished: Run, tiny: Dataset, tmp_path: Path) -> None:
    total = train_until_killed(finish, RECIPE, tiny, Run.create("count", tmp_path), fatal=10**9)
    assert total > 60
    # Every fifth, from the second on, meets every kind of place. Each run is killed a second time on its way back.
    for fatal in range(2, total + 1, 5):
        run = Run.create("cnn1", tmp_path)
        train_until_killed(finish, RECIPE, tiny, run, fatal)
        if not run.recipe_file.exists():
            continue  # nothing was begun yet: there is nothing to go on with
        train_until_killed(finish, RECIPE, tiny, run, fatal=7)
        finish.resume(run, tiny)
        assert state(run) == state(finished), f"killed at place {fatal} of {total}"


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from clothier import export, recipes
from clothier.api import finish
from clothier.system.files import write_atomic
from clothier.reports import report
from clothier.runs import Run
from clothier.values import Dataset
report.draw, report.render = (lambda *_: {{}}), (lambda *_: "")
export.write_model_file = lambda run, *_: write_atomic(run.model_file, run.read_scores()[-1].weights_sha256)
real, count = os.fsync, 0
def fsync(descriptor):
    global count
    count += 1
    if count == {fatal}:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = fsync
{more}
tiny = Dataset(conftest.stripes(300, 1), conftest.stripes(90, 2), conftest.stripes(90, 3),
               ("row", "column", "none"), "f" * 64, "tiny")
recipe = recipes.Recipe.from_json({recipe!r})
finish.train(recipe, tiny, Run.create("cnn1", Path({root!r})))
"""


@pytest.mark.parametrize("fatal", [11, 21])
def test_a_real_sigkill_inside_a_save(finished: Run, tiny: Dataset, tmp_path: Path, fatal: int) -> None:
    code = SCRIPT.format(
        tests=str(Path(__file__).parents[1]),
        fatal=fatal,
        recipe=RECIPE.as_json(),
        root=str(tmp_path / "runs"),
        more="",
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    run = Run.open(tmp_path / "runs" / "cnn1-1")
    assert list(run.path.rglob("*.tmp")), "the kill was meant to fall inside a write"
    finish.resume(run, tiny)
    assert state(run) == state(finished)


def test_killed_while_the_machine_is_measured_it_is_a_run_that_begins_again(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = SCRIPT.format(
        tests=str(Path(__file__).parents[1]),
        fatal=10**9,
        recipe=replace(RECIPE, precision="auto").as_json(),
        root=str(tmp_path / "runs"),
        more="from clothier.training import session\n"
        "session.settle_precision = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    (known,) = overviews(tmp_path / "runs")
    assert (known.status, known.epochs, known.planned) == ("unfinished", 0, 4)
    run = Run.open(tmp_path / "runs" / "cnn1-1")
    assert run.recipe().precision == "auto"
    monkeypatch.setattr(backend, "bfloat16_speed", lambda: 0.5)
    finish.resume(run, tiny)
    assert (run.recipe().precision, run.description().precision) == ("float32", "float32")
    assert state(run) == state(finished)


def test_an_error_before_the_first_epoch_leaves_no_folder(tiny: Dataset, tmp_path: Path) -> None:
    class Stop(Watcher):
        def plan(self, outlook: Callable[[], tuple[str, str]]) -> None:
            assert run.recipe_file.exists()
            assert overview(run.path).status == "training"
            raise KeyboardInterrupt

    run = Run.create("cnn1", tmp_path)
    with pytest.raises(KeyboardInterrupt):
        finish.train(RECIPE, tiny, run, watcher=Stop())
    assert not run.path.exists()


def test_a_full_disk_keeps_the_last_good_checkpoint(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.create("cnn1", tmp_path)
    real = checkpoint.save

    def save(path: Path, state: Checkpoint) -> None:
        if state.epochs_done == 3:
            with pytest.MonkeyPatch.context() as full:
                full.setattr(os, "fsync", _no_space)
                real(path, state)
        real(path, state)

    monkeypatch.setattr(checkpoint, "save", save)
    with pytest.raises(
        WriteError, match=r"cannot write .*last\.safetensors: No space left on device.*--resume"
    ) as caught:
        finish.train(RECIPE, tiny, run)
    assert caught.value.exit_code == 74
    assert checkpoint.load(run.last_checkpoint).epochs_done == 2
    assert list(run.path.rglob("*.tmp")) == []
    monkeypatch.undo()
    finish.resume(run, tiny)
    assert state(run) == state(finished)


def test_a_page_is_there_while_the_second_phase_trains(stopped: Run, finished: Run, tiny: Dataset) -> None:
    page = "<!DOCTYPE html> 1 phases"
    assert stopped.report_file.read_text() == page
    assert not stopped.model_file.exists()
    stopped.report_file.unlink()  # as where it was killed before the page

    class Looking(Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            assert stopped.report_file.read_text() == page

    finish.resume(stopped, tiny, watcher=Looking())
    assert stopped.report_file.read_text() == "<!DOCTYPE html> 2 phases"
    assert state(stopped) == state(finished)


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")
