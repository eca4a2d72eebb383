"""The compiled steps on TensorFlow: what runs on a CPU.

XLA stays off: on a CPU it is several times slower than TensorFlow's own kernels.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.backend.averaging import at_step, kept_share
from clothier.backend.door import keras
from clothier.backend.door import tensorflow as tf
from clothier.backend.losses import objective
from clothier.backend.tracing import overhearing
from clothier.system import environment
from clothier.values import Floats, Halves, Images, Labels


def start(threads: int) -> None:
    """RuntimeError where TensorFlow runs with another number of threads already."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of each network that is compiled
    # TensorFlow leaves oneDNN's kernels off where the processor has no AVX512-VNNI. They are the faster ones there too:
    # the gradient of pooling takes them a seventh of the time.
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    # The CPU build looks for CUDA all the same, and complains.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with _quiet_stderr(), _without("jax", *(("sklearn",) if environment.alone else ())):
        threading = tf.config.threading  # which imports it
        try:
            threading.set_intra_op_parallelism_threads(threads)
            # One operation at a time: the networks are chains, and a fixed order makes runs repeat bit for bit.
            threading.set_inter_op_parallelism_threads(1)
        except RuntimeError:  # the caller has used TensorFlow before us
            if threading.get_intra_op_parallelism_threads() != threads:
                raise
        tf.config.list_logical_devices()  # makes them, and describes the processor on stderr at any log level


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


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Prevent the import of these packages inside the block, unless they are already imported. If they are installed,
    TensorFlow would import JAX for a converter, and Keras scikit-learn for wrappers. clothier uses neither, and they
    take a third of the whole import."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def version() -> str:
    return str(tf.__version__)


def device() -> str:
    return "cpu"


def set_seed(seed: int) -> None:
    keras.utils.set_random_seed(seed)


class _Step:
    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.Optimizer,
        averages: Sequence[keras.Variable],
        loss: str,
        label_smoothing: float,
        average_decay: float,
        class_weights: Floats | None,
    ) -> None:
        self._loss_sum = tf.Variable(0.0, dtype=tf.float64)
        self._num_correct = tf.Variable(0, dtype=tf.int64)
        weights = model.trainable_variables
        signature = [
            tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.float32),
        ]
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

        @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
        def step(inputs: Any, labels: Any, others: Any, shares: Any) -> Any:
            number = tf.cast(optimizer.iterations, tf.float32) + 1
            with tf.GradientTape() as tape:
                with at_step(model, number):
                    logits = model(inputs, training=True)
                sharp = shares * cross_entropy(labels, logits) + (1 - shares) * cross_entropy(others, logits)
                losses = sharp
                if label_smoothing:
                    even = -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1)
                    losses = (1 - label_smoothing) * sharp + label_smoothing * even
                costs = losses
                if loss != "crossentropy" or class_weights is not None:
                    costs = objective(
                        loss,
                        logits,
                        labels,
                        others,
                        shares,
                        smoothing=label_smoothing,
                        class_weights=class_weights,
                    )
                total = tf.reduce_mean(costs)
                if model.losses:  # of regularised weights; what is reported leaves them out
                    total = tf.add_n([total, *model.losses])
            optimizer.apply(tape.gradient(total, weights), weights)
            if averages:
                kept = kept_share(average_decay, number)
                for average, weight in zip(averages, model.weights, strict=True):
                    average.assign(kept * average + (1 - kept) * weight)
            self._loss_sum.assign_add(tf.reduce_sum(tf.cast(losses, tf.float64)))
            hits = tf.equal(tf.argmax(logits, axis=1), tf.where(shares >= 0.5, labels, others))
            self._num_correct.assign_add(tf.reduce_sum(tf.cast(hits, tf.int64)))
            return sharp

        self._step = step

    def __call__(self, inputs: Images | Halves, labels: Labels, others: Labels, shares: Floats) -> Any:
        return self._step(inputs, labels, others, shares)

    def sums(self) -> tuple[float, int]:
        return float(self._loss_sum.numpy()), int(self._num_correct.numpy())

    def reset(self) -> None:
        self._loss_sum.assign(0.0)
        self._num_correct.assign(0)


training_step = _Step


def forward(model: keras.Model, dtype: str) -> Callable[[Images | Halves], npt.NDArray[Any]]:
    signature = [tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype)]

    @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
    def run(inputs: Any) -> Any:
        return tf.saturate_cast(model(inputs, training=False), dtype)

    return lambda inputs: np.asarray(run(inputs))


def trace(
    model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
) -> tuple[list[Floats], list[Floats]]:
    outputs: dict[int, Any] = {}
    with tf.GradientTape() as tape:

        def keep(place: int, output: Any) -> Any:
            tape.watch(output)  # so that frozen layers have derivatives too
            outputs[place] = output
            return output

        with overhearing(layers, keep):
            logits = model(images, training=False)
        chosen = tf.gather(logits, labels, axis=1, batch_dims=1)
    kept = [outputs[place] for place in range(len(layers))]
    slopes = tape.gradient(chosen, kept)
    return [tensor.numpy() for tensor in kept], [tensor.numpy() for tensor in slopes]


def convolution(dtype: str) -> Callable[[], object]:
    images = tf.cast(tf.ones([64, 14, 14, 64]), dtype)
    kernel = tf.cast(tf.ones([3, 3, 64, 64]), dtype)

    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]  # no types
    def work() -> Any:
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            total = tf.reduce_sum(tf.nn.conv2d(images, kernel, 1, "VALID"))
        return tape.gradient(total, [images, kernel])

    return lambda: work()[0].numpy()
