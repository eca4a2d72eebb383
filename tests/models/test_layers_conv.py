from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from clothier import backend
from clothier.models.layers import Conv2D


def _step(layer: Any, inputs: np.ndarray, upstream: np.ndarray) -> list[np.ndarray]:
    x = tf.constant(inputs)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(tf.cast(layer(x, training=True), tf.float32) * upstream)
    return [np.asarray(g) for g in tape.gradient(total, [x, *layer.trainable_variables])]


@pytest.mark.parametrize(
    ("count", "side", "padding"),
    [(40, 3, "same"), (64, 4, "same"), (31, 5, "valid"), (1, 1, "same"), (97, 7, "same"), (100, 10, "valid")],
)
def test_gradients_on_small_maps_are_as_near_to_float32_as_kerass(
    count: int, side: int, padding: str
) -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(count, side, side, 16)).astype(np.float32)
    ours = Conv2D(24, 3, padding=padding, use_bias=False, dtype="mixed_bfloat16")
    theirs = keras.layers.Conv2D(24, 3, padding=padding, use_bias=False, dtype="mixed_bfloat16")
    exact = keras.layers.Conv2D(24, 3, padding=padding, use_bias=False)
    for layer in (ours, theirs, exact):
        layer.build(inputs.shape)
        layer.set_weights(ours.get_weights())
    upstream = rng.normal(size=ours.compute_output_shape(inputs.shape)).astype(np.float32)
    gradients = [_step(layer, inputs, upstream) for layer in (ours, theirs, exact)]
    for own, keras_own, truth in zip(*gradients, strict=True):
        error, keras_error = (np.linalg.norm(value - truth) for value in (own, keras_own))
        # Where the processor has no bfloat16 instructions Keras's gradient adds in float32, and errs a fifth less.
        assert error <= 1.3 * keras_error + 1e-6
        assert error < 0.05 * np.linalg.norm(truth)


@pytest.mark.parametrize("options", [{"strides": 2}, {"dilation_rate": 2}, {"groups": 2}, {"kernel_size": 1}])
def test_what_it_does_not_cover_is_left_to_keras(options: dict[str, Any]) -> None:
    inputs = np.random.default_rng(0).normal(size=(4, 5, 5, 4)).astype(np.float32)
    options = {"filters": 6, "kernel_size": 3, "dtype": "mixed_bfloat16"} | options
    ours, theirs = Conv2D(**options), keras.layers.Conv2D(**options)
    for layer in (ours, theirs):
        layer.build(inputs.shape)
    theirs.set_weights(ours.get_weights())
    np.testing.assert_array_equal(tf.cast(ours(inputs), tf.float32), tf.cast(theirs(inputs), tf.float32))


@pytest.mark.parametrize(("side", "padding"), [(3, "same"), (5, "valid")])
def test_in_float32_gradients_on_small_maps_are_kerass(side: int, padding: str) -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(40, side, side, 16)).astype(np.float32)
    ours, theirs = (kind(24, 3, padding=padding) for kind in (Conv2D, keras.layers.Conv2D))
    for layer in (ours, theirs):
        layer.build(inputs.shape)
        layer.set_weights(ours.get_weights())
    upstream = rng.normal(size=(40, *ours.compute_output_shape(inputs.shape)[1:])).astype(np.float32)
    for own, keras_own in zip(_step(ours, inputs, upstream), _step(theirs, inputs, upstream), strict=True):
        np.testing.assert_allclose(own, keras_own, rtol=0, atol=1e-5 * np.abs(keras_own).max())


def test_only_small_maps_are_covered() -> None:
    def outputs(side: int, dtype: Any) -> Any:
        return backend.convolve(tf.zeros([2, side, side, 3], dtype), tf.zeros([3, 3, 3, 4], dtype), "same")

    for dtype, most in ((tf.float32, 3), (tf.bfloat16, 8)):
        assert outputs(most, dtype).shape == (2, most, most, 4)
        assert outputs(most + 1, dtype) is None
    assert outputs(3, tf.float64) is None
