"""One clock for both sides: whole epochs, and steps in stride, of clothier's training and of Keras's `fit`."""

from __future__ import annotations

import time
from typing import Any

from clothier import backend, training
from clothier.values import EpochRow


class Stopwatch:
    """The clock of one training; it runs from when it is made. Epochs count from 1, each over `num_images`."""

    def __init__(self, num_images: int, batch_size: int) -> None:
        self._num_images, self._batch_size = num_images, batch_size
        self._began = time.perf_counter()
        self._first = 0.0  # when the first batch of this epoch ended
        self._waiting = True
        self._steady: list[tuple[int, float]] = []  # (images, seconds) of each epoch after the first
        self.to_first_batch = 0.0

    def epoch_begins(self) -> None:
        self._waiting = True

    def batch_ends(self) -> None:
        if self._waiting:
            self._first, self._waiting = time.perf_counter(), False
            self.to_first_batch = self.to_first_batch or self.seconds()

    def steps_end(self, epoch: int, when: float) -> None:
        if epoch > 1:
            self._steady.append((self._num_images - self._batch_size, when - self._first))

    def seconds(self) -> float:
        return time.perf_counter() - self._began

    def steady(self) -> float:
        """Images/s."""
        images, seconds = map(sum, zip(*self._steady, strict=True))
        return images / seconds


class Watching(training.Watcher):
    """Our side's clock."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch, self.fit = watch, 0.0

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        self._began = time.perf_counter()
        self.watch.epoch_begins()

    def batch(self, num_images: int, trainer: backend.Trainer) -> None:
        self.watch.batch_ends()

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        self.watch.steps_end(row.epoch, self._began + training_seconds)  # these wait for the last step

    def judging(self, phase: str, num_images: int) -> None:
        self.fit = self.watch.seconds()


def keras_clock(watch: Stopwatch) -> Any:
    import keras

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            watch.epoch_begins()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            watch.batch_ends()
            self.last = time.perf_counter()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            watch.steps_end(epoch + 1, self.last)

    return Clock()
