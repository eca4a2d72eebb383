"""Recipe + Dataset -> a finished run: the epochs, their checkpoints, and the judging at the end of each phase."""

from __future__ import annotations

import os
from dataclasses import replace

from clothier import augment, backend, models
from clothier.errors import RunError
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.runs import Run, checkpoint, events
from clothier.train import remains, room
from clothier.train.description import describe
from clothier.train.loop import Training
from clothier.train.precision import settle_precision
from clothier.train.watcher import Watcher
from clothier.transfer import pretrained
from clothier.transfer.pretrained import Base
from clothier.values import Dataset, PhaseScores


def check_names(recipe: Recipe) -> None:
    """InputError for a model, a policy or a backend that there is not; for before anything is read or written."""
    backend.name()
    augment.get(recipe.augment)
    if recipe.model not in models.MODELS:
        raise models.unknown(recipe.model)


def train(
    recipe: Recipe,
    dataset: Dataset,
    run: Run,
    *,
    command: str = "",
    threads: int | None = None,
    watcher: Watcher | None = None,
    base: Base | None = None,
) -> list[PhaseScores]:
    """Train in an empty run folder; returns the scores of each phase, which scores.json holds too. `command`
    is the one that began it, which recipe.json keeps; `base` is what pretrained.fetch gave for the recipe, where that
    was done before.

    Raises InputError as `check_names` and `room.check`, InterruptedRunError on Ctrl-C, WriteError where a file cannot
    be written (both name the command that goes on), RunError where the loss stops being a number.
    """
    check_names(recipe)
    recipe = recipe.as_read(dataset)
    if recipe.base and base is None:
        base = pretrained.fetch(recipe, threads)
    watcher = watcher or Watcher()
    with run.alone():
        with run.begun():
            trunk = base.trunk if base else None
            plan = Plan.of(recipe, dataset.image_shape, dataset.num_classes, trunk)
            room.check(recipe, plan, len(dataset.train))
            training = Training(
                settle_precision(recipe, threads, watcher), dataset, run, threads, watcher, base
            )
            if base is not None:  # before recipe.json: a folder with a recipe is a run, and has all it needs
                checkpoint.save_weights(run.base_file, base.weights)
            run.write_description(describe(training, command))
        events.rewrite(run.events_folder, [])
        return training.finish()


def resume(
    run: Run, dataset: Dataset, *, threads: int | None = None, watcher: Watcher | None = None
) -> list[PhaseScores]:
    """Go on with a stopped run; it ends with the weights, bit for bit, of one that never stopped (on the same
    machine, versions and threads). Of a finished run, only the files that it lost are made again.

    Raises RunError where the data, the recipe or the backend are not those of the run or another process trains it,
    and as `train`.
    """
    description = run.description()
    recipe = description.recipe
    run.check_data(dataset.fingerprint)
    there, here = description.backend, backend.name()
    if there != here:
        raise RunError(
            f"{run.path} was begun on {there}, this is {here}, which gives other bits; wanted the same; "
            f"go on with {backend.VARIABLE}={there}"
        )
    watcher = watcher or Watcher()
    with run.alone():
        run.remove_leftovers()
        own, reading = description.data, dataset.reading
        if reading.source and reading.absolute != own.reading.absolute:  # the data have moved
            run.write_description(replace(description, data=replace(own, reading=reading)))
        if reason := remains.why_left(run):
            watcher.note(reason)
            return run.read_scores()
        has_checkpoint = os.path.lexists(run.last_checkpoint)
        _check_beginning(run, has_checkpoint, watcher)
        training = Training(recipe, dataset, run, threads, watcher, pretrained.restore(run))
        if has_checkpoint:
            training.restore(checkpoint.load(run.last_checkpoint))
        run.write_history(training.history)
        events.rewrite(run.events_folder, training.history)
        return training.finish()


def _check_beginning(run: Run, has_checkpoint: bool, watcher: Watcher) -> None:
    """RunError for a run that was judged and has nothing to go on from; a run that only lost epochs begins again,
    which is told."""
    if has_checkpoint:
        return
    if phases := run.read_scores():
        raise RunError(
            f"{run.last_checkpoint} is missing, and the phase {phases[-1].name} was judged already; wanted the "
            "checkpoint to go on from; put it back, or train anew"
        )
    if os.path.lexists(run.history_file):
        watcher.note(f"{run.last_checkpoint} is missing: training begins again with the first epoch")


__all__ = ["Watcher", "check_names", "remains", "resume", "settle_precision", "train"]
