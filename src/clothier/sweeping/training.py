"""Training the trials of a sweep, one after another. What is finished is not trained again, what stopped goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clothier.api import finish
from clothier.errors import DivergedError, InputError, RunError, WriteError
from clothier.runs import Run
from clothier.sweeping import space as spaces
from clothier.sweeping import study as studies
from clothier.sweeping.budget import Budget
from clothier.sweeping.folder import SweepFolder
from clothier.sweeping.request import Request, with_precision
from clothier.sweeping.study import Study, Trial
from clothier.sweeping.watching import FellBehindError, Watching
from clothier.training import Watcher, settle_precision
from clothier.values import Dataset, EpochRow
from clothier.values.wording import counted

Say = Callable[[str], None]


@contextmanager
def opened(
    request: Request, dataset: Dataset, root: Path, threads: int | None = None, watcher: Watcher | None = None
) -> Iterator[tuple[SweepFolder, Study]]:
    """The sweep in `root` that was asked for the same, or a new one. No other process works on it meanwhile.

    Raises InputError for data without validation images, RunError where another process works on it or its file is
    damaged, WriteError where it cannot be written.
    """
    if dataset.validation is None:
        raise InputError(
            f"{dataset.name} has no validation images; wanted some, which alone choose; hold some out with "
            "--validation stratified"
        )
    wanted = request.as_json(dataset)
    folder = SweepFolder.same(request.start.name, root, wanted)
    is_new = folder is None
    if folder is None:
        folder = SweepFolder.create(request.start.name, root)
    with folder.alone(), studies.opened(folder.database, request, new=is_new) as study:
        if is_new:
            # Each run would otherwise probe the machine for itself, and a busy machine answers differently.
            precision = settle_precision(request.usual, threads, watcher).precision
            folder.write_description({**wanted, "precision": precision})
        yield folder, study


def carry_out(
    request: Request,
    dataset: Dataset,
    folder: SweepFolder,
    study: Study,
    *,
    minutes: float | None = None,
    threads: int | None = None,
    watcher: Watcher | None = None,
    say: Say = lambda sentence: None,
) -> str:
    """Train what is still to be trained; "" or, if time does not suffice for all of it, a sentence that says so.

    `minutes` are counted from here. Raises InterruptedRunError on Ctrl-C, WriteError where a file cannot be written,
    InputError where `minutes` do not suffice for a single trial and none is finished, and RunError for a damaged run.
    """
    work = _Work(request, dataset, folder, study, Budget(minutes), threads, watcher or Watcher(), say)
    while (trial := study.next()) is not None:
        if shortage := work.train(trial):
            return shortage
    return ""


class _Work:
    def __init__(
        self,
        request: Request,
        dataset: Dataset,
        folder: SweepFolder,
        study: Study,
        budget: Budget,
        threads: int | None,
        watcher: Watcher,
        say: Say,
    ) -> None:
        self.request, self.dataset, self.folder, self.study = request, dataset, folder, study
        self.budget, self.threads, self.watcher, self.say = budget, threads, watcher, say
        self.precision = str(folder.read_description().get("precision", ""))
        for trial in study.trials:
            for seed in request.seeds:
                self._learn(folder.run(trial.number, seed))

    def train(self, trial: Trial) -> str:
        """Train every seed of a trial; a sentence if time does not suffice."""
        done = []
        for place, seed in enumerate(self.request.seeds):
            run = self.folder.run(trial.number, seed)
            if not _is_complete(run):
                left = len(self.request.seeds) - place
                if shortage := self._shortage(trial, seed, left):
                    return shortage
                what = f"trial {trial.number}: {spaces.written(trial.configuration)}, seed {seed}"
                self.say(f"{what} ({self.study.num_ended} of {counted(self.study.num_wanted, 'trial')} done)")
                try:
                    self._run(trial, seed, run)
                except FellBehindError:
                    trial.stop()
                    self.say(f"trial {trial.number} is stopped: it fell behind")
                    return ""
                except (DivergedError, _CannotBeginError) as error:
                    trial.fail(str(error))
                    self.say(f"trial {trial.number} failed: {error}")
                    return ""
            phase = run.read_scores()[-1]
            assert phase.validation is not None
            done.append(phase.validation.accuracy)
        trial.finish(sum(done) / len(done))
        return ""

    def _run(self, trial: Trial, seed: int, run: Run) -> None:
        """Begin the run, or go on with it. Trials are stopped by their first seed alone, so that all are compared by
        the same seed."""

        def judge(row: EpochRow, total: int) -> bool:
            if seed != self.request.seeds[0] or row.val_accuracy is None:
                return False
            return trial.falls_behind(row.epoch, row.val_accuracy) and row.epoch < total

        watching = Watching(self.watcher, judge, lambda right: self.folder.write_right(run, right))
        began = time.monotonic()
        if run.recipe_file.is_file():
            total = sum(epochs for _, epochs in run.recipe().phases())
            # Killed between a checkpoint and its judgement.
            if any(judge(row, total) for row in run.read_history() if not trial.knows(row.epoch)):
                raise FellBehindError
            finish.resume(run, self.dataset, threads=run.description().threads, watcher=watching)
            self._learn(run)
            return
        recipe = with_precision(self.request.recipe(trial.configuration, seed), self.precision)
        command = self.request.command(trial.configuration, seed)
        try:
            run.path.mkdir(exist_ok=True)
        except OSError as error:
            raise WriteError(run.path, error) from error
        try:
            finish.train(recipe, self.dataset, run, command=command, threads=self.threads, watcher=watching)
        except RunError:
            raise
        except InputError as error:  # such as a batch that does not fit into memory
            raise _CannotBeginError(str(error)) from error
        self._learn(run, time.monotonic() - began)

    def _learn(self, run: Run, seconds: float | None = None) -> None:
        if _is_complete(run):
            history = run.read_history()
            self.budget.learn(len(history), sum(row.seconds for row in history), seconds)

    def _shortage(self, trial: Trial, seed: int, num_runs: int) -> str:
        """A sentence if the runs of that number cannot be finished in time."""
        if self.budget.minutes is None:
            return ""
        recipe = with_precision(self.request.recipe(trial.configuration, seed), self.precision)
        seconds = self.budget.of_run(recipe, self.dataset, self.threads) * num_runs
        if seconds <= self.budget.left:
            return ""
        what = self.budget.shortage(seconds, num_runs)
        if not self.study.num_ended:
            raise InputError(
                f"{what}, and no trial is finished; wanted more minutes; give more, or take fewer epochs or seeds"
            )
        return f"{what}, so no further trial was begun; the same command goes on"


class _CannotBeginError(Exception):
    """A configuration that training refuses."""


def _is_complete(run: Run) -> bool:
    """Whether nothing of the run is left to do, its page and its model file included."""
    return run.recipe_file.is_file() and bool(finish.why_left(run))
