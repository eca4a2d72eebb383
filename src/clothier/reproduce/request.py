"""What is to be reproduced, and which finished runs belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clothier import recipes
from clothier.errors import ClothierError
from clothier.recipes import Recipe
from clothier.reproduce.rows import OFFICIAL, RESPLIT, Row
from clothier.runs import Description, Run
from clothier.values import Dataset, EpochRow, PhaseScores


@dataclass(frozen=True, eq=False)
class Known:
    """A run as its folder has it."""

    run: Run
    recipe: Recipe
    content: Description
    scores: list[PhaseScores]
    history: list[EpochRow]


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be reproduced, on which data, and where its runs lie.

    `load` gives the data of a recipe and of the seed of a re-split, which is None where the data are taken as they are.
    `source` is that of data.load, for the commands shown. `tests` are the test images to judge on that the source
    has. `table` says that the source itself is a re-split, such as Kaggle's table, whatever the seed.
    """

    rows: tuple[Row, ...]
    runs: Path
    load: Callable[[Recipe, int | None], Dataset]
    source: str
    tests: tuple[str, ...] = (RESPLIT, OFFICIAL)
    table: bool = False
    seeds: int = 5
    augmented_seeds: int = 3
    changes: Mapping[str, Any] | None = None
    _fingerprints: dict[tuple[str, int | None], str] = field(default_factory=dict)

    def recipe(self, name: str) -> Recipe | None:
        """The row's recipe with the changes asked for; None where this version has none of that name."""
        if name not in recipes.RECIPES:
            return None
        return recipes.change(recipes.get(name), dict(self.changes or {}))

    def trained(self) -> list[tuple[Recipe, str]]:
        """Each recipe of the rows, with each kind of test images that its rows are judged on."""
        found: dict[tuple[str, str], Recipe] = {}
        for row in self.rows:
            if (recipe := self.recipe(row.recipe)) is not None:
                found |= {(row.recipe, test): recipe for test in row.tests(self.tests)}
        return [(recipe, test) for (_, test), recipe in found.items()]

    def resplit_by(self, recipe: Recipe, test: str) -> int | None:
        """The seed that draws the test images of a run of that recipe; None where the data are taken as they are.

        Every seed has a draw of its own. With a base there is one draw, because features take hours to compute.
        """
        if test != RESPLIT or self.table:
            return None
        return recipes.get(recipe.name).seed if recipe.base else recipe.seed

    def dataset(self, recipe: Recipe, test: str) -> Dataset:
        return self.load(recipe, self.resplit_by(recipe, test))

    def known(self) -> list[Known]:
        """The runs of the rows' recipes in the folder, without those that clothier cannot read."""
        found, names = [], {row.recipe for row in self.rows}
        for run in Run.all_in(self.runs):
            try:
                content = run.description()
                if content.recipe.name in names:
                    known = Known(run, content.recipe, content, run.read_scores(), run.read_history())
                    found.append(known)
            except ClothierError:
                continue
        return found

    def alike(self, runs: Iterable[Known], recipe: Recipe, test: str, phase: str) -> list[Known]:
        """Those tested on such images whose recipe is the same, the seed apart, until the end of that phase.

        Runs of any precision are alike, unless the changes asked for name one; the table of runs says which it was.
        """
        wanted = self._essence(recipe, phase)
        return [
            known
            for known in runs
            if self._essence(known.recipe, phase) == wanted and self._has_data(known, test)
        ]

    def _essence(self, recipe: Recipe, phase: str) -> Recipe:
        precision = recipe.precision if "precision" in (self.changes or {}) else "auto"
        # The data say how they are divided.
        return replace(recipe.until(phase), seed=0, precision=precision, validation="default")

    def _has_data(self, known: Known, test: str) -> bool:
        own, data = known.recipe, known.content.data
        usual = self.recipe(own.name)
        seed = self.resplit_by(own, test)
        read = data.reading.options
        if usual is None or (seed is not None and (not read.get("resplit") or read.get("seed") != seed)):
            return False  # told without loading data
        key = (usual.validation, seed)
        if key not in self._fingerprints:
            self._fingerprints[key] = self.load(replace(usual, seed=own.seed), seed).fingerprint
        return data.fingerprint == self._fingerprints[key]
