"""Runs that several tests look at, without the drawing and exporting, which take longer than training them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.small_runs import RECIPE

from clothier import export, training
from clothier.api import finish
from clothier.errors import InterruptedRunError
from clothier.runs import Run
from clothier.system.files import write_atomic
from clothier.values import Dataset


def _quick_model_file(run: Run, dataset: Dataset, between: Callable[[], None]) -> None:
    write_atomic(run.model_file, run.read_scores()[-1].weights_sha256)


@pytest.fixture(scope="module")
def quick(quick_pages: None) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "write_model_file", _quick_model_file)
        yield


@pytest.fixture(scope="module")
def finished(quick: None, tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.create("cnn1", tmp_path_factory.mktemp("finished"))
    finish.train(RECIPE, tiny, run)
    return run


@pytest.fixture
def stopped(quick: None, tiny: Dataset, tmp_path: Path) -> Run:
    """A run with two of four epochs done."""

    class Stop(training.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    run = Run.create("cnn1", tmp_path)
    with pytest.raises(InterruptedRunError):
        finish.train(RECIPE, tiny, run, watcher=Stop())
    return run
