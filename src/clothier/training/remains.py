"""What training leaves of a run, and whether it is there: a resume trains or judges again what is lost or damaged."""

from __future__ import annotations

import os

from clothier import recipes
from clothier.errors import DamagedCheckpointError, RunError, WriteError
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


def put_aside_damaged(run: Run) -> str:
    """Move a damaged checkpoint out of the way of a run that has nothing judged yet, so that a resume trains it again;
    what was done, as a sentence, or "". Raises WriteError where it cannot be moved.

    With judged phases the damage stays an error, because what was judged cannot be told from what is trained anew.
    """
    if not has_checkpoint(run) or run.is_training:
        return ""
    path = run.last_checkpoint
    try:
        checkpoint.check(path)
    except DamagedCheckpointError as error:
        if run.read_scores():
            return ""
        aside = path.with_name(f"{path.name}.damaged")
        try:
            path.replace(aside)
        except OSError as fault:
            raise WriteError(aside, fault) from fault
        return f"{path} is damaged ({error.reason}), so it is kept as {aside.name} and training begins again"
    return ""


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
