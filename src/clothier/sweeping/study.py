"""Which configuration is tried next, and what is known of those tried: Optuna's study in an SQLite file."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from clothier.errors import RunError
from clothier.sweeping import space as spaces
from clothier.sweeping.request import Request
from clothier.sweeping.space import Choices, Configuration, Dimension, Range

_NAME = "sweep"
_WAIT = 60  # seconds for another process, such as a dashboard, that reads the file
_REPEATS = 100  # configurations in a row that were tried already, after which no new one is looked for
# Of successive halving: a trial goes on past each of these epochs (the first, then twice as many each time) where it is
# in the better half of those that got there. The first few trials all go on, or the second would be stopped for being a
# little worse than the first.
_EARLIEST, _SHARE, FACTOR = 2, 8, 2
UNSTOPPED = 4
REASON, SAME_AS = "reason", "same_as"  # attributes of a trial


class Trial:
    """One configuration that is being trained."""

    def __init__(self, study: optuna.Study, trial: optuna.Trial, configuration: Configuration) -> None:
        self._study, self._trial = study, trial
        self.number, self.configuration = trial.number, configuration

    def falls_behind(self, epoch: int, accuracy: float) -> bool:
        """Note the validation accuracy after an epoch: whether it is so low that the trial should stop."""
        if self.knows(epoch):
            return False
        self._trial.report(accuracy, epoch)
        behind = self._trial.should_prune()
        return behind and len(_tried(self._study)) >= UNSTOPPED

    def knows(self, epoch: int) -> bool:
        """Whether the accuracy after that epoch was noted."""
        return epoch in self._study.get_trials(deepcopy=False)[self.number].intermediate_values

    def finish(self, accuracy: float) -> None:
        self._study.tell(self.number, accuracy)

    def stop(self) -> None:
        """It fell behind."""
        self._study.tell(self.number, state=TrialState.PRUNED)

    def fail(self, reason: str) -> None:
        """It cannot be trained, and is not tried again."""
        self._trial.set_user_attr(REASON, reason)
        self._study.tell(self.number, state=TrialState.FAIL)


class Study:
    """The trials of a sweep in the order in which they were begun."""

    def __init__(self, study: optuna.Study, request: Request) -> None:
        self._study, self._request = study, request

    @property
    def trials(self) -> list[FrozenTrial]:
        """Those that were begun, without repeats of others."""
        known = self._study.get_trials(deepcopy=False)
        return [trial for trial in known if trial.params and SAME_AS not in trial.user_attrs]

    @property
    def num_ended(self) -> int:
        return len(_tried(self._study))

    @property
    def num_wanted(self) -> int:
        """Trials in all."""
        most = int(min(spaces.size(self._request.space), 10**9))
        return min(self._request.trials or most, most)

    def configuration(self, trial: FrozenTrial) -> Configuration:
        return _rounded(self._request, trial.params)

    def next(self) -> Trial | None:
        """The trial that was stopped in its middle, or else a new one; None where there are enough."""
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        if running:
            # Killed between the first and the last value that was drawn, the others are drawn now.
            trial = optuna.Trial(self._study, running[0]._trial_id)
            return self._made(trial)
        for _ in range(_REPEATS):
            if self.num_ended >= self.num_wanted:
                return None
            waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
            if self._request.method == "grid" and not waiting:
                return None
            # What is drawn is a function of seed and number: a sweep that was killed goes on as one that was not, and a
            # generator that began anew would repeat itself.
            self._study.sampler = _sampler(self._request, len(self._study.get_trials(deepcopy=False)))
            made = self._made(self._study.ask())
            twin = self._twin(made)
            if twin is None:
                return made
            self._repeat(made, twin)
        return None

    def _made(self, trial: optuna.Trial) -> Trial:
        for name, dimension in self._request.space.items():
            _draw(trial, name, dimension)
        return Trial(self._study, trial, _rounded(self._request, trial.params))

    def _twin(self, made: Trial) -> FrozenTrial | None:
        """An earlier trial of the same configuration."""
        same = (one for one in self.trials if one.number != made.number)
        return next((one for one in same if self.configuration(one) == made.configuration), None)

    def _repeat(self, made: Trial, twin: FrozenTrial) -> None:
        """A configuration is trained once: the sampler gets the same answer again."""
        made._trial.set_user_attr(SAME_AS, twin.number)
        if twin.state == TrialState.COMPLETE:
            made.finish(float(twin.value or 0.0))
        else:
            for step, value in twin.intermediate_values.items():
                made._trial.report(value, step)
            self._study.tell(made.number, state=twin.state)


@contextmanager
def opened(path: Path, request: Request, *, new: bool = False) -> Iterator[Study]:
    """The study in that file, which is made if it is `new`. Raises RunError for a file that is none."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with stored(path, new=new) as storage:
        if new:
            study = optuna.create_study(storage=storage, study_name=_NAME, direction="maximize")
            for configuration in _first(request):
                study.enqueue_trial(configuration)
        else:
            study = optuna.load_study(storage=storage, study_name=_NAME)
        study.pruner = _pruner(request)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield Study(study, request)


@contextmanager
def stored(path: Path, *, new: bool) -> Iterator[optuna.storages.BaseStorage]:
    """What keeps the study, in an SQLite file. RunError for a file that cannot be used."""
    storage = None
    try:
        if not new and not path.is_file():
            raise RunError(f"{path} is missing; wanted the trials of the sweep; put it back, or sweep again")
        waiting = {"connect_args": {"timeout": _WAIT}}
        storage = optuna.storages.RDBStorage(f"sqlite:///{path}", engine_kwargs=waiting)
        yield storage
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError, KeyError) as error:
        raise RunError(
            f"{path} cannot be used ({str(error).splitlines()[0]}); wanted the trials of the sweep; put it back, or "
            "sweep again"
        ) from error
    finally:
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()


def _first(request: Request) -> Sequence[Configuration]:
    """What is tried first: all of a grid, or else the recipe as it is."""
    if request.method == "grid":
        return list(spaces.extremes(request.space))
    return [] if request.own is None else [request.own]


def _draw(trial: optuna.Trial, name: str, dimension: Dimension) -> None:
    """Let the sampler choose the value, unless it was chosen before."""
    if isinstance(dimension, Choices):
        trial.suggest_categorical(name, dimension.values)
    elif isinstance(dimension.low, int) and isinstance(dimension.high, int):
        trial.suggest_int(name, dimension.low, dimension.high, log=dimension.log)
    else:
        trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)


def _sampler(request: Request, number: int) -> optuna.samplers.BaseSampler:
    seed = request.seeds[0] + number
    return (
        optuna.samplers.TPESampler(seed=seed)
        if request.method == "tpe"
        else optuna.samplers.RandomSampler(seed=seed)
    )


def _pruner(request: Request) -> optuna.pruners.BasePruner:
    if not request.prune:
        return optuna.pruners.NopPruner()
    epochs = sum(epochs for _, epochs in request.usual.phases())
    return optuna.pruners.SuccessiveHalvingPruner(
        min_resource=max(_EARLIEST, epochs // _SHARE), reduction_factor=FACTOR
    )


def _rounded(request: Request, params: dict[str, object]) -> Configuration:
    configuration: Configuration = {}
    for name, dimension in request.space.items():
        value = params[name]
        assert isinstance(value, int | float | str)
        configuration[name] = dimension.rounded(value) if isinstance(dimension, Range) else value
    return configuration


def _tried(study: optuna.Study) -> list[FrozenTrial]:
    ended = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
    return [
        trial for trial in study.get_trials(deepcopy=False, states=ended) if SAME_AS not in trial.user_attrs
    ]
