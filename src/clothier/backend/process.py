"""The backend of this process: its choice, its threads, its random numbers, its precision."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from clothier.backend.hardware import num_cores
from clothier.errors import InputError

_threads: int | None = None  # those of this process, once started


def start(threads: int | None = None) -> int:
    """Choose the backend and its threads (default: those it runs with, else every core this process may use);
    returns the threads.

    Raises InputError where Keras or TensorFlow already runs with another backend or number of threads.
    """
    global _threads
    wanted = threads if threads is not None else _threads or num_cores()
    if wanted < 1:
        raise InputError(f"threads is {threads}; wanted 1 or more")
    if _threads is not None:
        if wanted != _threads:
            raise _already(wanted, f"with {_threads}")
        return _threads
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # The CPU build looks for CUDA all the same, and complains.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with _quiet_stderr():
        import tensorflow as tf

    try:
        tf.config.threading.set_intra_op_parallelism_threads(wanted)
        # One operation at a time: the networks are chains, and a fixed order makes runs repeat bit for bit.
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:  # the caller has used TensorFlow before us
        if tf.config.threading.get_intra_op_parallelism_threads() != wanted:
            raise _already(wanted, "with another number") from None
    import keras

    if keras.backend.backend() != "tensorflow":
        raise InputError(
            f"Keras already runs on {keras.backend.backend()} in this process; wanted tensorflow; "
            "import clothier before keras, or set KERAS_BACKEND=tensorflow"
        )
    _threads = wanted
    return wanted


def _already(wanted: int, running: str) -> InputError:
    return InputError(
        f"threads is {wanted}, but TensorFlow already runs {running} in this process; "
        "choose the number before anything is built or trained"
    )


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Keep back what C++ libraries write on stderr, and show it only where an error leaves the block.

    TensorFlow announces oneDNN while it is imported, before any of its log levels is read.
    """
    sys.stderr.flush()
    screen = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(screen, kept.read())
            raise
        finally:
            os.dup2(screen, 2)
            os.close(screen)


def set_seed(seed: int) -> None:
    """Fix Python's, NumPy's and the backend's random numbers, from which initial weights are drawn."""
    import keras

    keras.utils.set_random_seed(seed)


def versions() -> dict[str, str]:
    """Versions of what decides the bits of a run."""
    import keras
    import tensorflow as tf

    from clothier import __version__

    python = ".".join(str(part) for part in sys.version_info[:3])
    return {
        "clothier": __version__,
        "python": python,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


# bfloat16 must win by this factor to be chosen: where the CPU has instructions for it the factor is 2 to 5, where
# it has none well below 1, so noise does not decide.
BFLOAT16_MUST_WIN = 1.3


def bfloat16_speed() -> float:
    """How many times as fast as in float32 a convolution and its gradients run in bfloat16 on this machine;
    a measurement of about a tenth of a second."""
    import tensorflow as tf

    def measure(dtype: Any) -> Any:
        images = tf.cast(tf.ones([64, 14, 14, 64]), dtype)
        kernel = tf.cast(tf.ones([3, 3, 64, 64]), dtype)

        @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]  # no types
        def work() -> Any:
            with tf.GradientTape() as tape:
                tape.watch([images, kernel])
                total = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "VALID"))
            return tape.gradient(total, [images, kernel])

        def seconds() -> float:
            began = time.perf_counter()
            work()[0].numpy()
            return time.perf_counter() - began

        seconds()  # traces
        return seconds

    in_float32, in_bfloat16 = measure(tf.float32), measure(tf.bfloat16)
    rounds = [(in_float32(), in_bfloat16()) for _ in range(7)]
    return float(statistics.median(full / half for full, half in rounds))
