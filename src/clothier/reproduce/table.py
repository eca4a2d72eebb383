"""The tutorials' tables, row by row: which runs fill them, which are still to be trained, and training those.

No seed is chosen: every finished run of a row's recipe counts, one for each seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from clothier import errors, recipes
from clothier.api import finish
from clothier.errors import ClothierError, unknown_name
from clothier.recipes import Recipe
from clothier.recipes.published import ARTICLE, PUBLISHED, R_TUTORIAL, Published
from clothier.runs import Description, Run
from clothier.system import hardware
from clothier.training import Watcher
from clothier.values import Dataset, PhaseScores

TABLES: dict[str, tuple[str, ...]] = {
    "article": (ARTICLE,),
    "r-tutorial": (R_TUTORIAL,),
    "all": (ARTICLE, R_TUTORIAL),
}


@dataclass(frozen=True)
class Row:
    """One row of a tutorial's table: the end of a phase of a recipe."""

    recipe: str
    phase: str
    published: Published

    @property
    def name(self) -> str:
        if self.phase == "plain":
            return f"{self.recipe}, {self.published.epochs} epochs"
        before = PUBLISHED[self.recipe, "plain"].epochs
        return f"{self.recipe}, +{self.published.epochs - before} {self.phase}"


@dataclass(frozen=True, eq=False)
class Request:
    """What is to be reproduced, on which data, and where its runs lie.

    `load` gives a recipe's data; `source` is that of data.load, for the commands shown.
    """

    rows: tuple[Row, ...]
    runs: Path
    load: Callable[[Recipe], Dataset]
    source: str
    seeds: int = 1
    changes: Mapping[str, Any] | None = None

    def recipe(self, name: str) -> Recipe | None:
        """The row's recipe with the changes asked for; None where this version has none of that name."""
        if name not in recipes.RECIPES:
            return None
        return recipes.change(recipes.get(name), dict(self.changes or {}))

    def recipes(self) -> list[Recipe]:
        """Those of the rows, each once, in their order."""
        names = dict.fromkeys(row.recipe for row in self.rows)
        return [recipe for name in names if (recipe := self.recipe(name))]


@dataclass(frozen=True, eq=False)
class Job:
    """A run still to be trained: a new one, or `run`, which stopped after some of its epochs."""

    recipe: Recipe
    run: Run | None = None
    epochs_done: int = 0


@dataclass(frozen=True, eq=False)
class Filled:
    """What one run says of a row."""

    run: Run
    seed: int
    phase: PhaseScores
    seconds: float
    content: Description


@dataclass(frozen=True, eq=False)
class RowResult:
    """A row, the runs that fill it in the order of their seeds, and why some are missing ("" where none is)."""

    row: Row
    filled: tuple[Filled, ...]
    note: str = ""


def rows(table: str, names: Sequence[str] | None = None) -> tuple[Row, ...]:
    """The rows of a tutorial's table, or those of the recipes named.

    Raises InputError for a table or a recipe that it does not have, naming the nearest.
    """
    if table not in TABLES:
        raise unknown_name("tutorial", table, TABLES)
    there = [
        Row(recipe, phase, published)
        for (recipe, phase), published in PUBLISHED.items()
        if published.tutorial in TABLES[table]
    ]
    known = {row.recipe for row in there}
    for name in names or ():
        if name not in known:
            raise unknown_name(f"row of {table}", name, known)
    return tuple(row for row in there if names is None or row.recipe in names)


def plan(request: Request, threads: int | None = None) -> list[Job]:
    """What is still to be trained for the first `seeds` seeds of each recipe, seed by seed.

    A finished run is reused; one that stopped is gone on with where it was trained in as many threads.
    """
    wanted = threads or hardware.num_cores()
    jobs = []
    for number in range(request.seeds):
        for usual in request.recipes():
            recipe = recipes.change(usual, {"seed": usual.seed + number})
            same = [run for run, own, _ in _alike(request, recipe) if own.seed == recipe.seed]
            if any(_is_finished(run, recipe) for run in same):
                continue
            stopped = [run for run in same if run.description().threads == wanted]
            best = max(stopped, key=lambda run: len(run.read_history()), default=None)
            jobs.append(Job(recipe, best, len(best.read_history()) if best else 0))
    return jobs


