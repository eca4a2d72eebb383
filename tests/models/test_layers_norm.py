"""Ours against Keras's layer: outputs, gradients and moving statistics of a training step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from clothier import backend
from clothier.models.layers import BatchNormalization

SHAPES = [(32, 7, 5, 6), (64, 9), (2, 3), (1, 4, 4, 3), (1, 5)]


def _step(layer: Any, inputs: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    """[outputs, gradient of the inputs, of gamma, of beta, moving mean, moving variance] after one call."""
    x = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(x)
        outputs = layer(x, training=True)
        total = tf.reduce_sum(tf.cast(outputs, tf.float32) * upstream)
    gradients = tape.gradient(total, [x, *layer.trainable_variables])
    values = [outputs, *gradients, *layer.non_trainable_variables]
    return [np.asarray(tf.cast(value, tf.float32)) for value in values]


def _pair(shape: tuple[int, ...], dtype: str, **options: Any) -> tuple[Any, Any, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    ours = BatchNormalization(dtype=dtype, **options)
    theirs = keras.layers.BatchNormalization(dtype=dtype, **options)
    inputs = rng.normal(3, 2, shape).astype(np.float32)
    weights = [
        rng.uniform(0.5, 1.5, shape[-1]).astype(np.float32) for _ in range(3 + options.get("scale", True))
    ]
    for layer in (ours, theirs):
        layer.build(shape)
        layer.set_weights(weights)
    return ours, theirs, inputs, rng.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_float32_agrees_to_1e_5(shape: tuple[int, ...], scale: bool) -> None:
    ours, theirs, inputs, upstream = _pair(shape, "float32", scale=scale)
    for value, expected in zip(_step(ours, inputs, upstream), _step(theirs, inputs, upstream), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("shape", SHAPES[:3])
def test_bfloat16_outputs_agree_to_one_rounding_step(shape: tuple[int, ...]) -> None:
    ours, theirs, inputs, upstream = _pair(shape, "mixed_bfloat16")
    value, expected = (_step(layer, inputs, upstream) for layer in (ours, theirs))
    step = 2.0**-8  # bfloat16 keeps eight significant bits: neighbours differ by at most 2^-7 of their size
    np.testing.assert_allclose(value[0], expected[0], rtol=2 * step, atol=step)
    for own, keras_own in zip(value[4:], expected[4:], strict=True):
        np.testing.assert_allclose(own, keras_own, rtol=1e-4)  # statistics are float32 in both
    assert ours.compute_dtype == "bfloat16"


@pytest.mark.parametrize("scale", [True, False])
def test_it_is_really_fused(monkeypatch: pytest.MonkeyPatch, scale: bool) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("Keras's own path")

    ours, _, inputs, upstream = _pair((8, 4, 4, 2), "float32", scale=scale)
    monkeypatch.setattr(keras.layers.BatchNormalization, "call", refuse)
    _step(ours, inputs, upstream)


@pytest.mark.parametrize("options", [{"axis": 1}, {"center": False}])
def test_what_the_kernel_does_not_cover_is_left_to_keras(options: dict[str, Any]) -> None:
    inputs = np.random.default_rng(0).normal(size=(16, 4, 4, 3)).astype(np.float32)
    ours, theirs = BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    np.testing.assert_array_equal(ours(inputs, training=True), theirs(inputs, training=True))


def test_inference_is_kerass() -> None:
    ours, theirs, inputs, _ = _pair((8, 4, 4, 2), "float32")
    np.testing.assert_array_equal(ours(inputs, training=False), theirs(inputs, training=False))
    ours.trainable = theirs.trainable = False
    np.testing.assert_array_equal(ours(inputs, training=True), theirs(inputs, training=True))


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("kind", [BatchNormalization, keras.layers.BatchNormalization])
def test_a_moving_average_in_training_is_that_of_the_batches_alone(kind: Any, axis: int) -> None:
    """The fused kernel takes the last axis, Keras any; the mean 0 and variance 1 at the start leave no trace."""
    layer = kind(axis=axis, momentum=0.9, dtype="float32")
    images = keras.Input((4, 4))
    nested = keras.Sequential([layer])
    network = keras.Model(images, keras.layers.Flatten()(nested(images)))
    trainer = backend.Trainer(network, keras.optimizers.SGD(0.0))
    batches = np.random.default_rng(0).normal(3, 2, (5, 8, 4, 4)).astype(np.float32)
    for batch in batches:
        trainer.step(batch, np.zeros(8, np.int64))
    over = (1, 2) if axis == -1 else (1, 3)
    shares = 0.9 ** np.arange(5)[::-1]
    for moving, of_batches in (
        (layer.moving_mean, batches.mean(over)),
        (layer.moving_variance, batches.var(over)),
    ):
        expected = np.average(of_batches, axis=0, weights=shares)
        np.testing.assert_allclose(np.asarray(moving), expected, rtol=1e-5)
    assert layer.get_config()["momentum"] == 0.9


def test_outside_of_our_training_it_averages_as_keras_does() -> None:
    ours, theirs, inputs, _ = _pair((8, 4, 4, 2), "float32")
    for layer in (ours, theirs):
        layer(inputs, training=True)
    np.testing.assert_allclose(ours.moving_mean, theirs.moving_mean, rtol=1e-5)


def test_after_many_steps_the_moving_averages_are_those_of_keras() -> None:
    """The correction fades with momentum^steps: after the 1,880 steps of cnn4's ten epochs 0.99^1880 is 6e-9."""
    batches = np.random.default_rng(0).normal(3, 2, (40, 8, 4)).astype(np.float32)
    images = keras.Input((4,))
    ours = BatchNormalization(momentum=0.5, dtype="float32")
    trainer = backend.Trainer(keras.Model(images, ours(images)), keras.optimizers.SGD(0.0))
    theirs = keras.layers.BatchNormalization(momentum=0.5, dtype="float32")
    for batch in batches:
        trainer.step(batch, np.zeros(8, np.int64))
        theirs(batch, training=True)
    for name in ("moving_mean", "moving_variance"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-5)
