"""Runs and baselines as comparisons see them: scores, and which images were right; groups of seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from clothier.recipes import Recipe
from clothier.runs import DataDescription, Run
from clothier.runs.baseline import Baseline
from clothier.values import EpochRow, PhaseScores, Scores
from clothier.values.arrays import Labels
from clothier.values.wording import counted


@dataclass(frozen=True, eq=False)
class Trained:
    """What a run has and a baseline has not. `phase` is the last that was judged."""

    run: Run
    recipe: Recipe
    phase: PhaseScores
    history: list[EpochRow]
    parameters: int


@dataclass(frozen=True, eq=False)
class Judged:
    """A run as its last judged phase left it, or a baseline (`trained` is None), under a name that tells it from the
    others. `what` is the name of its recipe, or says what the baseline is. `right` is bool (n,): which images of the
    judged split it names correctly; `seconds` are those of a run's epochs up to there."""

    name: str
    path: Path
    what: str
    split: str
    scores: Scores
    labels: Labels
    right: np.ndarray[tuple[int], np.dtype[np.bool_]]
    data: DataDescription
    seconds: float
    predicted: Labels
    trained: Trained | None = None
    of_rows: Labels | None = (
        None  # the rows of the images, where they are a part of those that the run was judged on
    )

    @property
    def rows(self) -> Labels:
        """The row of each image as the split counts them where no decision left any out, int64 (n,)."""
        if self.of_rows is not None:
            return self.of_rows
        repair = self.data.repairs.get("train" if self.split == "training" else self.split)
        out = repair.left_out if repair else ()
        return np.delete(np.arange(len(self.labels) + len(out)), out)


@dataclass(frozen=True, eq=False)
class Group:
    """Runs of one recipe, alike in all but the seed: often a single one, or a baseline."""

    name: str
    runs: tuple[Judged, ...]

    def mean(self, field: str) -> float:
        """The mean over the runs of `loss` or `accuracy` on the judged split."""
        return float(np.mean([getattr(run.scores, field) for run in self.runs]))

    def range(self, field: str) -> tuple[float, float]:
        values = [getattr(run.scores, field) for run in self.runs]
        return min(values), max(values)

    def f1(self, label: int) -> float | None:
        """The mean F1 of a class; None where there are no images of it."""
        values = [run.scores.per_class[label].f1 for run in self.runs]
        return None if None in values else float(np.mean(np.array(values, np.float64)))


def read(run: Run | Baseline) -> Judged:
    """What its files say of a run's last judged phase, or of a baseline; RunError where there is nothing or they do not
    agree."""
    if isinstance(run, Baseline):
        labels, predicted = run.read_predictions()
        return Judged(
            name=run.name,
            path=run.path,
            what=run.what,
            split=run.split,
            scores=run.scores,
            labels=labels,
            right=labels == predicted,
            data=run.data,
            seconds=run.seconds,
            predicted=predicted,
        )
    description, (labels, predicted, _) = run.description(), run.read_predictions()
    phase, history = run.read_scores()[-1], run.read_history()
    split, scores = phase.judged
    return Judged(
        name=run.name,
        path=run.path,
        what=description.recipe.name,
        split=split,
        scores=scores,
        labels=labels,
        right=labels == predicted,
        data=description.data,
        seconds=sum(row.seconds for row in history[: phase.epochs]),
        predicted=predicted,
        trained=Trained(run, description.recipe, phase, history, description.model.parameters),
    )


def group(runs: Sequence[Judged]) -> tuple[Group, ...]:
    """Runs that differ only in their seed together, in the order in which the first of each came."""
    together: dict[object, list[Judged]] = {}
    for run in runs:
        key: object = run.path
        if run.trained:
            recipe, phase = run.trained.recipe, run.trained.phase
            key = (replace(recipe.until(phase.name), seed=0), phase.epochs, run.data.fingerprint)
        together.setdefault(key, []).append(run)
    names = [_name(members) for members in together.values()]
    return tuple(
        Group(name if names.count(name) == 1 else f"{name}: {members[0].name} and on", tuple(members))
        for name, members in zip(names, together.values(), strict=True)
    )


def _name(runs: Sequence[Judged]) -> str:
    first = runs[0]
    if len(runs) == 1 or first.trained is None:
        return first.name
    epochs = counted(first.trained.phase.epochs, "epoch")
    return f"{first.what}, {epochs} ({counted(len(runs), 'seed')})"