def carry_out(job: Job, request: Request, threads: int | None = None, watcher: Watcher | None = None) -> Run:
    """Train what the job asks for; its run, finished. Raises what finish.train and finish.resume raise."""
    dataset = request.load(job.recipe)
    if job.run is not None:
        finish.resume(job.run, dataset, threads=threads, watcher=watcher)
        return job.run
    run = Run.create(job.recipe.name, request.runs)
    command = _command(job.recipe, request)
    finish.train(job.recipe, dataset, run, command=command, threads=threads, watcher=watcher)
    return run


def outcomes(request: Request, notes: Mapping[str, str] | None = None) -> list[RowResult]:
    """Every row with the runs that fill it; `notes` says, by recipe, what went wrong."""
    results = []
    for row in request.rows:
        recipe = request.recipe(row.recipe)
        if recipe is None:
            results.append(RowResult(row, (), f"this version has no recipe {row.recipe}"))
            continue
        filled = _filled(request, recipe, row.phase)
        note = (notes or {}).get(row.recipe, "")
        if not filled and not note:
            trained = row.phase in dict(recipe.phases())
            note = "not run yet" if trained else f"the recipe, as changed, has no {row.phase} phase"
        results.append(RowResult(row, filled, note))
    return results


def _filled(request: Request, recipe: Recipe, phase: str) -> tuple[Filled, ...]:
    by_seed: dict[int, Filled] = {}
    for run, own, content in _alike(request, recipe, phase):
        for scores in run.read_scores():
            if (scores.name, scores.epochs) in recipes.ends(own) and scores.name == phase and scores.test:
                seconds = sum(row.seconds for row in run.read_history()[: scores.epochs])
                by_seed.setdefault(own.seed, Filled(run, own.seed, scores, seconds, content))
    return tuple(by_seed[seed] for seed in sorted(by_seed))


def _alike(
    request: Request, recipe: Recipe, phase: str | None = None
) -> list[tuple[Run, Recipe, Description]]:
    """Runs on the same data whose recipe is the same, the seed apart, until the end of that phase (default: the
    last), with their recipe and recipe.json. What clothier cannot read is none of them.

    Runs of any precision are alike, unless the changes asked for name one; the table of runs says which it was.
    """
    last = phase or recipe.phases()[-1][0]
    named = "precision" in (request.changes or {})

    def essence(one: Recipe) -> Recipe:
        precision = one.precision if named else "auto"
        return replace(
            one.until(last), seed=0, precision=precision, validation="default"
        )  # the data say their split

    found = []
    for run in Run.all_in(request.runs):
        try:
            content = run.description()
            own = content.recipe
            run.read_scores(), run.read_history()
        except ClothierError:
            continue
        same_data = content.data.fingerprint == request.load(recipe).fingerprint
        if same_data and essence(own) == essence(recipe):
            found.append((run, own, content))
    return found


def _is_finished(run: Run, recipe: Recipe) -> bool:
    judged = {(scores.name, scores.epochs) for scores in run.read_scores()}
    return judged.issuperset(recipes.ends(recipe))


def _command(recipe: Recipe, request: Request) -> str:
    """The command that trains the same run by itself."""
    words = ["train", recipe.name, "--seed", str(recipe.seed)]
    if request.source != "fashion-mnist":
        words += ["--data", request.source]
    changes = dict(request.changes or {})
    if "epochs" in changes:  # which alone would leave the augmented phase out
        changes.setdefault("augmented_epochs", recipe.augmented_epochs)
    for field, value in changes.items():
        words += ["--set", f"{field}={value}"]
    return errors.command(*words)
