"""Runs that several tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.small_runs import RECIPE, fresh

from clothier import training
from clothier.errors import InterruptedRunError
from clothier.runs import Run
from clothier.values import Dataset


@pytest.fixture(scope="module")
def finished(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fresh(tiny, tmp_path_factory.mktemp("finished"))


@pytest.fixture
def stopped(tiny: Dataset, tmp_path: Path) -> Iterator[Run]:
    """A run with two of four epochs done."""

    class Stop(training.Watcher):
        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 3:
                raise KeyboardInterrupt

    run = Run.create("cnn1", tmp_path)
    with pytest.raises(InterruptedRunError) as caught:
        training.train(RECIPE, tiny, run, watcher=Stop())
    assert str(caught.value) == (
        f"stopped with 2 of 4 epochs done and saved; continue with: clothier train --resume {run.path}"
    )
    yield run
