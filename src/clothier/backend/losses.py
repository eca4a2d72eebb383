"""name -> what a training step makes small. Written in Keras's operations, so that one form serves every library.

Each gives float (n, num_classes) for logits (n, num_classes): what an image costs that is wholly of that class. The
cost of a mixed or smoothed target is the mean of these, weighed by the shares of its classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clothier.backend.door import keras
from clothier.values import Floats

FOCUS = 2.0  # how much less an image costs that is predicted with confidence; Keras's default
FOCAL_SCALE = 0.25  # Keras's alpha


def crossentropy(logits: Any) -> Any:
    """Of the softmax."""
    return -keras.ops.log_softmax(logits)


def binary_crossentropy(logits: Any) -> Any:
    """Each class against the rest, by the sigmoid of its own logit; the mean over the classes.

    Source: Beyer et al., "Are we done with ImageNet?", 2020, section 5, which trains with it on one label an image.
    """
    costs_of_no = keras.ops.softplus(logits)  # and that of yes is softplus(logit) - logit
    return (keras.ops.sum(costs_of_no, axis=1, keepdims=True) - logits) / logits.shape[1]


def focal(logits: Any) -> Any:
    """Cross-entropy that counts images less which are predicted well, as Keras's CategoricalFocalCrossentropy.

    Source: Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 5.
    """
    logs = keras.ops.log_softmax(logits)
    return -FOCAL_SCALE * (1 - keras.ops.exp(logs)) ** FOCUS * logs


LOSSES: dict[str, Callable[[Any], Any]] = {
    "binary_crossentropy": binary_crossentropy,
    "crossentropy": crossentropy,
    "focal": focal,
}


def objective(
    name: str,
    logits: Any,
    labels: Any,
    others: Any,
    shares: Any,
    *,
    smoothing: float,
    class_weights: Floats | None = None,
) -> Any:
    """(n,): what each image costs by that loss. Its target is its label by its share and the other label by the rest,
    of which `smoothing` is spread evenly over all classes. With `class_weights`, (num_classes,), each of the two labels
    counts as much as its class weighs, smoothing included."""
    costs = LOSSES[name](logits)

    def of(wanted: Any) -> Any:
        return keras.ops.take_along_axis(costs, wanted[:, None], axis=1)[:, 0]

    rest, even = 1 - shares, keras.ops.mean(costs, axis=1)
    if class_weights is not None:
        weights = keras.ops.convert_to_tensor(class_weights)
        shares, rest = shares * keras.ops.take(weights, labels), rest * keras.ops.take(weights, others)
        even = (shares + rest) * even
    sharp = shares * of(labels) + rest * of(others)
    return (1 - smoothing) * sharp + smoothing * even
