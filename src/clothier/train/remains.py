"""What a finished run should hold, and whether it does: a resume makes again what is lost or damaged."""

from __future__ import annotations

import os

from clothier.errors import BundleError, RunError
from clothier.predict import opening
from clothier.reports import grids, report
from clothier.runs import Run


def is_finished(run: Run) -> bool:
    """Whether every phase of its recipe is judged."""
    judged = {phase.name for phase in run.read_scores()}
    return judged >= {phase for phase, _ in run.recipe().phases()}


def why_left(run: Run) -> str:
    """Why a resume leaves the run as it is, as a sentence; "" where it has something to do."""
    try:
        if not is_finished(run):
            return ""
        if not os.path.lexists(run.last_checkpoint):
            return f"{run.path} is finished, and its checkpoint is gone: it is left as it is"
        whole = run.read_history() and is_judged(run) and has_pages(run) and has_model(run)
        return f"{run.path} is finished, and nothing of it is lost" if whole else ""
    except RunError:
        return ""


def is_judged(run: Run) -> bool:
    """Whether predictions.csv and reliability.json are there, and predictions are those that scores.json counts."""
    try:
        run.read_predictions()
        return run.read_reliability() is not None
    except RunError:
        return False


def has_pages(run: Run) -> bool:
    """Whether the report, the kept images and every figure are there."""
    figures = [run.figure_file(name) for name in report.figure_names(run)]
    return grids.are_kept(run) and all(path.is_file() for path in [run.report_file, *figures])


def has_model(run: Run) -> bool:
    """Whether the model file is there, can be read, and is of this run."""
    try:
        opening.read(run.path)
    except (RunError, BundleError):
        return False
    return True
