"""Recipe + Dataset -> a run with scores: the epochs, their checkpoints, and the judging at the end of each phase."""

from __future__ import annotations

from typing import Any

from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.training import remains
from clothier.training.given import Build, Parts
from clothier.training.precision import settle_precision
from clothier.training.session import Session, check_names, resumed, started
from clothier.training.watcher import Watcher
from clothier.values import Dataset, PhaseScores


def train(recipe: Recipe, dataset: Dataset, run: Run, **options: Any) -> list[PhaseScores]:
    """Train in an empty run folder; returns the scores of each phase, which scores.json holds too. Options and errors
    as of `started`."""
    with started(recipe, dataset, run, **options) as session:
        return _to_scores(session)


def resume(run: Run, dataset: Dataset, **options: Any) -> list[PhaseScores]:
    """Go on with a stopped run; it ends with the weights, bit for bit, of one that never stopped (on the same
    machine, with the same versions and threads). Options and errors as of `resumed`."""
    with resumed(run, dataset, **options) as session:
        return _to_scores(session)


def _to_scores(session: Session) -> list[PhaseScores]:
    for _ in session.phases():
        pass
    return session.scores


__all__ = [
    "Build",
    "Parts",
    "Session",
    "Watcher",
    "check_names",
    "remains",
    "resume",
    "resumed",
    "settle_precision",
    "started",
    "train",
]
