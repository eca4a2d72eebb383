"""The compiled steps: an update of the weights, logits, features; and what runs inside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from clothier.backend.door import keras
from clothier.backend.library import library
from clothier.values import Floats, Halves, Images, Labels, Mixed, Targets, release


def seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Make this epoch's dropout, and whatever else layers draw, a function of (seed, epoch), so that a resumed run
    drops the same units."""
    draws = np.random.default_rng([seed, epoch, 1])
    for layer in model._flatten_layers(include_self=False):  # those within layers too
        for generator in layer._seed_generators:
            generator.state.assign([int(draws.integers(2**31)), 0])


class Trainer:
    """The compiled training step of one model and optimiser. Feed it batches, then read the epoch's means.

    `loss` is one of LOSSES, and is what a step makes small; what is reported is cross-entropy whatever it is.
    `label_smoothing` is the share of each target that is spread evenly over all classes. `averages` stand beside
    the model's weights, in their order: with `average_decay` above 0, the means of what they were after each step, a
    step counting for less by that factor with each that follows; else there are none. `keep_losses` remembers the loss
    of each image. `class_weights`, float32 (num_classes,), say how much an image counts by its label; reported and
    remembered losses leave them out.
    """

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.Optimizer,
        *,
        loss: str = "crossentropy",
        label_smoothing: float = 0.0,
        average_decay: float = 0.0,
        keep_losses: bool = False,
        class_weights: Floats | None = None,
    ) -> None:
        optimizer.build(model.trainable_variables)
        # Statistics of batch normalisation are averaged as well: those of the last steps belong to other weights.
        self.averages = (
            [keras.Variable(np.asarray(weight), trainable=False) for weight in model.weights]
            if average_decay
            else []
        )
        self._optimizer = optimizer
        self._step = library().training_step(
            model, optimizer, self.averages, loss, label_smoothing, average_decay, class_weights
        )
        self._num_seen = 0
        self._losses: list[Any] | None = [] if keep_losses else None
        self._rate: float | None = None  # the one last set

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
        loss, num_correct = self._step.sums()
        seen = max(self._num_seen, 1)
        return loss / seen, num_correct / seen

    def losses(self) -> Floats:
        """float32 (n,): the loss of each image since the last reset, in the order they came, without smoothing."""
        return np.concatenate([np.asarray(losses) for losses in self._losses or []])

    def reset(self) -> None:
        self._step.reset()
        self._num_seen = 0
        if self._losses is not None:
            self._losses = []


class Inference:
    """A float32 twin of a model: gives logits with dropout off, whatever precision the model trains in."""

    def __init__(self, twin: keras.Model) -> None:
        self._twin = twin
        self._forward = library().forward(twin, "float32")
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
            parts.append(self._forward(inputs[begin : begin + step]))
            release(inputs)
        return np.concatenate(parts)


class Extractor:
    """A frozen base, compiled: images -> features, dropout off."""

    name = "keras"

    def __init__(self, base: keras.Model) -> None:
        self._forward = library().forward(base, "float16")

    def features(self, images: Images) -> Halves:
        """float16 (n, num_features) for uint8 images (n, height, width, channels); what float16 cannot hold becomes
        the largest it can, 65,504."""
        return self._forward(images)


class Activations:
    """One tensor of a float32 network, beside its logits, dropout off: both from one pass."""

    def __init__(self, model: keras.Model, tensor: keras.KerasTensor) -> None:
        flat = keras.layers.Flatten(name="chosen")(keras.ops.cast(tensor, "float32"))
        both = keras.layers.Concatenate(dtype="float32", name="chosen_and_logits")([flat, model.output])
        self._forward = library().forward(keras.Model(model.input, both), "float32")
        self._num_classes = int(model.output.shape[1])
        self.width = int(both.shape[1]) - self._num_classes

    def of(self, images: Images) -> tuple[Floats, Floats]:
        """(float32 (n, width), the tensor flattened; logits, float32 (n, num_classes)) of uint8 images
        (n, height, width, channels)."""
        outputs = self._forward(images)
        return outputs[:, : self.width], outputs[:, self.width :]


def trace(
    model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
) -> tuple[list[Floats], list[Floats]]:
    """(what each of those layers gives for the images, the derivative of the label's logit by it), both of the
    layer's output shape and dtype; dropout off.

    `images` uint8 (n, height, width, channels), `labels` int64 (n,). The layers may lie in nested models.
    """
    return library().trace(model, layers, images, labels)


def rows_at_once(model: keras.Model) -> int:
    """Inputs that go through a model together: as many as keep its largest layer near 256 MB, at most 1,000."""
    largest = max(int(np.prod(layer.output.shape[1:])) for layer in model.layers)
    return max(1, min(1000, 2**28 // (4 * largest)))
