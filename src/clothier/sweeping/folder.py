"""The folder of a sweep: sweep.sqlite and what is made of it, beside the folders of its runs."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clothier.errors import ClothierError, InputError, RunError
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.sweeping.chance import Right
from clothier.system.files import read_file, write_atomic
from clothier.system.locks import held
from clothier.values.fields import parse

FORMAT = 1
_MOST_BYTES = 2**24


@dataclass(frozen=True)
class SweepFolder:
    """<root>/<recipe>-<number>. Constructing it touches no file."""

    path: Path

    @property
    def database(self) -> Path:
        """Optuna's study: each trial's configuration, its validation accuracies and whether it is finished."""
        return self.path / "sweep.sqlite"

    @property
    def description_file(self) -> Path:
        """What is swept. It is written last of a new sweep, so a folder without it was never begun."""
        return self.path / "sweep.json"

    @property
    def table_file(self) -> Path:
        return self.path / "sweep.csv"

    def run(self, trial: int, seed: int) -> Run:
        """The run of a trial by that number with that seed, whether it is there or not: a sweep that was killed finds
        it again."""
        return Run(self.path / f"trial-{trial}-seed-{seed}")

    def right_file(self, run: Run) -> Path:
        """Which validation images the run classified correctly: what paired comparisons need."""
        return self.path / "validation" / f"{run.name}.npy"

    def write_right(self, run: Run, right: Right) -> None:
        content = io.BytesIO()
        np.save(content, right)
        write_atomic(self.right_file(run), content.getvalue())

    def read_right(self, run: Run) -> Right | None:
        """bool (n,); None where it is missing or damaged."""
        try:
            content = np.load(io.BytesIO(read_file(self.right_file(run), _MOST_BYTES)), allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        return content if content.dtype == bool and content.ndim == 1 else None

    def write_description(self, content: dict[str, Any]) -> None:
        write_atomic(self.description_file, json.dumps({"format": FORMAT, **content}, indent=2) + "\n")

    def read_description(self) -> dict[str, Any]:
        """RunError where it cannot be read."""
        try:
            data = read_file(self.description_file, _MOST_BYTES)
        except OSError as error:
            raise RunError(
                f"cannot read {self.description_file}: {error.strerror}; wanted a folder that `clothier sweep` made"
            ) from error
        return dict(parse(data, str(self.description_file), RunError))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While this process works on the sweep. Raises RunError where another does."""
        with held(self.path) as free:
            if not free:
                raise RunError(
                    f"{self.path} is being trained by another process; wanted a sweep that no other works on; wait for "
                    "its end, or stop it"
                )
            yield

    @classmethod
    def create(cls, name: str, root: Path) -> SweepFolder:
        """A new folder, as `Run.create` makes them."""
        return cls(Run.create(name, root).path)

    @classmethod
    def same(cls, name: str, root: Path, wanted: dict[str, Any]) -> SweepFolder | None:
        """The newest sweep of that recipe in the folder that was asked for the same; None where there is none."""
        found = [cls(path.parent) for path in root.glob(f"{name}-*/{cls(root).description_file.name}")]
        for folder in sorted(found, key=lambda each: _number(each.path), reverse=True):
            try:
                there = folder.read_description()
            except ClothierError:
                continue
            if _essence(there) == _essence(wanted):
                return folder
        return None


def _essence(content: dict[str, Any]) -> dict[str, Any]:
    """What must be equal. An earlier version may have known fewer fields of a recipe."""
    names = ("recipe", "changes", "space", "method", "seeds", "prune", "data")
    essence: dict[str, Any] = json.loads(json.dumps({name: content.get(name) for name in names}))
    try:
        essence["recipe"] = Recipe.from_json(essence["recipe"]).as_json()
    except (InputError, AttributeError):
        essence["recipe"] = None
    return essence


def _number(path: Path) -> int:
    number = path.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else -1
