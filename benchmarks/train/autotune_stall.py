"""Why `fit` on arrays stands still between epochs: how long, with tf.data's autotune on and off, beside the moment at
which the thread that tunes wakes up.

    python -m benchmarks.train.autotune_stall [--seconds 0.2 0.4 0.8 1.5 3] [--times 5] [--batches 60] [--epochs 10]

A thread of its own tunes each tf.data iterator. It sleeps for 20 ms, tunes, sleeps for twice as long, and so on, up to
60 s at a time. An iterator that is destroyed wakes the thread, which asks whether it is to stop; but the flag that
says so is only set once everyone has been woken, and a thread that was quicker sees it unset and sleeps out its period,
while the destroyer waits for it. So an iterator is gone either at once, or at the thread's next wake-up,
20 ms * (2^k - 1) after it was made: compare the columns `gone after` and `wake-up`. Which of the two, chance decides,
and what else the machine does.

Source: tensorflow/core/framework/model.cc, Model::OptimizeLoop; xla/tsl/framework/cancellation.cc,
CancellationManager::StartCancelWithStatus.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import Any

import numpy as np

from benchmarks import common
from benchmarks.train import plain_keras

BATCH = 256
FIRST_PERIOD = 0.02  # seconds

Times = list[tuple[float, float]]


def wake_up(seconds: float) -> float:
    """When the tuning thread next wakes up after so many seconds, by the doubling of its periods."""
    k = math.floor(math.log2(seconds / FIRST_PERIOD + 1)) + 1
    return FIRST_PERIOD * float(2**k - 1)


def clock(times: Times) -> Any:
    """A callback that notes, for each epoch but the last: (seconds from its first batch to its end, seconds until the
    next epoch's first batch). Between the two `fit` makes an iterator, and the one before is destroyed."""
    import keras

    made: list[float] = []

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if batch == 0:
                now = time.perf_counter()
                if made:
                    times.append((self.ended - made[-1], now - made[-1]))
                made.append(now)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.ended = time.perf_counter()

    return Clock()


def by_itself(words: argparse.Namespace) -> Times:
    """Iterators that nothing else belongs to: (seconds they ran, seconds after which they were gone)."""
    import tensorflow as tf

    numbers = tf.data.Dataset.range(2**62).map(lambda i: i + 1, num_parallel_calls=tf.data.AUTOTUNE)
    times = []
    for seconds in words.seconds * words.times:
        iterator, began = iter(numbers), time.perf_counter()
        while (ran := time.perf_counter() - began) < seconds:
            next(iterator)
        del iterator
        times.append((ran, time.perf_counter() - began))
    return times


def fit(words: argparse.Namespace, autotune: bool) -> Times:
    """Epochs of cnn1 in plain Keras, timed by `clock`; the first, which traces, is left out."""
    x = np.random.default_rng(0).random((words.batches * BATCH, 28, 28, 1), np.float32)
    y = np.eye(10, dtype=np.float32)[np.arange(len(x)) % 10]
    times: Times = []
    given = {"x": x, "y": y, "batch_size": BATCH} if autotune else {"x": plain_keras.untuned(x, y, BATCH)}
    plain_keras.compiled("cnn1").fit(
        **given, epochs=words.epochs + 2, shuffle=autotune, verbose=0, callbacks=[clock(times)]
    )
    return times[1:]


def show(title: str, times: Times) -> None:
    """Sorted by how long the iterators were used."""
    print(f"\n{title}\n     used for   gone after   nothing for   wake-up   (seconds)")
    for used, gone in sorted(times):
        print(f"{used:12.2f}{gone:13.2f}{gone - used:14.2f}{wake_up(used):10.2f}")


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[0.2, 0.4, 0.8, 1.5, 3.0])
    parser.add_argument("--times", type=int, default=5, help="that each of these seconds is tried")
    parser.add_argument("--batches", type=int, default=60, help="of one epoch")
    parser.add_argument("--epochs", type=int, default=10)
    words = parser.parse_args()
    if words.quick:
        words.times, words.epochs = 2, 4
    plain_keras.start()
    with common.reporting(words.json) as rows:
        show("an iterator by itself", by_itself(words))
        times = {autotune: fit(words, autotune) for autotune in (True, False)}
        show("fit on arrays", times[True])
        show("fit on the same data set with autotune off", times[False])
        on, off = (sum(gone - used for used, gone in times[autotune]) for autotune in (True, False))
        rows.append(
            common.Row(
                "standing still in fit", f"{off:.2f} s, autotune off", f"{on:.2f} s, autotune on", on / off
            )
        )


if __name__ == "__main__":
    main()
