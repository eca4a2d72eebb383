"""The model file at the end of a run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.small_runs import RECIPE, state

from clothier import bundle, export, training
from clothier.api import finish
from clothier.errors import ExportError, InterruptedRunError, WriteError
from clothier.runs import Run
from clothier.values import Dataset

pytestmark = pytest.mark.usefixtures("quick")


def test_stopped_or_not_the_model_file_is_the_same(stopped: Run, finished: Run, tiny: Dataset) -> None:
    finish.resume(stopped, tiny)
    stopped_file, whole_file = (bundle.pack(export.bundle_of(run, tiny)) for run in (stopped, finished))
    assert stopped_file == whole_file


def test_a_model_file_that_cannot_be_written_costs_nothing_else(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, then room again."""

    def full(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        raise WriteError(run.model_file, OSError(28, "No space left on device"))

    run = Run.create("cnn1", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(export, "write_model_file", full)
        with pytest.raises(WriteError) as caught:
            finish.train(RECIPE, tiny, run)
    assert str(caught.value) == (
        f"cannot write {run.model_file}: No space left on device; earlier files are untouched; make room or choose "
        f"another place; then continue with: clothier train --resume {run.path}"
    )
    assert len(run.read_scores()) == 2
    finish.resume(run, tiny)
    assert state(run) == state(finished)


def test_ctrl_c_while_the_model_file_is_made_loses_nothing(
    finished: Run, tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        between()
        raise AssertionError("it was heard")

    run = Run.create("cnn1", tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(export, "write_model_file", interrupted)
        with pytest.raises(InterruptedRunError) as caught:
            finish.train(RECIPE, tiny, run)
    assert str(caught.value).startswith(
        "stopped with 4 of 4 epochs done and saved; continue with: clothier train --resume"
    )
    finish.resume(run, tiny)
    assert state(run) == state(finished)


def test_a_network_that_fits_no_model_file_is_told_and_finished(
    tiny: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
        raise ExportError("layer odd is a Odd; wanted one of Add")

    told: list[str] = []

    class Telling(training.Watcher):
        def note(self, sentence: str) -> None:
            told.append(sentence)

    monkeypatch.setattr(export, "write_model_file", refuse)
    run = Run.create("cnn1", tmp_path)
    phases = finish.train(RECIPE, tiny, run, watcher=Telling())
    assert len(phases) == 2
    assert told == ["this run gets no model file: layer odd is a Odd; wanted one of Add"]
    assert not run.model_file.exists()
