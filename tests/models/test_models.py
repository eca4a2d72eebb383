"""The family: every architecture, at several shapes; and the four of the tutorials against literal Keras."""

from __future__ import annotations

import importlib
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from clothier import backend, models
from clothier.errors import InputError
from clothier.values import Predictions

IMAGES = np.random.default_rng(0).integers(0, 256, (16, 28, 28, 1), dtype=np.uint8)


def _literal(name: str) -> list[Any]:
    """The layers as the tutorials write them, from pixels in [0, 1] to probabilities."""
    conv, pool, drop, dense = layers.Conv2D, layers.MaxPooling2D, layers.Dropout, layers.Dense
    norm, flatten = layers.BatchNormalization, layers.Flatten
    return {
        "cnn1": lambda: [
            conv(32, (3, 3), activation="relu"), pool((2, 2)), drop(0.2),
            flatten(), dense(128, activation="relu"), dense(10, activation="softmax"),
        ],
        "cnn1_dropout": lambda: [
            conv(32, (3, 3), activation="relu"), pool((2, 2)),
            flatten(), dense(128, activation="relu"), drop(0.5), dense(10, activation="softmax"),
        ],
        "cnn3": lambda: [
            conv(32, (3, 3), activation="relu"), pool((2, 2)), drop(0.25),
            conv(64, (3, 3), activation="relu"), pool((2, 2)), drop(0.25),
            conv(128, (3, 3), activation="relu"), drop(0.4),
            flatten(), dense(128, activation="relu"), drop(0.3), dense(10, activation="softmax"),
        ],
        "cnn4": lambda: [
            conv(32, (3, 3), activation="relu"), norm(), conv(32, (3, 3), activation="relu"), norm(), pool((2, 2)),
            drop(0.25), conv(64, (3, 3), activation="relu"), norm(), drop(0.25),
            conv(128, (3, 3), activation="relu"), norm(), pool((2, 2)), drop(0.25),
            flatten(), dense(512, activation="relu"), norm(), drop(0.5),
            dense(128, activation="relu"), norm(), drop(0.5), dense(10, activation="softmax"),
        ],
        "linear": lambda: [flatten(), dense(10, activation="softmax")],
    }[name]()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "parameters", "trainable"),
    [
        ("cnn1", 693_962, 693_962),
        ("cnn1_dropout", 693_962, 693_962),
        ("linear", 7_850, 7_850),
        ("cnn3", 241_546, 241_546),
        ("cnn4", 1_221_546, 1_219_754),
    ],
)
def test_published_architectures_agree_with_literal_keras(name: str, parameters: int, trainable: int) -> None:
    backend.set_seed(1)
    model = models.build(name, (28, 28, 1), 10)
    rows = models.describe(model)
    assert sum(row.parameters for row in rows) == model.count_params() == parameters
    assert sum(row.trainable for row in rows) == trainable

    literal = keras.Sequential([keras.Input((28, 28, 1)), *_literal(name)])
    # Weights far from their start, moving means and variances too, so that every layer shows.
    rng = np.random.default_rng(1)
    weights = [
        w + np.abs(rng.normal(0, 0.3, w.shape)).astype(np.float32) * (w.ndim == 1)
        for w in model.get_weights()
    ]
    model.set_weights(weights)
    literal.set_weights(weights)
    ours = Predictions(np.asarray(model(IMAGES, training=False))).uncalibrated_probabilities
    theirs = np.asarray(literal(IMAGES.astype(np.float32) / 255, training=False))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    rates = [la.rate for la in literal.layers if isinstance(la, layers.Dropout)]
    assert [la.rate for la in model.layers if isinstance(la, layers.Dropout)] == rates


LARGE = ("vgg19", "wrn16_8")  # they take 100 times as long as the others
GREY, COLOUR = ((28, 28, 1), 10), ((40, 33, 3), 2)
FAMILY = [
    (name, *size, dtype)
    for name in models.MODELS
    if name not in models.BASES or name == "vgg19"  # the others are in bases/test_bases.py
    for dtype, sizes in {"float32": (GREY, COLOUR), "bfloat16": (COLOUR, GREY)}.items()
    for size in sizes[: 1 if name in LARGE else 2]
]


@pytest.mark.parametrize(("name", "shape", "num_classes", "dtype"), FAMILY)
def test_family(name: str, shape: tuple[int, int, int], num_classes: int, dtype: str) -> None:
    model = models.build(name, shape, num_classes, dtype)
    count = 1 if name in LARGE else 8
    images = np.random.default_rng(2).integers(0, 256, (count, *shape), dtype=np.uint8)
    labels = np.arange(count) % num_classes
    assert model.output_shape == (None, num_classes)
    logits = np.asarray(model(images, training=False))
    assert logits.dtype == np.float32
    assert np.isfinite(logits).all()
    assert all(str(w.dtype) == "float32" for w in model.weights)
    # One step moves every trainable weight: none is cut off from the loss.
    before = [np.asarray(w).copy() for w in model.trainable_variables]
    trainer = backend.Trainer(model, keras.optimizers.Adam())
    trainer.step(images, labels)
    stuck = [
        w.path
        for w, old in zip(model.trainable_variables, before, strict=True)
        if (np.asarray(w) == old).all()
    ]
    assert stuck == []


@pytest.mark.parametrize("name", [name for name in models.MODELS if models.MODELS[name].smallest > 1])
def test_the_smallest_images_are_the_smallest(name: str) -> None:
    side = models.MODELS[name].smallest
    models.build(name, (side, side, 1), 2)
    with pytest.raises(
        InputError, match=rf"^{name} got images of {side - 1}x99 pixels; wanted at least {side}x{side};"
    ):
        models.build(name, (side - 1, 99, 1), 2)
    with pytest.raises(
        ValueError, match=r"output size would be zero or negative"
    ):  # the table tells the truth
        importlib.import_module(f"clothier.models.{name}").build((side - 1, 99, 1), 2)


def test_one_class_is_refused() -> None:
    with pytest.raises(InputError, match=r"^cnn1 got 1 class; wanted at least 2$"):
        models.build("cnn1", (28, 28, 1), 1)


def test_unknown_model() -> None:
    with pytest.raises(InputError) as caught:
        models.build("cnn2", (28, 28, 1), 10)
    assert str(caught.value).startswith("unknown model 'cnn2'; known: cnn1, ")


def test_building_leaves_the_callers_precision_alone() -> None:
    models.build("cnn1", (28, 28, 1), 10, "bfloat16")
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize(
    "name", [name for name in models.MODELS if name not in models.BASES or name == "vgg19"]
)
def test_an_outline_is_the_network_without_its_weights(name: str) -> None:
    assert models.outlined(name, (28, 30, 3), 7) == models.describe(models.build(name, (28, 30, 3), 7))
