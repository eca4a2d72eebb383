"""What training leaves of a run, and whether it is there: a resume trains or judges again what is lost or damaged."""

from __future__ import annotations

import os

from clothier import recipes
from clothier.errors import RunError
from clothier.runs import Run, checkpoint


def is_finished(run: Run) -> bool:
    """Whether every phase of its recipe is judged at its end."""
    judged = {(phase.name, phase.epochs) for phase in run.read_scores()}
    recipe = run.recipe()
    return judged.issuperset(recipes.ends(recipe, run.read_history() if recipe.early_stop else ()))


def is_judged(run: Run) -> bool:
    """Whether predictions.csv and reliability.json are there, and predictions are those that scores.json counts."""
    try:
        run.read_predictions()
        return run.read_reliability() is not None
    except RunError:
        return False


def has_checkpoint(run: Run) -> bool:
    return os.path.lexists(run.last_checkpoint)


def epochs_done(run: Run) -> int:
    """How many epochs its checkpoint has behind it, 0 without any. Raises RunError for a damaged one, and for a run
    that was judged and has none."""
    if has_checkpoint(run):
        return len(checkpoint.read_progress(run.last_checkpoint)[0])
    if phases := run.read_scores():
        raise RunError(
            f"{run.last_checkpoint} is missing, and the phase {phases[-1].name} was judged already; wanted the "
            "checkpoint to go on from; put it back, or train again"
        )
    return 0


def nothing_to_train(run: Run) -> bool:
    """Whether the run is finished, with all that training writes, or without the checkpoint to write it again from."""
    try:
        return is_finished(run) and (not has_checkpoint(run) or (bool(run.read_history()) and is_judged(run)))
    except RunError:
        return False
