from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from clothier.models.layers import Dropout


@pytest.mark.parametrize("rate", [0.2, 0.25, 0.5])
@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_the_share_and_the_mean_are_kept(rate: float, dtype: str) -> None:
    layer = Dropout(rate, dtype=dtype, seed=3)
    ones = tf.ones([400, 13, 13, 8], layer.compute_dtype)
    kept = tf.cast(layer(ones, training=True), tf.float32).numpy()
    share = round(rate * 256) / 256
    scale = np.float32(tf.cast(1 / (1 - share), layer.compute_dtype))
    assert set(np.unique(kept).tolist()) == {0.0, float(scale)}
    deviation = (share * (1 - share) / kept.size) ** 0.5
    assert abs((kept == 0).mean() - share) < 5 * deviation
    # No place is favoured: neither one of the four bytes of a word, nor one channel.
    for axes in ((0, 1, 2), (0, 3)):
        places = (kept == 0).mean(axis=axes)
        spread = (share * (1 - share) / (kept.size / places.size)) ** 0.5
        assert np.abs(places - share).max() < 6 * spread


def test_gradients_pass_where_units_stayed() -> None:
    layer, inputs = (
        Dropout(0.4, seed=1),
        tf.constant(np.random.default_rng(0).normal(size=(50, 9)), tf.float32),
    )
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=True)
    gradient = tape.gradient(outputs, inputs)
    np.testing.assert_allclose(outputs, inputs * gradient, rtol=1e-6)
    assert 0 < int(tf.math.count_nonzero(gradient)) < 450


def test_each_call_draws_anew_and_a_seed_repeats_them() -> None:
    ones = tf.ones([100, 7])

    def draws() -> list[Any]:
        layer = Dropout(0.5, seed=9)
        return [layer(ones, training=True).numpy() for _ in range(2)]

    first, second = draws()
    assert (first != second).any()
    np.testing.assert_array_equal(draws(), [first, second])


def test_elsewhere_it_is_kerass() -> None:
    ones = tf.ones([8, 4, 4, 2])
    np.testing.assert_array_equal(Dropout(0.5)(ones, training=False), ones)
    np.testing.assert_array_equal(Dropout(0.0)(ones, training=True), ones)
    shaped = [kind(0.5, noise_shape=(8, 1, 1, 2), seed=5) for kind in (Dropout, keras.layers.Dropout)]
    np.testing.assert_array_equal(*(layer(ones, training=True) for layer in shaped))
    tiny = [kind(0.001, seed=5) for kind in (Dropout, keras.layers.Dropout)]  # nearer to 0 than to a 256th
    np.testing.assert_array_equal(*(layer(ones, training=True) for layer in tiny))
