"""Sweeps without trainings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import optuna
import pytest
from support.sweep_trainings import Trainings

from clothier.api import finish
from clothier.sweeping import study


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    """The smaller the learning rate, the better; with every seed, one image more."""
    made = Trainings(lambda recipe: 80 - round(1000 * recipe.learning_rate) + recipe.seed - 13)
    monkeypatch.setattr(finish, "train", made.train)
    monkeypatch.setattr(finish, "resume", made.resume)
    monkeypatch.setattr(finish, "why_left", lambda run: "finished" if run.read_scores() else "")
    return made


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Studies are kept in memory: Optuna takes a second to make a file."""
    kept: dict[Path, optuna.storages.InMemoryStorage] = {}

    @contextmanager
    def stored(path: Path, *, new: bool) -> Iterator[optuna.storages.InMemoryStorage]:
        if new:
            kept[path] = optuna.storages.InMemoryStorage()
        yield kept[path]

    monkeypatch.setattr(study, "stored", stored)
