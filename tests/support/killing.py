"""Training that is killed, as by SIGKILL, at any of the places where that is dangerous."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clothier import backend
from clothier.errors import InterruptedRunError
from clothier.recipes import Recipe
from clothier.runs import Run, checkpoint, events
from clothier.values import Dataset

PLACES: list[tuple[Any, str]] = [
    (os, "fsync"),
    (Path, "replace"),
    (Path, "unlink"),
    (events, "append"),
    (backend.Trainer, "step"),
    (backend.Extractor, "features"),
]


class Killed(BaseException):
    """Stands for SIGKILL: nothing in clothier catches it, and what runs after it may touch no file."""


class _KillAt:
    """Kills the n-th time one of the places is reached."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fatal: int) -> None:
        self.count, self.fatal = 0, fatal
        for owner, name in PLACES:
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


def killed_at(fatal: int, work: Callable[[], Any]) -> int:
    """Work until place number `fatal` is reached; how many were."""
    with pytest.MonkeyPatch.context() as patch:
        killer = _KillAt(patch, fatal)
        with suppress(Killed):
            work()
        return killer.count


def train_until_killed(verb: ModuleType, recipe: Recipe, dataset: Dataset, run: Run, fatal: int) -> int:
    """Train the run by that module, or resume it, until place number `fatal` is reached; how many were."""
    if run.recipe_file.exists():
        return killed_at(fatal, lambda: verb.resume(run, dataset))
    return killed_at(fatal, lambda: verb.train(recipe, dataset, run))


@contextmanager
def stopped_after(epochs: int, match: str | None = None) -> Iterator[None]:
    """What trains meanwhile gets Ctrl-C as soon as the checkpoint of that epoch is written."""
    save = checkpoint.save

    def stop(path: Path, state: checkpoint.Checkpoint) -> None:
        save(path, state)
        if state.epochs_done == epochs:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch, pytest.raises(InterruptedRunError, match=match):
        patch.setattr(checkpoint, "save", stop)
        yield
