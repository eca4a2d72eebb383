"""Random zeros, cheaply."""

from __future__ import annotations

from typing import Any


def keep_at_random(inputs: Any, rate: float, seeds: Any) -> Any | None:
    """`inputs`, float32 or bfloat16 (n, ...), with a share of `rate` (to the nearest 256th) set to 0 and the rest
    scaled up by what that leaves; None where the rate rounds to nothing or to all. `seeds` is a Keras SeedGenerator.
    """
    import tensorflow as tf

    threshold = round(rate * 256)
    if not 0 < threshold < 256:
        return None
    seed = tf.cast(tf.convert_to_tensor(seeds.next()), tf.int32)
    shape = tf.shape(inputs)
    count = tf.reduce_prod(shape)
    # One word gives four bytes; the counter-based Philox is named, so that all processors draw the same.
    words = tf.random.stateless_uniform(
        [(count + 3) // 4], seed, minval=None, maxval=None, dtype=tf.int32, alg="philox"
    )
    drawn = tf.reshape(tf.reshape(tf.bitcast(words, tf.uint8), [-1])[:count], shape)
    scale = tf.constant(256 / (256 - threshold), inputs.dtype)
    return inputs * tf.where(drawn >= threshold, scale, tf.zeros([], inputs.dtype))
