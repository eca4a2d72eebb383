"""What a person sees while a run trains: a bar for each epoch in a terminal or a notebook, a line elsewhere."""

from __future__ import annotations

import importlib.util
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from clothier.backend import Trainer
from clothier.errors import InputError
from clothier.training.watcher import Watcher
from clothier.values import EpochRow


class Lines(Watcher):
    """A line an epoch: verbose 2, and wherever a bar cannot be drawn."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total = 0

        self.tenth = 0

    def progress(self, what: str, done: int, total: int) -> None:
        tenth = 10 * done // total
        if tenth > self.tenth:
            self.tenth = tenth
            self.console.print(f"{what}: {done:,} of {total:,}", markup=False)

    def note(self, sentence: str) -> None:
        self.console.print(sentence, markup=False, soft_wrap=True)

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        self.total = total

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        words = [
            f"epoch {row.epoch}/{self.total} {row.phase}",
            f"loss {row.loss:.4f}",
            f"accuracy {row.accuracy:.4f}",
        ]
        if row.val_loss is not None and row.val_accuracy is not None:
            words += [f"val_loss {row.val_loss:.4f}", f"val_accuracy {row.val_accuracy:.4f}"]
        words += [f"{num_images / training_seconds:,.0f} images/s", f"{row.seconds:.1f} s"]
        self.console.print("  ".join(words), markup=False, soft_wrap=True)

    def judging(self, phase: str) -> None:
        self.console.print(f"judging the weights at the end of the {phase} phase", markup=False)


class Bars(Lines):
    """A live bar with loss, accuracy, images/s and time left, which leaves a line behind: verbose 1."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self.bars: Progress | None = None
        self.task = TaskID(0)
        self.done = 0
        self.began = self.drawn = 0.0

    def progress(self, what: str, done: int, total: int) -> None:
        if self.bars is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.completed:,.0f} of {task.total:,.0f}  {task.fields[rate]}"),
                TimeRemainingColumn(compact=True),
            )
            self.bars = Progress(*columns, console=self.console, transient=True)
            self.bars.start()
            self.task = self.bars.add_task(what, total=total, completed=done, rate="")
            self.done, self.began = done, time.perf_counter()
        rate = (done - self.done) / max(time.perf_counter() - self.began, 1e-9)
        self.bars.update(self.task, completed=done, rate=f"{rate:,.0f} images/s")
        if done == total:
            self.close()

    def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
        super().begin_epoch(epoch, total, phase, num_images)
        self.close()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeRemainingColumn(compact=True),
        )
        self.bars = Progress(*columns, console=self.console, transient=True)
        self.bars.start()
        self.task = self.bars.add_task(f"epoch {epoch}/{total} {phase}", total=num_images, figures="")
        self.done, self.began, self.drawn = 0, time.perf_counter(), 0.0

    def batch(self, num_images: int, trainer: Trainer) -> None:
        self.done += num_images
        now = time.perf_counter()
        # Reading the means waits for the step to end, so it is not done every time.
        if self.bars is None or now - self.drawn < 0.2:
            return
        self.drawn = now
        loss, accuracy = trainer.means()
        rate = self.done / (now - self.began)
        figures = f"loss {loss:.4f}  accuracy {accuracy:.4f}  {rate:,.0f} images/s"
        self.bars.update(self.task, completed=self.done, figures=figures)

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        self.close()
        super().end_epoch(row, num_images, training_seconds)

    def close(self) -> None:
        """Take the bar away, so that what is printed next stands on a line of its own."""
        if self.bars is not None:
            self.bars.stop()
            self.bars = None


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
