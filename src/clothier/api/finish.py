"""A run, from its first epoch to its figures, page and model file; a resume makes whatever of these is missing."""

from __future__ import annotations

from typing import Any

from clothier import export, training
from clothier.errors import BundleError, InputError, RunError
from clothier.export import extractor
from clothier.models.plan import Plan
from clothier.predict import opening
from clothier.recipes import Recipe
from clothier.recipes.lengths import FIELDS
from clothier.reports import grids, report
from clothier.runs import Run
from clothier.system.files import write_atomic
from clothier.training import Session, Watcher, remains
from clothier.values import Dataset, PhaseScores


def train(
    recipe: Recipe, dataset: Dataset, run: Run, *, needs_model_file: bool = False, **options: Any
) -> list[PhaseScores]:
    """Train in an empty run folder, and write its figures, page and model file; returns the scores of each phase. With
    `needs_model_file`, InputError before training for a network of which none can be written. Options and errors as of
    `training.started`."""
    check = _check_exportable if needs_model_file else _warn_of_export
    with training.started(
        recipe, dataset, run, check_plan=check, make_extractor=extractor.fastest, **options
    ) as session:
        return _finish(session)


def resume(run: Run, dataset: Dataset, **options: Any) -> list[PhaseScores]:
    """Go on with a stopped run. Of a finished one, only the files that it lost are made again, unless it is to train
    longer: `longer` is then what `recipes.lengthen` gives. Options and errors as of `training.resumed`."""
    with training.resumed(
        run, dataset, check_plan=_warn_of_export, make_extractor=extractor.fastest, **options
    ) as session:
        if session.training is None and (reason := why_left(run)):
            session.watcher.note(reason)
            return session.scores
        return _finish(session)


def _check_exportable(plan: Plan, watcher: Watcher) -> None:
    watcher.doing("checking that the network can be exported")
    export.check_exportable(plan)


def _warn_of_export(plan: Plan, watcher: Watcher) -> None:
    try:
        _check_exportable(plan, watcher)
    except InputError as error:
        watcher.note(f"this run will get no model file, and training goes on: {error}")


def why_left(run: Run) -> str:
    """Why a resume leaves the run as it is, as a sentence; "" where it has something to do."""
    if not remains.nothing_to_train(run):
        return ""
    if not remains.has_checkpoint(run):
        return f"{run.path} is finished, and its checkpoint is gone, so nothing was changed"
    whole = has_pages(run) and has_model(run)
    return f"{run.path} is finished and complete" if whole else ""


def has_pages(run: Run) -> bool:
    """Whether the report, the kept images and every figure are there."""
    try:
        figures = [run.figure_file(name) for name in report.figure_names(run)]
        return grids.are_kept(run) and all(path.is_file() for path in [run.report_file, *figures])
    except RunError:
        return False


def has_model(run: Run) -> bool:
    """Whether the model file is there, can be read, and is of this run and of all its epochs."""
    try:
        written, own = opening.read(run.path).manifest.recipe, run.recipe().as_json()
    except (RunError, BundleError):
        return False
    return all(written.get(field) == own[field] for field in FIELDS)


def _finish(session: Session) -> list[PhaseScores]:
    """Do everything that is left to do. A page is written after each phase, while the next one trains."""
    _add_pages(session)  # where it was killed between scores and page
    for _ in session.phases():
        _add_pages(session)
    _add_pages(session)
    if not has_model(session.run):
        _write_model(session)
    return session.scores


def _add_pages(session: Session) -> None:
    """Draw the figures and the page of the last evaluated phase if they are missing."""
    run, dataset = session.run, session.dataset
    if not remains.is_judged(run) or has_pages(run):
        return
    session.watcher.doing("drawing figures")
    grids.keep(run, dataset.split(dataset.judged))
    drawings = report.draw(run)
    report.write_figures(run, drawings)
    write_atomic(run.report_file, report.render(run, drawings))
    session.check()


def _write_model(session: Session) -> None:
    """Write the model file from what is on the disk. A run is complete without one, so the watcher is only told why a
    network gets none."""
    session.watcher.doing("writing the model file")
    try:
        export.write_model_file(session.run, session.dataset, session.check)
    except InputError as error:
        session.watcher.note(f"this run gets no model file: {error}")
