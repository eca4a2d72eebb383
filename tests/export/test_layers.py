"""Single layers against Keras, where whole networks do not go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from clothier.errors import ExportError
from clothier.export import emit
from clothier.export.graph import by_layers
from clothier.export.running import onnx_outputs

IMAGES = np.random.default_rng(2).integers(0, 256, (3, 11, 9, 3), dtype=np.uint8)


def _network(*body: Any) -> keras.Model:
    images = keras.Input(IMAGES.shape[1:], dtype="uint8")
    x = layers.Rescaling(1 / 99, offset=[0.1, -0.2, 0.3])(images)
    for layer in body:
        x = layer(x)
    return keras.Model(images, layers.Dense(4, name="logits")(layers.Flatten()(x)))


def _normalised(negative: bool) -> layers.BatchNormalization:
    signs = np.array([1.0, -1.0 if negative else 1.0, 0.5])
    return layers.BatchNormalization(
        gamma_initializer=lambda shape, dtype=None: np.resize(signs, shape),
        beta_initializer=keras.initializers.RandomNormal(seed=1),
        moving_mean_initializer=keras.initializers.RandomNormal(seed=2),
    )


BODIES: dict[str, Callable[[], list[Any]]] = {
    "an offset before a padded convolution": lambda: [layers.Conv2D(5, 3, padding="same", activation="relu")],
    "strides and an even kernel, padded": lambda: [layers.Conv2D(5, 4, strides=3, padding="same")],
    "scales above 0 wait behind pooling": lambda: [
        _normalised(False),
        layers.MaxPooling2D(2),
        layers.Conv2D(2, 2),
    ],
    "scales below 0 do not": lambda: [_normalised(True), layers.MaxPooling2D(3, 2)],
    "nor before the greatest of all": lambda: [_normalised(True), layers.GlobalMaxPooling2D()],
    "the mean of all takes any": lambda: [_normalised(True), layers.GlobalAveragePooling2D()],
    "folded back behind pooling": lambda: [layers.Conv2D(3, 3), layers.MaxPooling2D(2), _normalised(False)],
    "not folded back with scales below 0": lambda: [
        layers.Conv2D(3, 3),
        layers.MaxPooling2D(2),
        _normalised(True),
    ],
    "two in a row": lambda: [_normalised(True), _normalised(False), layers.Conv2D(2, 3)],
    "flattened, then normalised": lambda: [
        layers.Flatten(),
        layers.BatchNormalization(),
        layers.Dense(3, "relu"),
    ],
    "flattened, then an activation": lambda: [layers.Flatten(), layers.Activation("relu")],
    "a convolution used twice": lambda: [_Twice()],
    "smaller, smoothed": lambda: [layers.Resizing(5, 7, antialias=True)],
    "larger, by the nearest": lambda: [layers.Resizing(20, 13, interpolation="nearest")],
    "each channel by itself, padded": lambda: [
        layers.DepthwiseConv2D(3, 2, padding="same", depth_multiplier=2, activation="relu6")
    ],
    "each channel by itself, then normalised": lambda: [
        _normalised(False),
        layers.DepthwiseConv2D(3, use_bias=False),
        _normalised(True),
        layers.Activation("relu6"),
    ],
    "grey": lambda: [_Grey()],
}


class _Twice:
    """A convolution whose output is added to what batch normalisation makes of it."""

    def __call__(self, x: Any) -> Any:
        y = layers.Conv2D(3, 3)(x)
        return layers.Add()([y, _normalised(True)(y), y])


class _Grey:
    def __call__(self, x: Any) -> Any:
        return keras.ops.image.rgb_to_grayscale(x)


@pytest.mark.parametrize("name", BODIES)
def test_layers_agree_with_keras(name: str) -> None:
    keras.utils.set_random_seed(4)
    model = _network(*BODIES[name]())
    (logits,) = onnx_outputs(emit(model), IMAGES, ["logits"])
    theirs = np.asarray(model(IMAGES, training=False))
    assert np.abs(logits - theirs).max() <= 1e-5 * np.abs(theirs).max()


def _relu(x: Any) -> Any:
    """Of that name in a user's code."""
    return keras.ops.minimum(x, 1)


_relu.__name__ = "relu"
_Relu = type("Activation", (layers.ReLU,), {})


class _Stacked:
    def __call__(self, x: Any) -> Any:
        return layers.Concatenate(axis=1, name="s")([x, layers.MaxPooling2D(1)(x)])


class _Spread:
    def __call__(self, x: Any) -> Any:
        return layers.Add(name="s")([x, layers.Conv2D(1, 1)(x)])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: layers.Conv2D(3, 3, groups=3, name="c"),
            "layer c is a convolution in groups, dilated or causal",
        ),
        (
            lambda: layers.Conv2D(3, 3, activation="gelu", name="c"),
            "layer c has the activation gelu; wanted relu, relu6",
        ),
        (
            lambda: layers.Activation("tanh", name="a"),
            "layer a has the activation tanh; wanted relu, relu6 or linear",
        ),
        (
            lambda: layers.MaxPooling2D(2, padding="same", name="p"),
            "layer p pools with padding same; wanted valid",
        ),
        (
            lambda: layers.Activation(_relu, name="a"),
            "layer a has the activation of your own; wanted relu, relu6 or linear",
        ),
        (lambda: _Relu(name="a"), "layer a is a Activation; wanted one of Activation, Add,"),
        (
            lambda: layers.GlobalAveragePooling2D(keepdims=True, name="g"),
            "layer g is a GlobalAveragePooling2D of other axes or shapes; wanted channels last",
        ),
        (
            lambda: layers.Dense(4, name="d"),
            "layer d is a Dense of other axes or shapes; wanted channels last",
        ),
        (
            lambda: layers.BatchNormalization(axis=1, name="b"),
            "layer b is a BatchNormalization of other axes",
        ),
        (lambda: _Stacked(), "layer s is a Concatenate of other axes"),
        (lambda: _Spread(), "layer s is a Add of other axes"),
        (
            lambda: layers.Resizing(4, 8, crop_to_aspect_ratio=True, name="r"),
            "layer r is a Resizing of other axes or shapes",
        ),
    ],
)
def test_what_is_not_covered_is_told(make: Callable[[], Any], words: str) -> None:
    """Keras's own export takes the network then."""
    model = _network(make())
    with pytest.raises(ExportError) as caught:
        by_layers(model, {"logits": model.output})
    assert words in str(caught.value)
