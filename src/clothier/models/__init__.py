"""name -> untrained keras.Model: the table of architectures.

Every model takes uint8 images (n, height, width, channels), scales them itself, and gives float32 logits
(n, num_classes). To add a model: one file with `build`, one line in MODELS.
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clothier.errors import InputError, unknown_name

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Architecture:
    """One entry: the module that builds it, its smallest image side in pixels, and a line about it."""

    module: str
    smallest: int
    description: str


MODELS: dict[str, Architecture] = {
    "cnn1": Architecture("cnn1", 4, "one convolution (the article's first network)"),
    "cnn1_dropout": Architecture(
        "cnn1_dropout", 4, "one convolution, dropout before the logits (the R tutorial)"
    ),
    "cnn3": Architecture("cnn3", 18, "three convolutions with dropout (the article's second network)"),
    "cnn4": Architecture("cnn4", 16, "four convolutions with batch normalisation (the article's third)"),
}


def build(
    name: str, image_shape: tuple[int, int, int], num_classes: int, dtype: str = "float32"
) -> keras.Model:
    """An untrained network for images of that shape; its layers compute in `dtype` (float32 or bfloat16),
    its weights are float32.

    Raises InputError for an unknown name, pictures too small for the network, or fewer than two classes.
    """
    if name not in MODELS:
        raise unknown(name)
    architecture = MODELS[name]
    if min(image_shape[:2]) < architecture.smallest:
        side = architecture.smallest
        raise InputError(
            f"{name} got images of {image_shape[0]}x{image_shape[1]} pixels; wanted at least {side}x{side}; "
            "choose a larger --image-size or a model with fewer layers"
        )
    if num_classes < 2:
        raise InputError(f"{name} got {num_classes} class; wanted at least 2")

    import keras

    policy = "mixed_bfloat16" if dtype == "bfloat16" else dtype
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        module = importlib.import_module(f"clothier.models.{architecture.module}")
        model = module.build(image_shape, num_classes)
    finally:
        keras.config.set_dtype_policy(previous)
    if not isinstance(model, keras.Model):
        raise TypeError(f"{name}.build gave {type(model).__name__}; wanted keras.Model")
    return model


def unknown(name: str) -> InputError:
    """The error for a name that is not in the table."""
    return unknown_name("model", name, MODELS)


@dataclass(frozen=True)
class Layer:
    """One row of a summary; `output_shape` leaves the number of images out."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: int


def describe(model: keras.Model) -> list[Layer]:
    """The layers of a model in order."""
    return [
        Layer(
            name=layer.name,
            kind=type(layer).__name__,
            output_shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
            trainable=sum(math.prod(variable.shape) for variable in layer.trainable_variables),
        )
        for layer in model.layers
    ]
