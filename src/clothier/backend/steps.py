"""The compiled steps: an update of the weights, logits, features; and what runs inside them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier.values import Floats, Halves, Images, Mixed, Targets, release

if TYPE_CHECKING:
    import keras


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
    """The compiled training step of one model and optimiser. Feed it batches, then read the epoch's means.

    `label_smoothing` is the share of each target that is spread evenly over all classes. `averages` stand beside
    the model's weights, in their order: with `average_decay` above 0, the means of what they were after each step, a
    step counting for less by that factor with each that follows; else there are none. `keep_losses` remembers the loss
    of each image.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.Optimizer,
        *,
        label_smoothing: float = 0.0,
        average_decay: float = 0.0,
        keep_losses: bool = False,
    ) -> None:
        import keras
        import tensorflow as tf

        self._loss_sum = tf.Variable(0.0, dtype=tf.float64)
        self._num_correct = tf.Variable(0, dtype=tf.int64)
        self._num_seen = 0
        self._losses: list[Any] | None = [] if keep_losses else None
        self._rate: float | None = None  # the one last set
        weights = model.trainable_variables
        optimizer.build(weights)
        self._optimizer = optimizer
        # Statistics of batch normalisation are averaged as well: those of the last steps belong to other weights.
        self.averages = (
            [keras.Variable(np.asarray(weight), trainable=False) for weight in model.weights]
            if average_decay
            else []
        )

        signature = [
            tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.int64),
            tf.TensorSpec((None,), tf.float32),
        ]
        cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits

        @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
        def step(inputs: Any, labels: Any, others: Any, shares: Any) -> Any:
            with tf.GradientTape() as tape:
                logits = model(inputs, training=True)
                sharp = shares * cross_entropy(labels, logits) + (1 - shares) * cross_entropy(others, logits)
                losses = sharp
                if label_smoothing:
                    even = -tf.reduce_mean(tf.nn.log_softmax(logits), axis=1)
                    losses = (1 - label_smoothing) * sharp + label_smoothing * even
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, weights), weights)
            if self.averages:
                kept = kept_share(average_decay, tf.cast(optimizer.iterations, tf.float32))
                for average, weight in zip(self.averages, model.weights, strict=True):
                    average.assign(kept * average + (1 - kept) * weight)
            self._loss_sum.assign_add(tf.reduce_sum(tf.cast(losses, tf.float64)))
            hits = tf.equal(tf.argmax(logits, axis=1), tf.where(shares >= 0.5, labels, others))
            self._num_correct.assign_add(tf.reduce_sum(tf.cast(hits, tf.int64)))
            return sharp

        self._step = step

    def step(self, inputs: Images | Halves, targets: Targets, rate: float | None = None) -> None:
        """One update of the weights on a batch: what the model takes, (n, ...), and int64 (n,) or Mixed; `rate` is the
        learning rate from this step on. A mixed image counts as right where the label with the larger share is
        named."""
        if not isinstance(targets, Mixed):
            targets = Mixed(targets, targets, np.ones(len(targets), np.float32))
        if rate is not None and rate != self._rate:
            self._optimizer.learning_rate, self._rate = rate, rate
        losses = self._step(inputs, targets.labels, targets.others, targets.shares)
        if self._losses is not None:
            self._losses.append(losses)
        self._num_seen += len(targets)

    def means(self) -> tuple[float, float]:
        """(loss, accuracy) over the images since the last reset, as they were trained on."""
        seen = max(self._num_seen, 1)
        return float(self._loss_sum.numpy()) / seen, int(self._num_correct.numpy()) / seen

    def losses(self) -> Floats:
        """float32 (n,): the loss of each image since the last reset, in the order they came, without smoothing."""
        return np.concatenate([losses.numpy() for losses in self._losses or []])

    def reset(self) -> None:
        self._loss_sum.assign(0.0)
        self._num_correct.assign(0)
        self._num_seen = 0
        if self._losses is not None:
            self._losses = []


def kept_share(decay: float, num_steps: Any) -> Any:
    """How much of an average stays when the values after that many steps, counted from 1, come in.

    The values then have shares 1, decay, decay^2, ... by age, divided by their sum. One `decay` from the start would
    instead leave the first value, from before any training, a share that only time takes away.
    """
    from keras import ops

    rate = math.log(decay)  # by way of expm1, as decay^n is too near to 1 for float32
    return decay * ops.expm1(rate * (num_steps - 1)) / ops.expm1(rate * num_steps)


class Judge:
    """A float32 twin of a model: gives logits with dropout off, whatever precision the model trains in. With `mirror`,
    the mean of those of an image and its mirror image."""

    def __init__(self, twin: keras.Model, mirror: bool = False) -> None:
        self._twin = twin
        self._forward = _forward(twin, "float32", mirror)
        self._batch_size = rows_at_once(twin)

    def logits(
        self, weights: Iterable[Any], inputs: Images | Halves, batch_size: int | None = None
    ) -> Floats:
        """float32 (n, num_classes) for what the model takes, (n, ...), with those weights."""
        for own, given in zip(self._twin.weights, weights, strict=True):
            own.assign(given)
        step = batch_size or self._batch_size
        parts = []
        for begin in range(0, len(inputs), step):
            parts.append(self._forward(inputs[begin : begin + step]).numpy())
            release(inputs)
        return np.concatenate(parts)


class Extractor:
    """A frozen base, compiled: images -> features, dropout off."""

    def __init__(self, base: keras.Model) -> None:
        self._forward = _forward(base, "float16")

    def features(self, images: Images) -> Halves:
        """float16 (n, num_features) for uint8 images (n, height, width, channels); what float16 cannot hold becomes
        the largest it can, 65,504."""
        features: Halves = self._forward(images).numpy()
        return features


def _forward(model: keras.Model, dtype: str, mirror: bool = False) -> Any:
    import tensorflow as tf

    signature = [tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype)]

    @tf.function(input_signature=signature, jit_compile=False)  # type: ignore[untyped-decorator]  # no types
    def forward(inputs: Any) -> Any:
        outputs = model(inputs, training=False)
        if mirror:
            outputs = (outputs + model(tf.reverse(inputs, [2]), training=False)) / 2
        return tf.saturate_cast(outputs, dtype)

    return forward


def rows_at_once(model: keras.Model) -> int:
    """Inputs that go through a model together: as many as keep its largest layer near 256 MB, at most 1,000."""
    largest = max(int(np.prod(layer.output.shape[1:])) for layer in model.layers)
    return max(1, min(1000, 2**28 // (4 * largest)))
