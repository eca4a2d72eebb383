"""TensorFlow's faster operations for layers and optimisers. Each declines where it has nothing to offer, and on JAX,
where XLA fuses what Keras writes."""

from __future__ import annotations

from typing import Any

from clothier.backend.door import tensorflow as tf
from clothier.backend.library import name

# The largest height and width of a map on which a convolution has a kernel gradient of its own.
SMALL = {"float32": 3, "bfloat16": 8}
RUN = 32  # images, at least, that such a gradient takes as one row of pixels


def fused_batch_norm(inputs: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any] | None:
    """(outputs, mean, variance) of a training batch normalised over its last axis, in one operation; None where
    the backend has no such operation for these inputs.

    inputs: float32 or bfloat16 (n, c) or (n, height, width, c); outputs alike. mean and variance: float32 (c,),
    the variance without Bessel's correction, as Keras keeps it.
    """
    if name() != "tensorflow":
        return None
    rank = inputs.shape.rank
    if rank not in (2, 4) or inputs.dtype not in (tf.float32, tf.bfloat16):
        return None
    images = inputs if rank == 4 else inputs[:, None, None, :]
    empty = tf.zeros([0])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images,
        scale=tf.convert_to_tensor(gamma),
        offset=tf.convert_to_tensor(beta),
        mean=empty,
        variance=empty,
        epsilon=epsilon,
        is_training=True,
    )
    # The kernel's variance has Bessel's correction. A single row has none to undo: both are 0.
    count = tf.cast(tf.reduce_prod(tf.shape(images)[:3]), tf.float32)
    variance = variance * ((count - 1) / count)
    return outputs if rank == 4 else outputs[:, 0, 0, :], mean, variance


def keep_at_random(inputs: Any, rate: float, seeds: Any) -> Any | None:
    """`inputs`, float32 or bfloat16 (n, ...), with a share of `rate` (to the nearest 256th) set to 0 and the rest
    scaled up by what that leaves; None where the rate rounds to nothing or to all. `seeds` is a Keras SeedGenerator.
    """
    if name() != "tensorflow":
        return None
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


def apply_adam(
    variable: Any,
    momentum: Any,
    velocity: Any,
    gradient: Any,
    *,
    learning_rate: Any,
    betas: tuple[float, float],
    powers: tuple[Any, Any],
    epsilon: float,
) -> bool:
    """Move a Keras variable and its two moments by one step; False, and nothing done, where there is no such operation.

    `powers` are the betas to the number of this step, float32 scalars.
    """
    if name() != "tensorflow":
        return False
    handles = [getattr(v, "handle", None) for v in (variable, momentum, velocity)]
    if None in handles or isinstance(gradient, tf.IndexedSlices):
        return False
    tf.raw_ops.ResourceApplyAdam(
        var=handles[0],
        m=handles[1],
        v=handles[2],
        beta1_power=tf.cast(powers[0], tf.float32),
        beta2_power=tf.cast(powers[1], tf.float32),
        lr=learning_rate,
        beta1=betas[0],
        beta2=betas[1],
        epsilon=epsilon,
        grad=gradient,
    )
    return True


def convolve(inputs: Any, kernel: Any, padding: str) -> Any | None:
    """A convolution of float32 or bfloat16 (n, height, width, in) with (3, 3, in, out), stride 1, "same" or "valid",
    whose kernel gradient is computed along the images; None where the usual way is as fast.

    The gradient sums over images and places. The library's primitive makes its tiles from the places along a row of
    one image, of which a small map has too few.
    """
    if name() != "tensorflow":
        return None
    height, width = inputs.shape[1:3]
    cut = 0 if padding == "same" else 2
    if inputs.dtype.name not in SMALL or kernel.shape[:2] != (3, 3) or None in (height, width):
        return None
    if not 0 < max(height, width) - cut <= SMALL[inputs.dtype.name]:
        return None

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # no types
    def convolved(inputs: Any, kernel: Any) -> Any:
        def gradients(upstream: Any) -> tuple[Any, Any]:
            of_inputs = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(inputs),
                filter=kernel,
                out_backprop=upstream,
                strides=[1, 1, 1, 1],
                padding=padding.upper(),
            )
            return of_inputs, _kernel_gradient(inputs, upstream, padding)

        return tf.nn.conv2d(inputs, kernel, 1, padding.upper()), gradients

    return convolved(tf.convert_to_tensor(inputs), tf.convert_to_tensor(kernel))


def _kernel_gradient(inputs: Any, upstream: Any, padding: str) -> Any:
    """The gradient of the kernel of a three-dimensional convolution, whose third dimension runs through the images and
    whose kernel is one wide there. A few dozen images at a time stay in the cache, which makes it up to twice as fast
    as all images at once."""
    count = tf.shape(inputs)[0]
    divisors = tf.range(1, tf.maximum(count // RUN, 1) + 1)
    runs = tf.reduce_max(tf.where(count % divisors == 0, divisors, 1))

    def laid_out(maps: Any) -> Any:  # (runs, height, width, images of a run, channels)
        return tf.transpose(tf.reshape(maps, [runs, count // runs, *maps.shape[1:]]), [0, 2, 3, 1, 4])

    gradient = tf.raw_ops.Conv3DBackpropFilterV2(
        input=laid_out(inputs),
        filter_sizes=[3, 3, 1, inputs.shape[-1], upstream.shape[-1]],
        out_backprop=laid_out(upstream),
        strides=[1, 1, 1, 1, 1],
        padding=padding.upper(),
    )
    return gradient[:, :, 0]
