"""Ctrl-C at a place of our choosing, and what it says then."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clothier.errors import InterruptedRunError, RunError, WriteError, command
from clothier.runs import Run
from clothier.training import remains
from clothier.values.wording import counted


@contextmanager
def deferred() -> Iterator[Callable[[], None]]:
    """Meanwhile Ctrl-C waits until the function this gives is called, which then raises KeyboardInterrupt; a second
    Ctrl-C raises at once.

    Raised wherever it happens to fall, it could land in a callback from C, which loses it or makes another error of
    it, or in TensorFlow while that makes a tensor, which then crashes. Only the main thread hears signals; elsewhere
    nothing changes.
    """
    heard = threading.Event()

    def check() -> None:
        if heard.is_set():
            raise KeyboardInterrupt

    def listen(*_: Any) -> None:
        check()
        heard.set()

    if threading.current_thread() is not threading.main_thread():
        yield check
        return
    before = signal.signal(signal.SIGINT, listen)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
    check()


@contextmanager
def stopping_well(run: Run) -> Iterator[Callable[[], None]]:
    """As `deferred`; where Ctrl-C or a full disk then ends the work on a run, the error names the command that goes
    on."""
    how = f"continue with: {command('train', '--resume', run.path)}"
    try:
        with deferred() as check:
            yield check
    except KeyboardInterrupt:
        total = sum(epochs for _, epochs in run.recipe().phases())
        done = f"stopped with {_epochs_done(run)} of {counted(total, 'epoch')} done and saved"
        raise InterruptedRunError(f"{done}; {how}") from None
    except WriteError as error:
        error.args = (f"{error}; then {how}",)
        raise


def _epochs_done(run: Run) -> int:
    try:
        return remains.epochs_done(run)
    except RunError:
        return 0
