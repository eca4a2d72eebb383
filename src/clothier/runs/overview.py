"""The runs in a folder at a glance, newest first; what is damaged is among them, with what is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from clothier import recipes
from clothier.errors import RunError, command
from clothier.runs.description import Description
from clothier.runs.folder import Run
from clothier.values import EpochRow, PhaseScores

T = TypeVar("T")

# What a run folder holds beside its recipe.json: a folder with one of these and without that is a damaged run.
_PARTS = ("checkpoint", "events", "figures", "history.csv", "model.clothier", "scores.json")
_NUMBERED = re.compile(r".+-\d+")


@dataclass(frozen=True)
class Overview:
    """One run folder. `accuracies` are those of the last judged phase by split (train, validation, test); where none is
    judged yet, the validation accuracy of the last epoch. `is_training` says that a process on this
    machine trains the run now. `problems` say what is damaged; what could not be read is None. `written` is when
    training last wrote to the run, `size` the bytes of all its files."""

    path: Path
    written: datetime
    size: int
    recipe: str | None = None
    data: str | None = None
    seed: int | None = None
    epochs: int | None = None
    planned: int | None = None
    accuracies: tuple[tuple[str, float], ...] = ()
    is_finished: bool = False
    is_training: bool = False
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.resolve().name

    @property
    def status(self) -> str:
        if self.problems:
            return "damaged"
        if self.is_training:
            return "training"
        return "finished" if self.is_finished else "unfinished"

    @property
    def validation_accuracy(self) -> float | None:
        return dict(self.accuracies).get("validation")

    @property
    def judged(self) -> tuple[str, float] | None:
        """The split that says most about new images, and the accuracy there."""
        return self.accuracies[-1] if self.accuracies else None

    def as_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "status": self.status,
            "recipe": self.recipe,
            "data": self.data,
            "seed": self.seed,
            "epochs": self.epochs,
            "planned_epochs": self.planned,
            "accuracy": dict(self.accuracies),
            "bytes": self.size,
            "written": self.written.isoformat(timespec="seconds"),
            "problems": list(self.problems),
        }


def overviews(root: Path) -> list[Overview]:
    """Every run in that folder, or the run that it is itself, the last written first. Raises RunError where the folder
    cannot be read."""
    try:
        folders = [root] if (root / "recipe.json").is_file() else list(filter(_may_be_run, root.iterdir()))
    except OSError as error:
        raise RunError(
            f"cannot read {root}: {error.strerror}; wanted a folder of runs, such as runs; "
            f"make a run with: {command('train', 'cnn1')}"
        ) from error
    found = sorted(map(overview, folders), key=lambda each: each.name)
    return sorted(found, key=lambda each: each.written, reverse=True)


def by_validation(runs: list[Overview]) -> list[Overview]:
    """The runs with the highest validation accuracy first; those without one, or damaged, last. The test split is not
    looked at: what is chosen by it is judged too well."""
    return sorted(
        runs, key=lambda run: -1.0 if run.problems else run.validation_accuracy or -0.5, reverse=True
    )


def overview(folder: Path) -> Overview:
    """What is known of the run in that folder; raises nothing for a damaged one."""
    run, problems = Run(folder), []

    def attempt(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except RunError as error:
            problems.append(str(error))
            return None

    size, written, is_training = _num_bytes(folder), _written(run), run.is_training
    if not os.path.lexists(run.recipe_file):
        if is_training:  # it is about to begin
            return Overview(folder, written, size, is_training=True)
        return Overview(folder, written, size, problems=(_without_recipe(run),))
    description = attempt(run.description)
    history, phases = attempt(run.read_history), attempt(run.read_scores)
    accuracies: dict[str, float | None] = {}
    if phases:
        last = phases[-1]
        splits = {"train": last.train, "validation": last.validation, "test": last.test}
        accuracies = {name: scores.accuracy for name, scores in splits.items() if scores is not None}
    elif history:
        accuracies = {"validation": history[-1].val_accuracy}
    return Overview(
        path=folder,
        written=written,
        size=size,
        **_described(description),
        epochs=None if history is None else len(history),
        accuracies=tuple((name, value) for name, value in accuracies.items() if value is not None),
        is_finished=_is_finished(description, phases or [], history or []),
        is_training=is_training,
        problems=tuple(problems),
    )


def _described(description: Description | None) -> dict[str, Any]:
    if description is None:
        return {}
    recipe = description.recipe
    planned = sum(epochs for _, epochs in recipe.phases())
    return {"recipe": recipe.name, "data": description.data.name, "seed": recipe.seed, "planned": planned}


def _is_finished(description: Description | None, phases: list[PhaseScores], history: list[EpochRow]) -> bool:
    judged = {(phase.name, phase.epochs) for phase in phases}
    return description is not None and judged.issuperset(recipes.ends(description.recipe, history))


def _may_be_run(path: Path) -> bool:
    """Whether a folder is a run, or what is left of one, or was made for one that never began."""
    if path.name.startswith(".") or not path.is_dir():
        return False
    try:
        entries = {entry.name for entry in path.iterdir()}
    except OSError:
        return bool(_NUMBERED.fullmatch(path.name))
    if "recipe.json" in entries or entries & set(_PARTS):
        return True
    return not entries and bool(_NUMBERED.fullmatch(path.name))


def _without_recipe(run: Run) -> str:
    try:
        is_empty = not any(run.path.iterdir())
    except OSError as error:
        return f"cannot read {run.path}: {error.strerror}; check its permissions"
    if is_empty:
        return f"{run.path} is empty: its training ended before it began; it may be deleted"
    return f"{run.path} has no {run.recipe_file.name}; put it back, or train again"


def _num_bytes(folder: Path) -> int:
    """The size of all files in the folder. Files that vanish meanwhile are passed over: the run may be in training."""
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                total += (Path(parent) / name).lstat().st_size
    return total


def _written(run: Run) -> datetime:
    """When training last wrote to the run; of an empty folder, when it was made."""
    times = []
    for path in (run.recipe_file, run.history_file, run.scores_file):
        with suppress(OSError):
            times.append(path.lstat().st_mtime)
    if not times:
        with suppress(OSError):
            times.append(run.path.lstat().st_mtime)
    return datetime.fromtimestamp(max(times, default=0.0)).astimezone()
