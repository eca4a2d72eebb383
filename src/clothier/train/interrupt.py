"""Ctrl-C at a place of our choosing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


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
