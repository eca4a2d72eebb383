"""What other libraries read from the environment as they are imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

alone = False  # whether this process is a command of clothier, in which nobody else uses Keras

_BACKEND = "MPLBACKEND"


@contextmanager
def importing_matplotlib() -> Iterator[None]:
    """Matplotlib can be imported meanwhile, by us or by Keras, whatever MPLBACKEND says.

    Figures are drawn to files here, which takes no backend. For what the caller draws, such as in a notebook, the one
    that is named counts afterwards, if there is such a one.
    """
    named, first = os.environ.pop(_BACKEND, None), "matplotlib" not in sys.modules
    try:
        yield
    finally:
        if named is not None:
            os.environ[_BACKEND] = named
        if named and first and "matplotlib" in sys.modules:
            with suppress(ValueError):
                sys.modules["matplotlib"].rcParams["backend"] = named
