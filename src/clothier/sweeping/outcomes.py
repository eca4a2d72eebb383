"""What became of each trial of a sweep, read from its study and its runs."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from clothier.errors import ClothierError
from clothier.runs import Run
from clothier.sweeping import space as spaces
from clothier.sweeping.chance import Judged
from clothier.sweeping.folder import SweepFolder
from clothier.sweeping.request import Request
from clothier.sweeping.space import Configuration
from clothier.sweeping.study import REASON, Study

FINISHED, STOPPED, FAILED, UNFINISHED = "finished", "stopped early", "failed", "unfinished"
_STATUS = {TrialState.COMPLETE: FINISHED, TrialState.PRUNED: STOPPED, TrialState.FAIL: FAILED}


@dataclass(frozen=True, eq=False)
class Outcome:
    """One configuration: `judged` and `loss` are on the validation images, None unless it is finished. `epochs` are
    those of its first run; `reason` says why it failed. `runs` has one run for each seed that was begun."""

    number: int
    configuration: Configuration
    status: str
    runs: tuple[Run, ...]
    judged: Judged | None = None
    loss: float | None = None
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def accuracy(self) -> float | None:
        """The mean validation accuracy over seeds."""
        return self.judged.mean if self.judged else None

    @property
    def name(self) -> str:
        return spaces.written(self.configuration)


def outcomes(request: Request, folder: SweepFolder, study: Study) -> tuple[Outcome, ...]:
    """The finished trials, the best first: by mean validation accuracy, then by validation loss; then the others in the
    order of their numbers. Of the scores, only those on validation images are looked at. Raises RunError for a run that
    is damaged."""
    found = [_outcome(request, folder, study, trial) for trial in study.trials]
    return tuple(sorted(found, key=_rank))


def _rank(outcome: Outcome) -> tuple[bool, float, float, int]:
    accuracy, loss = outcome.accuracy or 0.0, outcome.loss or 0.0
    return outcome.judged is None, -accuracy, loss, outcome.number


def _outcome(request: Request, folder: SweepFolder, study: Study, trial: FrozenTrial) -> Outcome:
    status = _STATUS.get(trial.state, UNFINISHED)
    runs = tuple(folder.run(trial.number, seed) for seed in request.seeds)
    there = tuple(run for run in runs if run.recipe_file.is_file())
    histories = []
    for run in there:
        try:
            histories.append(run.read_history())
        except ClothierError:
            histories.append([])
    outcome = Outcome(
        number=trial.number,
        configuration=study.configuration(trial),
        status=status,
        runs=there,
        epochs=len(histories[0]) if histories else 0,
        seconds=sum(row.seconds for history in histories for row in history),
        reason=str(trial.user_attrs.get(REASON, "")),
    )
    return _with_scores(outcome, folder, runs) if status == FINISHED else outcome


def _with_scores(outcome: Outcome, folder: SweepFolder, runs: tuple[Run, ...]) -> Outcome:
    """With what its runs' scores say of the validation images."""
    phases = [run.read_scores()[-1] for run in runs]
    scores = [phase.validation for phase in phases if phase.validation is not None]
    right = [folder.read_right(run) for run in runs]
    known = [each for each in right if each is not None]
    number = int(scores[0].confusion.sum())
    all_known = len(known) == len(runs) and all(len(each) == number for each in known)
    judged = Judged(tuple(each.accuracy for each in scores), number, np.stack(known) if all_known else None)
    return replace(outcome, judged=judged, loss=statistics.fmean(each.loss for each in scores))
