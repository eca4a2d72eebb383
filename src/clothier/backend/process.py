"""The backend of this process: its threads, its random numbers, its precision."""

from __future__ import annotations

import functools
import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from clothier.backend import settings
from clothier.backend.door import keras
from clothier.backend.library import library, name
from clothier.errors import InputError
from clothier.system.environment import importing_matplotlib
from clothier.system.hardware import num_cores
from clothier.system.version import __version__

_threads: int | None = None  # those of this process, once started


def start(threads: int | None = None) -> int:
    """Start the backend with its threads (default: those it runs with, else every core this process may use);
    returns the threads. Keras's settings are ours from then on.

    Raises InputError where Keras or the backend already runs otherwise, and as `name`.
    """
    global _threads
    wanted = threads if threads is not None else _threads or num_cores()
    if wanted < 1:
        raise InputError(f"threads is {threads}; wanted 1 or more")
    if _threads is not None:
        if wanted != _threads:
            raise _already(wanted, f"with {_threads}")
        settings.set_ours()
        return _threads
    os.environ["KERAS_BACKEND"] = name()
    with settings.readable(), importing_matplotlib():
        try:
            library().start(wanted)
        except RuntimeError:
            raise _already(wanted, "with another number") from None
        running = keras.backend.backend()  # which imports Keras
    if running != name():
        raise InputError(
            f"Keras already runs on {running} in this process; wanted {name()}; "
            f"import clothier before keras, or set KERAS_BACKEND={name()}"
        )
    keras.config.set_dtype_policy("float32")
    settings.set_ours()
    _threads = wanted
    return wanted


def threads() -> int | None:
    """The threads that the backend runs with in this process; None before `start`."""
    return _threads


def title() -> str:
    """The backend's name as it writes it: TensorFlow or JAX."""
    return {"tensorflow": "TensorFlow", "jax": "JAX"}[name()]


def _already(wanted: int, running: str) -> InputError:
    return InputError(
        f"threads is {wanted}, but {title()} already runs {running} in this process; "
        "choose the number before anything is built or trained"
    )


def set_seed(seed: int) -> None:
    """Fix Python's, NumPy's and the backend's random numbers, from which initial weights are drawn."""
    library().set_seed(seed)


def device() -> str:
    """What the backend computes on: cpu, or the accelerator's name."""
    return library().device()


def versions() -> dict[str, str]:
    """Versions of what decides the bits of a run."""
    return {
        "clothier": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "keras": keras.__version__,
        name(): library().version(),
        "numpy": np.__version__,
    }


# bfloat16 must win by this factor to be chosen: where the processor has instructions for it the factor is 2 to 5,
# where it has none well below 1, so noise does not decide.
BFLOAT16_MUST_WIN = 1.3


@functools.cache  # the machine stays the same, and where bfloat16 is slow each measurement takes a second
def bfloat16_speed() -> float:
    """How many times as fast as in float32 a convolution and its gradients run in bfloat16 on this machine;
    a measurement of a tenth of a second, of about a second where bfloat16 is slow."""

    def seconds(work: Callable[[], object]) -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    full, half = library().convolution("float32"), library().convolution("bfloat16")
    full(), half()  # compiles
    rounds: list[float] = []
    began = time.perf_counter()
    # Seven against noise; where they take long, bfloat16 is so slow that noise does not matter.
    while len(rounds) < 7 and not (rounds and time.perf_counter() - began > 0.5):
        rounds.append(seconds(full) / seconds(half))
    return float(statistics.median(rounds))
