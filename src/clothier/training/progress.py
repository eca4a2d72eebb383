"""What a person sees while a run trains: a bar for each epoch in a terminal or a notebook, a line elsewhere."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from clothier.backend import Trainer
from clothier.errors import InputError
from clothier.system.escapes import plain
from clothier.training.watcher import Watcher
from clothier.values import EpochRow
from clothier.values.wording import duration


class Lines(Watcher):
    """A line an epoch: verbose 2, and wherever a bar cannot be drawn."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = 0
        self.tenth = 0

    def doing(self, what: str) -> None:
        self.console.print(plain(what), markup=False)

    def plan(self, outlook: Callable[[], tuple[str, str]]) -> None:
        for line in outlook():
            self.console.print(plain(line), markup=False, soft_wrap=not self.console.is_terminal)

    def progress(self, what: str, done: int, total: int) -> None:
        tenth = 10 * done // total
        if tenth > self.tenth:
            self.tenth = tenth
            self.console.print(plain(f"{what}: {done:,} of {total:,}"), markup=False)

    def note(self, sentence: str) -> None:
        self.console.print(plain(sentence), markup=False, soft_wrap=True)

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        self.total = total

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        words = {"epoch": f"epoch {row.epoch}/{self.total} {row.phase}"}
        words |= {"loss": f"loss {row.loss:.4f}", "accuracy": f"accuracy {row.accuracy:.4f}"}
        if row.val_loss is not None and row.val_accuracy is not None:
            words |= {"val_loss": f"val_loss {row.val_loss:.4f}"}
            words |= {"val_accuracy": f"val_accuracy {row.val_accuracy:.4f}"}
        words |= {"rate": f"{num_images / training_seconds:,.0f} images/s", "seconds": f"{row.seconds:.1f} s"}
        for name in ("rate", "val_loss", "loss", "accuracy"):  # what a narrow terminal has no room for
            if self.console.is_terminal and len("  ".join(words.values())) > self.console.width:
                words.pop(name, None)
        self.console.print("  ".join(words.values()), markup=False, soft_wrap=True)

    def judging(self, phase: str, num_images: int) -> None:
        self.doing(f"evaluating the {phase} phase on {num_images:,} images")


class Bars(Lines):
    """A live bar with accuracy and the time left of the whole run, which leaves a line behind: verbose 1."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.bars: Progress | None = None
        self.task = TaskID(0)
        self.what = ""
        self.done = 0
        self.began = self.drawn = 0.0
        self.phase, self.epochs_left, self.num_images = "", 0, 0
        self.seconds: dict[str, float] = {}  # of the last epoch of each phase

    def doing(self, what: str) -> None:
        self._show(what, SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())

    def progress(self, what: str, done: int, total: int) -> None:
        if self.what != what:
            columns = TextColumn("{task.description}"), BarColumn(bar_width=self._bar_width())
            counts = TextColumn("{task.completed:,.0f} of {task.total:,.0f}")
            self._show(what, *columns, counts, TimeRemainingColumn(compact=True), total=total, completed=done)
        if self.bars is not None:
            self.bars.update(self.task, completed=done)
        if done == total:
            self.end()

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        super().begin_epoch(epoch, total, phase, num_images)
        columns = TextColumn("{task.description}"), BarColumn(bar_width=self._bar_width())
        figures = TextColumn("{task.fields[figures]}")
        self._show(f"epoch {epoch}/{total} {phase}", *columns, figures, total=num_images, figures="")
        self.phase, self.num_images, self.epochs_left = phase, num_images, total - epoch
        self.done, self.began, self.drawn = 0, time.perf_counter(), 0.0

    def batch(self, num_images: int, trainer: Trainer) -> None:
        self.done += num_images
        now = time.perf_counter()
        # Reading the means waits for the step to end, so it is not done every time.
        if self.bars is None or now - self.drawn < 0.2:
            return
        self.drawn = now
        loss, accuracy = trainer.means()
        words = [f"accuracy {accuracy:.4f}", self._left(now - self.began)]
        if self.console.width >= 80:
            words.insert(0, f"loss {loss:.4f}")
        if self.console.width >= 100:
            words.insert(2, f"{self.done / (now - self.began):,.0f} images/s")
        self.bars.update(self.task, completed=self.done, figures="  ".join(words))

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        self.end()
        self.seconds[row.phase] = row.seconds
        super().end_epoch(row, num_images, training_seconds)

    def end(self) -> None:
        """Take the bar away, so that what is printed next stands on a line of its own."""
        if self.bars is not None:
            self.bars.stop()
        self.bars, self.what = None, ""

    def _show(self, what: str, *columns: ProgressColumn, **task: Any) -> None:
        """A bar, or a spinner, in place of what was there."""
        self.end()
        self.bars = Progress(*columns, console=self.console, transient=True)
        self.bars.start()
        self.task, self.what = self.bars.add_task(what, **{"total": None, **task}), what

    def _bar_width(self) -> int:
        return 24 if self.console.width >= 100 else 12 if self.console.width >= 80 else 6

    def _left(self, seconds: float) -> str:
        """Time left of the run, as the last epoch of the phase went, or else the batches so far."""
        an_epoch = self.seconds.get(self.phase, seconds * self.num_images / self.done)
        rest = (1 - self.done / self.num_images) * an_epoch
        return f"{duration(rest + self.epochs_left * an_epoch)} left"


def watcher(verbose: int | None = None, console: Console | None = None) -> Watcher:
    """The watcher for verbose 0 (nothing), 1 (a bar) or 2 (a line for each epoch), as in Keras; None chooses a bar
    where one can be drawn. Without a console, stderr is written to. InputError for another number."""
    if verbose not in (None, 0, 1, 2) or isinstance(verbose, bool):
        raise InputError(
            f"verbose is {verbose!r}; wanted 0 (nothing), 1 (a bar) or 2 (a line for each epoch)"
        )
    if verbose == 0:
        return Watcher()
    console = console or Console(stderr=True, highlight=False)
    # In a notebook, Rich draws with ipywidgets.
    has_bar = (
        importlib.util.find_spec("ipywidgets") is not None if console.is_jupyter else console.is_terminal
    )
    return Bars(console) if has_bar and verbose != 2 else Lines(console)
