"""The compiled steps on JAX: what runs on a GPU, and on a CPU to be tested there."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.backend.averaging import at_step, kept_share
from clothier.backend.door import jax, keras
from clothier.backend.losses import objective
from clothier.backend.tracing import overhearing
from clothier.values import Floats, Halves, Images, Labels


def start(threads: int) -> None:
    """`threads` count on the CPU alone, and only where the process has not computed with JAX before."""
    os.environ["PJRT_NPROC"] = str(threads)
    flags = os.environ.get("XLA_FLAGS", "")
    if "deterministic_ops" not in flags:  # without, a GPU adds in another order each time
        os.environ["XLA_FLAGS"] = f"{flags} --xla_gpu_deterministic_ops=true".strip()
    # float32 shall mean it: a GPU would otherwise keep ten bits of each factor.
    jax.config.update("jax_default_matmul_precision", "float32")


def version() -> str:
    return str(jax.__version__)


def device() -> str:
    return str(jax.devices()[0].device_kind)


def set_seed(seed: int) -> None:
    # All that Keras draws from on JAX. Its own function would import TensorFlow, only to seed that too.
    random.seed(seed)
    np.random.seed(seed)


class _Step:
    """Weights and all else live in Keras's variables, which are brought up to date after each step: setting one takes
    a microsecond, and the device works on meanwhile."""

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
        self._variables = [
            list(model.trainable_variables),
            list(model.non_trainable_variables),
            list(optimizer.variables),
            list(averages),
        ]
        # Where each weight of the model is among those that train and those that do not.
        places = {
            id(variable): place for place, variable in enumerate([*self._variables[0], *self._variables[1]])
        }
        weights = [places[id(weight)] for weight in model.weights]
        (iterations,) = [
            place for place, own in enumerate(optimizer.variables) if own is optimizer.iterations
        ]

        def total(trainable: Any, fixed: Any, number: Any, inputs: Any, *targets: Any) -> Any:
            with at_step(model, number):
                logits, fixed, penalties = model.stateless_call(
                    trainable, fixed, inputs, training=True, return_losses=True
                )
            sharp, losses, num_correct = _losses(logits, label_smoothing, *targets)
            costs = losses
            if loss != "crossentropy" or class_weights is not None:
                costs = objective(
                    loss, logits, *targets, smoothing=label_smoothing, class_weights=class_weights
                )
            mean = costs.mean()
            for penalty in penalties:  # of regularised weights; what is reported leaves them out
                mean += penalty
            return mean, (fixed, sharp, losses.sum(), num_correct)

        def step(state: Any, sums: Any, inputs: Any, *targets: Any) -> Any:
            trainable, fixed, optimizing, averaged = state
            number = optimizing[iterations].astype("float32") + 1
            slopes, (fixed, sharp, *added) = jax.grad(total, has_aux=True)(
                trainable, fixed, number, inputs, *targets
            )
            trainable, optimizing = optimizer.stateless_apply(optimizing, slopes, trainable)
            if averaged:
                kept = kept_share(average_decay, number)
                values = [*trainable, *fixed]
                averaged = [
                    kept * average + (1 - kept) * values[place]
                    for average, place in zip(averaged, weights, strict=True)
                ]
            sums = [a + b for a, b in zip(sums, added, strict=True)]
            return (trainable, fixed, optimizing, averaged), sums, sharp

        self._step = jax.jit(step)
        self._sums: list[Any] = []
        self.reset()

    def __call__(self, inputs: Images | Halves, labels: Labels, others: Labels, shares: Floats) -> Any:
        state = tuple([variable.value for variable in group] for group in self._variables)
        state, self._sums, losses = self._step(state, self._sums, inputs, labels, others, shares)
        for group, values in zip(self._variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return losses

    def sums(self) -> tuple[float, int]:
        return float(self._sums[0]), int(self._sums[1])

    def reset(self) -> None:
        self._sums = [np.float32(0), np.int32(0)]


training_step = _Step


def _losses(
    logits: Any, label_smoothing: float, labels: Any, others: Any, shares: Any
) -> tuple[Any, Any, Any]:
    """(cross-entropies, (n,); those with smoothed labels; how many images name their larger share)."""
    logs = jax.nn.log_softmax(logits)

    def cross_entropy(of: Any) -> Any:
        return -jax.numpy.take_along_axis(logs, of[:, None], axis=1)[:, 0]

    losses = sharp = shares * cross_entropy(labels) + (1 - shares) * cross_entropy(others)
    if label_smoothing:
        losses = (1 - label_smoothing) * sharp - label_smoothing * logs.mean(axis=1)
    return sharp, losses, (logits.argmax(axis=1) == jax.numpy.where(shares >= 0.5, labels, others)).sum()


def forward(model: keras.Model, dtype: str) -> Callable[[Images | Halves], npt.NDArray[Any]]:
    groups = list(model.trainable_variables), list(model.non_trainable_variables)

    @jax.jit  # type: ignore[untyped-decorator]  # its types are not read
    def run(trainable: Any, fixed: Any, inputs: Any) -> Any:
        outputs, _ = model.stateless_call(trainable, fixed, inputs, training=False)
        return keras.ops.saturate_cast(outputs, dtype)

    def outputs(inputs: Images | Halves) -> npt.NDArray[Any]:
        # Each number of rows is compiled again, so few are let through: the powers of 2.
        rows = len(inputs)
        padding = (1 << (rows - 1).bit_length()) - rows
        padded = np.pad(inputs, [(0, padding)] + [(0, 0)] * (inputs.ndim - 1))
        trainable, fixed = ([variable.value for variable in group] for group in groups)
        return np.asarray(run(trainable, fixed, padded))[:rows]

    return outputs


def trace(
    model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
) -> tuple[list[Floats], list[Floats]]:
    def run(shifts: list[Any]) -> tuple[Any, list[Any]]:
        """(the labels' logits, the layers' outputs), each output moved by its shift: a derivative by the shift is one
        by the output."""
        outputs: dict[int, Any] = {}

        def keep(place: int, output: Any) -> Any:
            outputs[place] = output
            return output + shifts[place] if shifts else output

        with overhearing(layers, keep):
            logits = model(images, training=False)
        chosen = jax.numpy.take_along_axis(logits, labels[:, None], axis=1)
        return chosen.sum(), [outputs[place] for place in range(len(layers))]

    _, outputs = run([])
    slopes, _ = jax.grad(run, has_aux=True)([jax.numpy.zeros_like(output) for output in outputs])
    return [np.asarray(output) for output in outputs], [np.asarray(slope) for slope in slopes]


def convolution(dtype: str) -> Callable[[], object]:
    # A GPU is done with 64 images before it is asked for the next.
    rows = 64 if jax.default_backend() == "cpu" else 8192
    images, kernel = jax.numpy.ones((rows, 14, 14, 64), dtype), jax.numpy.ones((3, 3, 64, 64), dtype)

    @jax.jit  # type: ignore[untyped-decorator]  # its types are not read
    def work(images: Any, kernel: Any) -> Any:
        layout = ("NHWC", "HWIO", "NHWC")

        def total(images: Any, kernel: Any) -> Any:
            return jax.lax.conv_general_dilated(
                images, kernel, (1, 1), "VALID", dimension_numbers=layout
            ).sum()

        return jax.grad(total, argnums=(0, 1))(images, kernel)

    return lambda: jax.block_until_ready(work(images, kernel))
