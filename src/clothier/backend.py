"""The Keras backend, its threads, and the compiled steps. The only file that names a backend.

`start` must run before anything imports Keras. On a CPU the backend is TensorFlow: plain Keras code trains there
several times faster than on the others, and XLA several times slower than without, so it stays off.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier.errors import InputError
from clothier.values import Floats, Halves, Images, Labels, Mixed, Targets

if TYPE_CHECKING:
    import keras


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


def num_cores() -> int:
    """Cores this process may run on."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def machine() -> dict[str, Any]:
    """System, processor, cores this process may use, and memory in GiB."""
    processor = platform.processor() or platform.machine()
    if platform.system() == "Linux":
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        processor = models[0] if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": processor,
        "cores": num_cores(),
        "memory_gib": round(memory, 1),
    }


def set_seed(seed: int) -> None:
    """Fix Python's, NumPy's and the backend's random numbers, from which initial weights are drawn."""
    import keras

    keras.utils.set_random_seed(seed)


def seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Make this epoch's dropout a function of (seed, epoch), so that a resumed run drops the same units."""
    draws = np.random.default_rng([seed, epoch, 1])
    for layer in model.layers:
        generator = getattr(layer, "seed_generator", None)
        if generator is not None:
            generator.state.assign([int(draws.integers(2**31)), 0])


def fused_batch_norm(inputs: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any] | None:
    """(outputs, mean, variance) of a training batch normalised over its last axis, in one operation; None where
    the backend has no such operation for these inputs.

    inputs: float32 or bfloat16 (n, c) or (n, height, width, c); outputs alike. mean and variance: float32 (c,),
    the variance without Bessel's correction, as Keras keeps it.
    """
    import tensorflow as tf

    rank = inputs.shape.rank
    if rank not in (2, 4) or inputs.dtype not in (tf.float32, tf.bfloat16):
        return None
    images = inputs if rank == 4 else inputs[:, None, None, :]
    empty = tf.zeros([0])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images,
        scale=tf.convert_to_tensor(gamma),
        offset=tf.convert_to_tensor(beta),
        mean=empty,
        variance=empty,
        epsilon=epsilon,
        is_training=True,
    )
    # The kernel's variance has Bessel's correction. A single row has none to undo: both are 0.
    count = tf.cast(tf.reduce_prod(tf.shape(images)[:3]), tf.float32)
    variance = variance * ((count - 1) / count)
    return outputs if rank == 4 else outputs[:, 0, 0, :], mean, variance


class Trainer:
    """The compiled training step of one model and optimiser. Feed it batches, then read the epoch's means."""

    def __init__(self, model: keras.Model, optimizer: keras.Optimizer) -> None:
        import tensorflow as tf

        self._loss_sum = tf.Variable(0.0, dtype=tf.float64)
        self._num_correct = tf.Variable(0, dtype=tf.int64)
        self._num_seen = 0
        weights = model.trainable_variables
        optimizer.build(weights)

        signature = [
            tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.float32),
        ]
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

        @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
        def step(inputs: Any, labels: Any, others: Any, shares: Any) -> None:
            with tf.GradientTape() as tape:
                logits = model(inputs, training=True)
                losses = shares * cross_entropy(labels, logits) + (1 - shares) * cross_entropy(others, logits)
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, weights), weights)
            self._loss_sum.assign_add(tf.reduce_sum(tf.cast(losses, tf.float64)))
            hits = tf.equal(tf.argmax(logits, axis=1), tf.where(shares >= 0.5, labels, others))
            self._num_correct.assign_add(tf.reduce_sum(tf.cast(hits, tf.int64)))

        self._step = step

    def step(self, inputs: Images | Halves, targets: Targets) -> None:
        """One update of the weights on a batch: what the model takes, (n, ...), and int64 (n,) or Mixed. A mixed image
        counts as right where the label with the larger share is named."""
        if not isinstance(targets, Mixed):
            targets = Mixed(targets, targets, np.ones(len(targets), np.float32))
        self._step(inputs, targets.labels, targets.others, targets.shares)
        self._num_seen += len(targets)

    def means(self) -> tuple[float, float]:
        """(loss, accuracy) over the images since the last reset, as they were trained on."""
        seen = max(self._num_seen, 1)
        return float(self._loss_sum.numpy()) / seen, int(self._num_correct.numpy()) / seen

    def reset(self) -> None:
        self._loss_sum.assign(0.0)
        self._num_correct.assign(0)
        self._num_seen = 0


