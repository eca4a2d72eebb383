"""A run that is killed, anywhere, resumes to the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from train.running import RECIPE, state

from clothier import (
    backend,
    checkpoint,
    events,
    train,
)
from clothier.checkpoint import Checkpoint
from clothier.errors import WriteError
from clothier.runs import Run
from clothier.values import Dataset

pytestmark = pytest.mark.usefixtures("quick_pages")


class Killed(BaseException):
    """Stands for SIGKILL: nothing in clothier catches it, and what runs after it may touch no file."""


class _KillAt:
    """Kills the n-th time one of the dangerous places is reached, before or after it did its work."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fatal: int) -> None:
        self.count, self.fatal = 0, fatal
        places: list[tuple[Any, str]] = [
            (os, "fsync"),
            (Path, "replace"),
            (Path, "unlink"),
            (events, "append"),
            (backend.Trainer, "step"),
        ]
        for owner, name in places:
            monkeypatch.setattr(owner, name, self._dangerous(getattr(owner, name)))

    def _dangerous(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if self.count >= self.fatal:
                raise Killed  # a dead process does nothing more, not even tidy up
            self.count += 1
            if self.count == self.fatal:
                raise Killed
            return real(*args, **kwargs)

        return call


def _train_until_killed(tiny: Dataset, run: Run, fatal: int) -> int:
    with pytest.MonkeyPatch.context() as patch:
        killer = _KillAt(patch, fatal)
        try:
            if run.recipe_file.exists():
                train.resume(run, tiny)
            else:
                train.train(RECIPE, tiny, run)
        except Killed:
            pass
        return killer.count


def test_killed_anywhere_it_resumes_to_the_same_bits(finished: Run, tiny: Dataset, tmp_path: Path) -> None:
    total = _train_until_killed(tiny, Run.create("count", tmp_path), fatal=10**9)
    assert total > 60
    for fatal in range(1, total + 1, 3):  # each run is killed a second time on its way back
        run = Run.create("cnn1", tmp_path)
        _train_until_killed(tiny, run, fatal)
        if not run.recipe_file.exists():
            continue  # nothing was begun yet: there is nothing to go on with
        _train_until_killed(tiny, run, fatal=7)
        train.resume(run, tiny)
        assert state(run) == state(finished), f"killed at place {fatal} of {total}"


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import conftest
from clothier import export, recipes, report, train
from clothier.files import write_atomic
from clothier.runs import Run
from clothier.values import Dataset
report.write_figures, report.render = (lambda *_: []), (lambda run: "")
export.write_model_file = lambda run, *_: write_atomic(run.model_file, run.read_scores()[-1].weights_sha256)
real, count = os.fsync, 0
def fsync(descriptor):
    global count
    count += 1
    if count == {fatal}:
        os.kill(os.getpid(), signal.SIGKILL)
    real(descriptor)
os.fsync = fsync
tiny = Dataset(conftest.stripes(300, 1), conftest.stripes(90, 2), conftest.stripes(90, 3),
               ("row", "column", "none"), "f" * 64, "tiny")
recipe = recipes.Recipe.from_json({recipe!r})
train.train(recipe, tiny, Run.create("cnn1", Path({root!r})))
"""


@pytest.mark.parametrize("fatal", [11, 21])
def test_a_real_sigkill_inside_a_save(finished: Run, tiny: Dataset, tmp_path: Path, fatal: int) -> None:
    code = SCRIPT.format(
        tests=str(Path(__file__).parents[1]),
        fatal=fatal,
        recipe=RECIPE.as_json(),
        root=str(tmp_path / "runs"),
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    run = Run.open(tmp_path / "runs" / "cnn1-1")
    assert list(run.path.rglob("*.tmp")), "the kill was meant to fall inside a write"
    train.resume(run, tiny)
    assert state(run) == state(finished)


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
        train.train(RECIPE, tiny, run)
    assert caught.value.exit_code == 74
    assert checkpoint.load(run.last_checkpoint).epochs_done == 2
    assert list(run.path.rglob("*.tmp")) == []
    monkeypatch.undo()
    train.resume(run, tiny)
    assert state(run) == state(finished)


def _no_space(_: int) -> None:
    raise OSError(28, "No space left on device")
