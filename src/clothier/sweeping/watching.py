"""What a sweep does while a run of it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from clothier import backend
from clothier.training import Watcher
from clothier.values import EpochRow


class FellBehindError(Exception):
    """Ends the training of a run after an epoch, whose checkpoint is on disk."""


class Watching(Watcher):
    """Tells another watcher what it hears, but for the outlook of each run, which would take seconds.

    `judge(row, total)` is asked after each of `total` epochs whether the run falls behind; it is then ended by
    FellBehindError. `keep` gets which validation images were correct.
    """

    def __init__(
        self,
        inner: Watcher,
        judge: Callable[[EpochRow, int], bool],
        keep: Callable[[npt.NDArray[np.bool_]], None],
    ) -> None:
        self.inner, self.judge, self.keep = inner, judge, keep
        self.total = 0

    def note(self, sentence: str) -> None:
        self.inner.note(sentence)

    def doing(self, what: str) -> None:
        self.inner.doing(what)

    def end(self) -> None:
        self.inner.end()

    def progress(self, what: str, done: int, total: int) -> None:
        self.inner.progress(what, done, total)

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        self.total = total
        self.inner.begin_epoch(epoch, total, phase, num_images)

    def batch(self, num_images: int, trainer: backend.Trainer) -> None:
        self.inner.batch(num_images, trainer)

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        self.inner.end_epoch(row, num_images, training_seconds)
        if self.judge(row, self.total):
            raise FellBehindError

    def judging(self, phase: str, num_images: int) -> None:
        self.inner.judging(phase, num_images)

    def judged_validation(self, phase: str, right: npt.NDArray[np.bool_]) -> None:
        self.keep(right)