class Judge:
    """A float32 twin of a model: gives logits with dropout off, whatever precision the model trains in."""

    def __init__(self, twin: keras.Model) -> None:
        self._twin = twin
        self._forward = _forward(twin, "float32")
        self._batch_size = rows_at_once(twin)

    def logits(
        self, weights: Iterable[Any], inputs: Images | Halves, batch_size: int | None = None
    ) -> Floats:
        """float32 (n, num_classes) for what the model takes, (n, ...), with those weights."""
        for own, given in zip(self._twin.weights, weights, strict=True):
            own.assign(given)
        step = batch_size or self._batch_size
        parts = [self._forward(inputs[begin : begin + step]).numpy() for begin in range(0, len(inputs), step)]
        return np.concatenate(parts)


def trace(
    model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
) -> tuple[list[Floats], list[Floats]]:
    """(what each of those layers gives for the images, the derivative of the label's logit by it), both of the
    layer's output shape and dtype; dropout off.

    `images` uint8 (n, height, width, channels), `labels` int64 (n,). The layers may lie in nested models.
    """
    import tensorflow as tf

    outputs: dict[str, Any] = {}
    with tf.GradientTape() as tape:

        def keep(layer: keras.Layer, output: Any) -> None:
            tape.watch(output)  # so that frozen layers have derivatives too
            outputs[layer.path] = output

        with _overhearing(layers, keep):
            logits = model(images, training=False)
        chosen = tf.gather(logits, labels, axis=1, batch_dims=1)
    kept = [outputs[layer.path] for layer in layers]
    slopes = tape.gradient(chosen, kept)
    return [tensor.numpy() for tensor in kept], [tensor.numpy() for tensor in slopes]


@contextmanager
def _overhearing(layers: Sequence[keras.Layer], keep: Callable[[Any, Any], None]) -> Iterator[None]:
    """Every output of those layers is given to `keep` meanwhile. A model of models can be cut open at no tensor, hence
    the calls themselves are listened to."""

    def listening(layer: keras.Layer) -> Callable[..., Any]:
        call = layer.call

        def heard(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            keep(layer, output)
            return output

        return heard

    for layer in layers:
        layer.call = listening(layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # what the instance had over its class


class Extractor:
    """A frozen base, compiled: images -> features, dropout off."""

    def __init__(self, base: keras.Model) -> None:
        self._forward = _forward(base, "float16")

    def features(self, images: Images) -> Halves:
        """float16 (n, num_features) for uint8 images (n, height, width, channels); what float16 cannot hold becomes
        the largest it can, 65,504."""
        features: Halves = self._forward(images).numpy()
        return features


def _forward(model: keras.Model, dtype: str) -> Any:
    import tensorflow as tf

    signature = [tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype)]

    @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
    def forward(inputs: Any) -> Any:
        return tf.saturate_cast(model(inputs, training=False), dtype)

    return forward


def rows_at_once(model: keras.Model) -> int:
    """Inputs that go through a model together: as many as keep its largest layer near 256 MB, at most 1,000."""
    largest = max(int(np.prod(layer.output.shape[1:])) for layer in model.layers)
    return max(1, min(1000, 2**28 // (4 * largest)))


def has_fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 in hardware. Without, it is slower than float32 by far."""
    if platform.system() != "Linux":
        return False
    flags = Path("/proc/cpuinfo").read_text(errors="replace").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags
