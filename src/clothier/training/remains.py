"""What training leaves of a run, and whether it is there: a resume trains or judges again what is lost or damaged."""

from __future__ import annotations

import os

from clothier.errors import RunError
from clothier.runs import Run


def is_finished(run: Run) -> bool:
    """Whether every phase of its recipe is judged."""
    judged = {phase.name for phase in run.read_scores()}
    return judged >= {phase for phase, _ in run.recipe().phases()}


def is_judged(run: Run) -> bool:
    """Whether predictions.csv and reliability.json are there, and predictions are those that scores.json counts."""
    try:
        run.read_predictions()
        return run.read_reliability() is not None
    except RunError:
        return False


def has_checkpoint(run: Run) -> bool:
    return os.path.lexists(run.last_checkpoint)


def nothing_to_train(run: Run) -> bool:
    """Whether the run is finished, with all that training writes, or without the checkpoint to write it again from."""
    try:
        return is_finished(run) and (not has_checkpoint(run) or (bool(run.read_history()) and is_judged(run)))
    except RunError:
        return False
