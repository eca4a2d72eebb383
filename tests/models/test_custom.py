from __future__ import annotations

import functools
import json
import re
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from clothier import backend, models
from clothier.errors import InputError
from clothier.models import custom
from clothier.models.plan import Plan

SHAPE = (12, 12, 1)
Shape = tuple[int, int, int]


def convolutions(image_shape: Shape, num_classes: int) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu", name="first"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(num_classes),
        ]
    )


def without_input(image_shape: Shape, num_classes: int) -> keras.Model:
    return keras.Sequential([layers.Flatten(), layers.Dense(num_classes)])


def branches(image_shape: Shape, num_classes: int) -> keras.Model:
    images = keras.Input(image_shape)
    x = images / 255.0
    paths = [layers.GlobalAveragePooling2D()(layers.Conv2D(4, side)(x)) for side in (1, 3)]
    return keras.Model(images, layers.Dense(num_classes)(layers.Concatenate()(paths)))


def nested(image_shape: Shape, num_classes: int) -> keras.Model:
    inner = keras.Sequential([layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Dropout(0.5)])
    return keras.Sequential([keras.Input(image_shape), inner, layers.Flatten(), layers.Dense(num_classes)])


def divided(image_shape: Shape, num_classes: int) -> keras.Model:
    images = keras.Input(image_shape)
    return keras.Model(images, layers.Dense(num_classes)(layers.Flatten()(images) / 255.0))


BUILDS: list[Any] = [convolutions, without_input, branches, nested, divided, functools.partial(convolutions)]


@pytest.mark.parametrize("build", BUILDS)
def test_the_same_function_gives_the_same_network_and_it_is_built_again(build: Any) -> None:
    text = custom.architecture_of(build, SHAPE, 3)
    keras.layers.Dense(1)  # takes a name
    assert custom.architecture_of(build, SHAPE, 3) == text
    assert len(custom.digest(text)) == 64
    rebuilt, expected = custom.from_architecture(text), build(SHAPE, 3)
    expected.build((None, *SHAPE))
    assert [w.shape for w in rebuilt.weights] == [w.shape for w in expected.weights]
    rebuilt.set_weights(expected.get_weights())
    images = np.random.default_rng(0).integers(0, 256, (5, *SHAPE), np.uint8)
    given = images.astype(np.float32)
    np.testing.assert_allclose(
        rebuilt(images, training=False), expected(given, training=False), rtol=1e-4, atol=1e-3
    )


def test_the_names_that_were_given_stay() -> None:
    model = custom.from_architecture(custom.architecture_of(convolutions, SHAPE, 3))
    assert [layer.name for layer in model.layers] == [
        "input_layer1", "rescaling1", "first", "max_pooling2d1", "flatten1", "dense1", "dropout1", "logits",
    ]  # fmt: skip
    assert models.features(model) is model.get_layer("dense1").output


def test_another_network_has_another_digest() -> None:
    def wider(image_shape: Shape, num_classes: int) -> keras.Model:
        return keras.Sequential(
            [keras.Input(image_shape), layers.Flatten(), layers.Dense(5), layers.Dense(num_classes)]
        )

    digests = {custom.digest(custom.architecture_of(build, SHAPE, 3)) for build in (*BUILDS[:5], wider)}
    assert len(digests) == 6


@pytest.mark.parametrize(
    "ending",
    [
        lambda n: [layers.Dense(n, activation="softmax")],
        lambda n: [layers.Dense(n), layers.Softmax()],
        lambda n: [layers.Dense(n), layers.Activation("softmax")],
    ],
)
def test_a_softmax_at_the_end_is_left_out(ending: Any) -> None:
    def build(image_shape: Shape, num_classes: int) -> keras.Model:
        return keras.Sequential([keras.Input(image_shape), layers.Flatten(), *ending(num_classes)])

    model = custom.from_architecture(custom.architecture_of(build, SHAPE, 3))
    logits = np.asarray(model(np.full((2, *SHAPE), 255, np.uint8)))
    assert not np.allclose(logits.sum(axis=1), 1)
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Flatten", "Dense"]


def test_layers_compute_in_bfloat16_but_for_the_logits() -> None:
    plan = Plan("custom", SHAPE, 3, architecture=custom.architecture_of(convolutions, SHAPE, 3))
    model = models.build_plan(plan, "bfloat16")
    assert {layer.compute_dtype for layer in model.layers[1:-1]} == {"bfloat16"}
    assert model.output.dtype == "float32"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert models.build_plan(plan).layers[2].compute_dtype == "float32"


def test_layers_in_layers_drop_by_seed_and_epoch_too() -> None:
    model = custom.from_architecture(custom.architecture_of(nested, SHAPE, 3))
    images = np.full((4, *SHAPE), 255, np.uint8)

    def output(epoch: int) -> Any:
        backend.seed_dropout(model, 7, epoch)
        return np.asarray(model(images, training=True))

    first = output(1)
    assert not np.array_equal(output(2), first)
    assert np.array_equal(output(1), first)


@keras.saving.register_keras_serializable(package="clothier_tests")
class Doubled(layers.Layer):  # type: ignore[misc]  # Keras publishes no types
    def call(self, inputs: Any) -> Any:
        return inputs * 2


