"""How much time a sweep has, and how long a run will take."""

from __future__ import annotations

import time

from clothier.recipes import Recipe
from clothier.training import pace
from clothier.values import Dataset
from clothier.values.wording import counted, duration

_PAGES = 15.0  # seconds of a run after its epochs, where none was seen yet
_CAREFUL = 1.2  # a run may take longer than the last one


class Budget:
    """Minutes from now on, None for no limit; what runs took so far."""

    def __init__(self, minutes: float | None) -> None:
        self.minutes = minutes
        self._began = time.monotonic()
        self._epoch = 0.0  # seconds of an epoch of the slowest run
        self._pages = 0.0  # seconds beside the epochs

    @property
    def left(self) -> float:
        """Seconds."""
        return float("inf") if self.minutes is None else self.minutes * 60 - (time.monotonic() - self._began)

    def learn(self, epochs: int, seconds: float, whole: float | None) -> None:
        """A run took so many seconds for its epochs and, if known, so many as a whole."""
        if epochs:
            self._epoch = max(self._epoch, seconds / epochs)
        if whole is not None:
            self._pages = max(self._pages, whole - seconds)

    def of_run(self, recipe: Recipe, dataset: Dataset, threads: int | None) -> float:
        """Seconds of a run of that recipe, from the slowest so far or, for the first, from a few batches. A run on a
        frozen base, whose features are computed once, cannot be foretold and counts as no time before one is done."""
        epochs = sum(epochs for _, epochs in recipe.phases())
        if self._epoch:
            seconds = epochs * self._epoch
        elif recipe.base:
            return 0.0
        else:
            seconds = pace.measure(recipe, dataset, threads).remaining(recipe)
        return _CAREFUL * (seconds + (self._pages or _PAGES))

    def shortage(self, seconds: float, num_runs: int) -> str:
        """That a number of runs, which take so long, cannot be finished."""
        what = "a run takes" if num_runs == 1 else f"{counted(num_runs, 'run')} take"
        left = duration(max(0.0, self.left))
        return f"of {self.minutes:g} minutes {left} is left, and {what} about {duration(seconds)}"
