"""name -> untrained keras.Model: the table of architectures.

Every model takes uint8 images (n, height, width, channels), scales them itself, and gives float32 logits
(n, num_classes). To add a model: one file with `build`, one line in MODELS.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from clothier.errors import InputError, unknown_name
from clothier.models.plan import CUSTOM, Plan
from clothier.values import Images

if TYPE_CHECKING:
    import keras

_T = TypeVar("_T")


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
    "fastnet": Architecture("fastnet", 7, "five convolutions on whitened patches, for training in a minute"),
    "fastnet_large": Architecture("fastnet_large", 8, "fastnet at full resolution, for 95 % in minutes"),
    "vgg19": Architecture("vgg19", 1, "VGG19 on images made 150x150x3, under a head (the article's last)"),
    "wrn16_8": Architecture(
        "wrn", 1, "a wide residual network, 16 convolutions deep, 8 times as wide; for a GPU"
    ),
}


def build(
    name: str, image_shape: tuple[int, int, int], num_classes: int, dtype: str = "float32"
) -> keras.Model:
    """An untrained network for images of that shape; its layers compute in `dtype` (float32 or bfloat16),
    its weights are float32.

    Raises InputError for an unknown name, pictures too small for the network, or fewer than two classes.
    """
    _check(name, image_shape, num_classes)
    import keras

    with _computing_in(dtype):
        module = importlib.import_module(f"clothier.models.{MODELS[name].module}")
        model = module.build(image_shape, num_classes)
    if not isinstance(model, keras.Model):
        raise TypeError(f"{name}.build gave {type(model).__name__}; wanted keras.Model")
    return model


def adapt(name: str, model: keras.Model, images: Images, seed: int) -> None:
    """Set what a network takes from the training images before it learns, uint8 (n, height, width, channels); most take
    nothing."""
    if name == CUSTOM:
        return
    module = importlib.import_module(f"clothier.models.{MODELS[name].module}")
    if hasattr(module, "adapt"):
        module.adapt(model, images, np.random.default_rng([seed, 0, 3]))


def smallest_side(name: str) -> int:
    """The smallest side in pixels of images that the network of that name takes."""
    return 1 if name == CUSTOM else MODELS[name].smallest


def build_plan(plan: Plan, dtype: str = "float32") -> keras.Model:
    """The untrained network of a plan: uint8 images in, float32 logits out. Precision and errors as `build`.

    Its weights are those of `build_base` followed by those of `build_head`, where there is a base.
    """
    if plan.model == CUSTOM:
        from clothier.models import custom

        return custom.from_architecture(plan.architecture, dtype)
    if not plan.has_base:
        return build(plan.model, plan.image_shape, plan.num_classes, dtype)
    import keras

    below = build_base(plan, dtype)
    with _computing_in(dtype):
        return keras.Model(below.input, _head(plan, below.output), name=plan.model)


def averaged(model: keras.Model, views: str) -> keras.Model:
    """The network that predicts from those views of an image, one of recipes' VIEWS, with the weights of `model`, which
    takes uint8 images; `model` itself for "image"."""
    from clothier.models import views as viewing

    return viewing.averaged(model, views)


def build_base(plan: Plan, dtype: str = "float32") -> keras.Model:
    """What lies below the head: uint8 images in, features (n, num_features) out. Precision and errors as `build`.

    On the trunk of a run, images are made grey or coloured and resized as that run's were.
    """
    # Images are resized to what a trunk takes.
    _check(plan.model, plan.trunk.image_shape if plan.trunk else plan.image_shape, plan.num_classes)
    import keras
    from keras import ops

    from clothier.models import parts, vgg19

    with _computing_in(dtype):
        if plan.trunk is None:
            return vgg19.base(plan.image_shape, plan.resize, plan.base_pixels)
        images, x = parts.start(plan.image_shape)
        if plan.image_shape != plan.trunk.image_shape:
            x = parts.fit(x, plan.trunk.image_shape, plan.resize, name=f"fit{plan.depth}")
            x = ops.cast(ops.round(x), "uint8")
        with parts.behind(images, x):
            whole = build_plan(plan.trunk, dtype)
        if plan.base_end not in {layer.name for layer in whole.layers}:
            raise InputError(
                f"{plan.trunk.model} has no layer '{plan.base_end}' to end its trunk at; wanted one; "
                "choose another end with --set base_end=logits"
            )
        last = whole.get_layer(plan.base_end)
        return keras.Model(whole.input, last.output if plan.base_end == "flatten" else last.input)


def build_head(plan: Plan, num_features: int, dtype: str = "float32") -> keras.Model:
    """The head alone: float16 features (n, num_features) in, float32 logits out."""
    import keras

    with _computing_in(dtype):
        features = keras.Input((num_features,), dtype="float16", name="features")
        return keras.Model(features, _head(plan, features), name="head")


def _head(plan: Plan, features: keras.KerasTensor) -> keras.KerasTensor:
    from clothier.models import parts

    return parts.head(features, plan.head_units, plan.head_dropout, plan.num_classes, plan.depth)


def _check(name: str, image_shape: tuple[int, int, int], num_classes: int) -> None:
    if name not in MODELS:
        raise unknown(name)
    side = MODELS[name].smallest
    if min(image_shape[:2]) < side:
        raise InputError(
            f"{name} got images of {image_shape[0]}x{image_shape[1]} pixels; wanted at least {side}x{side}; "
            "choose a larger --image-size or a model with fewer layers"
        )
    if num_classes < 2:
        raise InputError(f"{name} got {num_classes} class; wanted at least 2")


@contextmanager
def _computing_in(dtype: str) -> Iterator[None]:
    """Layers made meanwhile compute in `dtype`, with weights in float32."""
    import keras

    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if dtype == "bfloat16" else dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)


def unknown(name: str) -> InputError:
    """The error for a name that is not in the table."""
    return unknown_name("model", name, MODELS)


def features_layer(model: keras.Model) -> str:
    """The name of what the logits are computed from: the last layer before them that is no dropout, which leaves
    everything as it is here."""
    layer = model.get_layer("logits")
    while True:
        layer = layer._inbound_nodes[0].input_tensors[0]._keras_history.operation
        if type(layer).__name__ != "Dropout":
            return str(layer.name)


@dataclass(frozen=True)
class Layer:
    """One row of a summary; `output_shape` leaves the number of images out."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: int


def outlined(name: str, image_shape: tuple[int, int, int], num_classes: int) -> list[Layer]:
    """The layers that `build` would make, without memory for their weights. Errors as `build`."""

    return unfilled(lambda: describe(build(name, image_shape, num_classes)))


def unfilled(build: Callable[[], _T]) -> _T:
    """What `build` returns, called where the weights of new networks take no memory. Such networks cannot be used, so
    return numbers and names alone."""

    def call() -> _T:
        import keras

        with keras.StatelessScope(initialize_variables=False):
            return build()

    with ThreadPoolExecutor(1) as pool:  # Keras keeps a list of unfilled weights for each thread
        return pool.submit(call).result()


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