class Unregistered(Doubled):
    pass


def ending_in(*more: Any) -> Any:
    return lambda image_shape, num_classes: keras.Sequential(
        [keras.Input(image_shape), layers.Flatten(), *more, layers.Dense(num_classes)]
    )


def test_a_registered_layer_is_built_again() -> None:
    model = custom.from_architecture(custom.architecture_of(ending_in(Doubled()), SHAPE, 3))
    assert [layer.name for layer in model.layers][2:] == ["doubled1", "logits"]


def subclassed(image_shape: Shape, num_classes: int) -> keras.Model:
    class Network(keras.Model):  # type: ignore[misc]  # Keras publishes no types
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(num_classes)

        def call(self, images: Any) -> Any:
            return self.dense(images)

    return Network()


def two_inputs(image_shape: Shape, num_classes: int) -> keras.Model:
    inputs = [keras.Input(image_shape), keras.Input(image_shape)]
    return keras.Model(inputs, layers.Dense(num_classes)(layers.Flatten()(layers.Add()(inputs))))


def shared(image_shape: Shape, num_classes: int) -> keras.Model:
    images, dense = keras.Input(image_shape), layers.Dense(144)
    return keras.Model(images, layers.Dense(num_classes)(dense(dense(layers.Flatten()(images)))))


def scaled(image_shape: Shape, num_classes: int) -> keras.Model:
    images = keras.Input(image_shape)
    return keras.Model(images, 2 * layers.Dense(num_classes)(layers.Flatten()(images)))


def disguised(image_shape: Shape, num_classes: int) -> keras.Model:
    images = keras.Input(image_shape)
    shares = keras.ops.sigmoid(layers.Dense(num_classes)(layers.Flatten()(images))) + 1e-3
    total = keras.ops.sum(shares, axis=1, keepdims=True)
    last = layers.Dense(num_classes, kernel_initializer="identity", use_bias=False)
    return keras.Model(images, last(layers.Identity()(shares / total)))


WANTED = "wanted a function (image_shape, num_classes) -> keras.Model"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (7, f"model is 7; {WANTED}, as each run begins with new weights"),
        (convolutions(SHAPE, 3), f"model is a keras.Model; {WANTED}, as each run begins with new weights"),
        (lambda image_shape: None,
         f"test_custom.<lambda> does not take two arguments (too many positional arguments); {WANTED}"),
        (lambda image_shape, num_classes: None, "test_custom.<lambda> returned NoneType; wanted a keras.Model"),
        (subclassed,
         "test_custom.subclassed returned a model that is a class of its own; wanted keras.Sequential or "
         "keras.Model(inputs, outputs), whose layers can be exported"),
        (two_inputs, "test_custom.two_inputs returned a model with 2 inputs and 1 outputs; wanted one of each"),
        (lambda image_shape, num_classes: convolutions((28, 28, 1), num_classes),
         "the network takes images of (28, 28, 1); wanted (12, 12, 1), which the function is given as image_shape"),
        (lambda image_shape, num_classes: convolutions(image_shape, 10),
         "the network gives an output of shape (None, 10); wanted (None, 3), a logit for each class"),
        (lambda image_shape, num_classes: keras.Sequential(
            [keras.Input(image_shape), layers.Flatten(), layers.Dense(num_classes, activation="sigmoid")]),
         "the network ends in sigmoid (layer dense); wanted logits; leave the activation out"),
        (lambda image_shape, num_classes: keras.Sequential(
            [keras.Input(image_shape), layers.Conv2D(num_classes, 3), layers.GlobalAveragePooling2D()]),
         "the last layer gets the output of conv2d1, of shape (None, 10, 10, 3); wanted features (n, num_features), as "
         "from Flatten or GlobalAveragePooling2D; end in a Dense layer after one of these"),
        (scaled,
         "the network ends in the operation Multiply, which is no layer; wanted a layer at the end, such as Dense; "
         "put the operation before it"),
        (shared, "layer dense1 is used more than once; wanted each layer once; make two of them"),
        (disguised, "the network gives probabilities; wanted logits; leave the softmax at its end out"),
        (ending_in(layers.Rescaling(float("inf"))),
         "the network gives values that are not finite for images of 0..255; wanted logits"),
        (ending_in(layers.Lambda(lambda x: x)),
         "the network cannot be built again from its configuration (Lambda); wanted layers of Keras, or such as are "
         "registered with @keras.saving.register_keras_serializable() and imported; a Lambda layer is not enough"),
        (ending_in(Unregistered()),
         "the network cannot be built again from its configuration (Unregistered); wanted layers of Keras, or such as "
         "are registered with @keras.saving.register_keras_serializable() and imported; a Lambda layer is not enough"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_told_in_a_line(build: Any, message: str) -> None:
    keras.utils.clear_session()
    message = message.replace("test_custom.", f"{__name__}.")
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        custom.architecture_of(build, SHAPE, 3)


def test_the_json_is_plain() -> None:
    content = json.loads(custom.architecture_of(nested, SHAPE, 3))
    assert content["class_name"] == "Functional"
    assert "compile_config" not in content
