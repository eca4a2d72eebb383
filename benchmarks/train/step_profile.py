"""Where the time of one training step goes, by kind of operation, beside what the machine can do.

    python -m benchmarks.train.step_profile [--networks cnn1 cnn3 cnn4 fastnet] [--precision auto] [--steps 20]

Operations counted: multiplications and additions of convolutions and dense layers, forward and for both gradients
(the first layer needs none for its inputs). Bytes counted: each layer's output written and read once on the way
forward, its gradient written and read once on the way back; no processor can do with fewer unless layers are fused.
What the machine can do is measured here: one large matrix product, one large sum of two arrays. Kernel times come from
TensorFlow's profiler, the mean of the faster half of the steps; "between" is what a step takes beyond its kernels.
"""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.train import plain_keras
from clothier import backend, data, recipes, training

TEN = 10
KINDS = (  # (kind, what the names of its kernels hold), the first that fits
    ("dropout", ("dropout",)),
    ("optimizer", ("adam", "muon", "Adam")),
    ("kernel gradients", ("BackpropFilter", "transpose")),
    ("input gradients", ("BackpropInput",)),
    ("normalisation", ("FusedBatchNorm", "batch_normalization", "norm")),
    ("pooling", ("MaxPool", "pool")),
    ("relu gradients", ("ReluGrad",)),
    ("convolutions", ("Conv2D", "conv")),
    ("dense", ("MatMul", "dense", "logits")),
)


def kind_of(kernel: str) -> str:
    return next((kind for kind, parts in KINDS if any(part in kernel for part in parts)), "rest")


def best_of(work: Callable[[], Any], rounds: int = 9) -> float:
    work()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def machine_speed(dtype: str) -> tuple[float, float]:
    """(operations/s of a large matrix product, bytes/s of adding two large arrays)."""
    import tensorflow as tf

    side, length = 2048, 2**25
    square = tf.Variable(tf.cast(tf.ones([side, side]), dtype))
    row = tf.Variable(tf.cast(tf.ones([length]), dtype))
    product = tf.function(lambda: tf.matmul(square, square), jit_compile=False, autograph=False)
    total = tf.function(lambda: row + row, jit_compile=False, autograph=False)
    width = row.dtype.size
    return 2 * side**3 / best_of(product), 2 * length * width / best_of(total)


def counts(model: Any, batch: int, width: int) -> tuple[float, float]:
    """(operations, bytes) of one step."""
    operations, elements, first = 0.0, 0.0, True
    for layer in model.layers:
        shape = layer.output.shape[1:]
        elements += math.prod(shape)
        kernel = getattr(layer, "kernel", None)
        if kernel is not None:
            places = math.prod(shape[:-1])
            passes = (1 if not layer.trainable else 2) if first else 3
            operations += passes * 2 * places * math.prod(kernel.shape)
            first = first and not layer.trainable
    return batch * operations, batch * elements * width * 4


def kernel_times(step: Callable[[], Any], steps: int) -> dict[str, float]:
    """Seconds a step of each kind of kernel."""
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    durations: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(steps):
            step()
        tf.profiler.experimental.stop()
        space = xplane_pb2.XSpace()
        space.ParseFromString(next(Path(folder).rglob("*.xplane.pb")).read_bytes())
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if ":" in name and not name.startswith(("Eager", "KernelAnd", "Executor", "TFE", "$")):
                    durations[name].append(event.duration_ps / 1e12)
    seconds: dict[str, float] = defaultdict(float)
    for name, all_of_it in durations.items():
        faster = sorted(all_of_it)[: max(1, len(all_of_it) // 2)]
        seconds[kind_of(name)] += statistics.mean(faster) * len(all_of_it) / steps
    return seconds


def ours(network: str, precision: str) -> tuple[Any, int, Callable[[], Any]]:
    """(model, batch size, one step)."""
    from clothier.models.plan import Plan
    from clothier.training import stages

    recipe = recipes.change(recipes.get(network), {"precision": precision})
    images = data.load("fashion-mnist").train
    stage = stages.whole(Plan.of(recipe, (28, 28, 1), 10), recipe, images.images)
    batch = images.images[: recipe.batch_size], images.labels[: recipe.batch_size]
    return stage.model, recipe.batch_size, lambda: stage.trainer.step(*batch, 1e-3)


def keras_step(network: str) -> tuple[Any, int, Callable[[], Any]]:
    x, y = plain_keras.arrays(data.load("fashion-mnist"))["train"]
    model = plain_keras.compiled(network)
    return model, 256, lambda: model.train_on_batch(x[:256], y[:256])


def together(step: Callable[[], Any], steps: int) -> float:
    """Seconds a step where TEN of them are one call."""
    import tensorflow as tf

    def several() -> None:
        for _ in range(TEN):
            step()

    return best_of(tf.function(several, jit_compile=False), max(3, steps // TEN)) / TEN


def describe(name: str, made: tuple[Any, int, Callable[[], Any]], dtype: str, steps: int) -> None:
    model, batch, step = made
    width = 2 if dtype == "bfloat16" else 4
    for _ in range(3):
        step()
    whole = []
    for _ in range(steps):
        began = time.perf_counter()
        step()
        whole.append(time.perf_counter() - began)
    seconds = statistics.median(whole)
    operations, moved = counts(model, batch, width)
    kinds = kernel_times(step, steps)
    print(
        f"\n{name} in {dtype}: {1000 * seconds:.1f} ms a step of {batch}, {batch / seconds:,.0f} images/s; "
        f"{operations / 1e9:.1f} billion operations ({operations / seconds / 1e9:,.0f} GFLOP/s), "
        f"{moved / 1e6:,.0f} MB ({moved / seconds / 1e9:.1f} GB/s)"
    )
    parts = {
        **dict(sorted(kinds.items(), key=lambda item: -item[1])),
        "between": seconds - sum(kinds.values()),
    }
    print("  " + ", ".join(f"{kind} {1000 * part:.1f}" for kind, part in parts.items()) + " ms", flush=True)


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--networks", nargs="+", default=["cnn1", "cnn3", "cnn4", "fastnet"])
    parser.add_argument("--precision", choices=["auto", "bfloat16", "float32"], default="auto")
    parser.add_argument("--steps", type=int, default=20)
    words = parser.parse_args()
    backend.start()
    chosen = training.settle_precision(
        recipes.change(recipes.get("cnn1"), {"precision": words.precision})
    ).precision
    for dtype in dict.fromkeys(("float32", chosen)):
        operations, moved = machine_speed(dtype)
        print(f"this machine in {dtype}: {operations / 1e9:,.0f} GFLOP/s, {moved / 1e9:.1f} GB/s")
    for network in words.networks:
        if network in ("cnn1", "cnn3", "cnn4"):
            describe(f"{network}, plain Keras", keras_step(network), "float32", words.steps)
        made = ours(network, chosen)
        describe(network, made, chosen, words.steps)
        one, ten = best_of(made[2], words.steps), together(made[2], words.steps)
        print(
            f"  at best {1000 * one:.2f} ms a step, {1000 * ten:.2f} where {TEN} steps are one call",
            flush=True,
        )


if __name__ == "__main__":
    main()
