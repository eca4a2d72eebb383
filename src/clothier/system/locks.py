"""Locks between processes, as far as the file system offers them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_ATTEMPTS = 3  # to take a lock


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """One process at a time holds the lock file `path`; the lock is gone with its process. False where the file system
    has no locks: others may be in the block, too."""
    if sys.platform == "win32":
        yield False
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            alone = True
        except OSError:
            alone = False
        yield alone


@contextmanager
def held(folder: Path) -> Iterator[bool]:
    """Whether no other holds `folder`, which exists; if so this block does, until it ends or its process does."""
    if sys.platform == "win32":
        yield True
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        free = False
        for attempt in range(_ATTEMPTS):  # `is_held` takes the lock for a moment too
            if attempt:
                time.sleep(0.05)
            if free := takes(descriptor, exclusive=True):
                break
        yield free
    finally:
        os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Whether a living process holds `folder`; False where that cannot be told."""
    if sys.platform == "win32":
        return False
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not takes(descriptor, exclusive=False)
    finally:
        os.close(descriptor)


def wait(descriptor: int) -> None:
    """Take the lock of an open file, when others let go of it, until it is closed; nothing on a file system without
    locks."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def takes(descriptor: int, *, exclusive: bool) -> bool:
    """Whether the lock of an open file was taken, which its process has until it is closed; True also on a file system
    without locks."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True
