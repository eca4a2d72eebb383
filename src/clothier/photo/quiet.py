"""No decoder says a word of its own: an unsound picture is refused or read, not talked about."""

from __future__ import annotations

import ctypes
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from importlib.util import find_spec

_lock = threading.Lock()
_num_users = 0
_silence = ExitStack()


@contextmanager
def quiet() -> Iterator[None]:
    """No warning leaves Pillow meanwhile, and neither it nor libtiff prints anything.

    These are switches of the whole process, hence one silence, from the first user in any thread to the last.
    """
    global _num_users, _silence
    with _lock:
        _num_users += 1
        if _num_users == 1:
            _silence = ExitStack()
            _silence.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            _silence.enter_context(_quiet_libtiff())
            _silence.enter_context(_quiet_log())
    try:
        yield
    finally:
        with _lock:
            _num_users -= 1
            if _num_users == 0:
                _silence.close()


@contextmanager
def _quiet_log() -> Iterator[None]:
    """Python prints errors that Pillow logs where no handler is set for them; those that are set still hear them."""
    log, handler = logging.getLogger("PIL"), logging.NullHandler()
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


@contextmanager
def _quiet_libtiff() -> Iterator[None]:
    """libtiff, to which Pillow is linked, prints what it finds wrong unless its handlers are taken away."""
    setters = _setters()
    former = [setter(None) for setter in setters]
    try:
        yield
    finally:
        for setter, handler in zip(setters, former, strict=True):
            setter(handler)


@lru_cache
def _setters() -> list[ctypes._NamedFuncPointer]:
    """The functions that set libtiff's handlers and give the former ones; none where they cannot be reached."""
    core = find_spec("PIL._imaging")
    try:
        library = ctypes.CDLL(core.origin if core else None)
        found = [library.TIFFSetErrorHandler, library.TIFFSetWarningHandler]
    except (AttributeError, OSError, TypeError):  # on Windows, or in a Pillow without libtiff
        return []
    for setter in found:
        setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
    return found
