"""What every network begins and ends with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras
from keras import layers, ops

from clothier.models.layers import BatchNormalization, Dropout

PLACES = "places"  # the layer where features and maps come together
_STANDARDISER = re.compile(r"head\d+_norm")

Tensors = tuple[keras.KerasTensor, keras.KerasTensor]
_front: ContextVar[Tensors | None] = ContextVar("front", default=None)


@contextmanager
def behind(images: keras.KerasTensor, made: keras.KerasTensor) -> Iterator[None]:
    """Networks built meanwhile start at `made`, which is made of the input `images`: so a network on top of another
    is one flat list of layers, each with its own output."""
    token = _front.set((images, made))
    try:
        yield
    finally:
        _front.reset(token)


def start(image_shape: tuple[int, int, int]) -> Tensors:
    """(the input, uint8 (n, height, width, channels); the images, which are the input itself but for `behind`)."""
    front = _front.get()
    if front is not None:
        return front
    images = keras.Input(image_shape, dtype="uint8", name="images")
    return images, images


def pixels(image_shape: tuple[int, int, int]) -> Tensors:
    """(the input, uint8 (n, height, width, channels); the images scaled to [0, 1])."""
    images, x = start(image_shape)
    return images, layers.Rescaling(1 / 255, name="scale")(x)


def fit(
    images: keras.KerasTensor, image_shape: tuple[int, int, int], resize: str, name: str = "fit"
) -> keras.KerasTensor:
    """Images of any shape -> float32 (n, *image_shape) in [0, 255]: made grey or given three equal channels, and
    resized. `resize` is bilinear (smoothed where images shrink) or nearest."""
    height, width, channels = image_shape
    # In float32 whatever the policy: between two pixels bfloat16 knows only whole numbers.
    x = layers.Rescaling(1.0, dtype="float32", name=f"{name}_float32")(images)
    if channels == 1 and images.shape[3] == 3:
        x = ops.image.rgb_to_grayscale(x)
    if (height, width) != tuple(images.shape[1:3]):
        x = layers.Resizing(
            height,
            width,
            interpolation=resize,
            antialias=resize == "bilinear",
            dtype="float32",
            name=f"{name}_resize",
        )(x)
    if channels == 3 and images.shape[3] == 1:
        x = layers.Concatenate(dtype="float32", name=f"{name}_rgb")([x, x, x])
    return x


def with_places(features: keras.KerasTensor, maps: keras.KerasTensor) -> keras.KerasTensor:
    """float32 (n, num_features + places * channels): features, and maps (n, height, width, channels) averaged over 2x2
    places."""
    halved = layers.AveragePooling2D(2, name="places_pool")(maps)
    return layers.Concatenate(dtype="float32", name=PLACES)(
        [features, layers.Flatten(dtype="float32", name="places_flat")(halved)]
    )


def standardised(features: keras.KerasTensor, depth: int) -> keras.KerasTensor:
    """Each feature less its mean, by its deviation and times a factor, which are weights that no step changes: whoever
    trains the head sets them from the training images."""
    layer = BatchNormalization(
        center=False, epsilon=1e-4, dtype="float32", trainable=False, name=f"head{depth}_norm"
    )
    return layer(features)


def is_standardiser(layer: keras.layers.Layer) -> bool:
    return _STANDARDISER.fullmatch(layer.name) is not None


def head(
    features: keras.KerasTensor, units: int, dropout: float, num_classes: int, depth: int = 1
) -> keras.KerasTensor:
    """Logits from the features (n, num_features) of a base, without a hidden layer where `units` is 0. `depth` tells a
    head on a head from the one below."""
    x = layers.Dense(units, activation="relu", name=f"head{depth}_dense")(features) if units else features
    return logits(Dropout(dropout, name=f"head{depth}_dropout")(x), num_classes)


def logits(features: keras.KerasTensor, num_classes: int) -> keras.KerasTensor:
    """float32 (n, num_classes), whatever the other layers compute in."""
    scores = layers.Dense(num_classes, name="logits")(features)
    return layers.Activation("linear", dtype="float32", name="logits_float32")(scores)
