"""fastnet: a small residual network that learns in few passes. 427,296 parameters at 28x28x1 and ten classes, of which
425,728 are trainable.

A frozen first layer whitens patches of 4x4 pixels, so that learning begins on inputs that are neither correlated nor
of different sizes. Pooling comes before normalisation and activation, which then have a quarter to do. Kernels of 3x3
begin as identities.

Source: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, and Page, "How to Train Your ResNet", 2018.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from clothier.models import parts
from clothier.models.layers import BatchNormalization, Conv2D
from clothier.values import Floats, Images

WIDTHS = (64, 64, 128)  # channels at 14x14, at 7x7, and at 3x3
PATCH = 4  # side of a whitened patch, in pixels
NUM_PATCHES = 400_000  # patches the whitening is computed from
EPSILON = 5e-4  # added to the variances, for pixels that hardly vary
LOGIT_SCALE = 1 / 8


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = whitening(x, PATCH, stride=2)  # (14, 14, 32)
    first, second, third = WIDTHS
    x = block(x, first, "conv1", pool=True)  # (7, 7, 64)
    x = block(x, second, "conv2")
    x = block(x, third, "conv3", pool=True)  # (3, 3, 128)
    x = block(x, third, "conv4")
    x = block(x, third, "conv5", add=x)
    return keras.Model(images, head(x, num_classes), name="fastnet")


def whitening(x: Any, patch: int, stride: int) -> Any:
    """The frozen first layer, which `adapt` sets: a filter and its negative for each direction of a patch."""
    filters = 2 * patch * patch * x.shape[3]
    return layers.Conv2D(
        filters, patch, stride, padding="same", activation="relu", trainable=False, name="whiten"
    )(x)


def head(x: Any, num_classes: int) -> Any:
    x = layers.GlobalMaxPooling2D(name="flatten")(x)
    # No bias: the batch normalisation below has one, and classes that are equally frequent need none.
    x = layers.Dense(num_classes, use_bias=False, kernel_initializer=_unit, dtype="float32", name="logits")(x)
    return layers.Rescaling(LOGIT_SCALE, dtype="float32", name="logits_scaled")(x)


def block(x: Any, width: int, name: str, pool: bool = False, add: Any = None) -> Any:
    x = Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=identity, name=name)(x)
    if pool:
        x = layers.MaxPooling2D(2, name=f"{name}_pool")(x)
    x = BatchNormalization(momentum=0.8, epsilon=1e-5, scale=False, name=f"{name}_norm")(x)
    if add is not None:
        x = layers.Add(name=f"{name}_add")([x, add])
    return layers.Activation("relu", name=f"{name}_relu")(x)


def identity(shape: tuple[int, ...], dtype: Any = None) -> Any:
    """A kernel (3, 3, inputs, outputs) that copies its input to the first outputs; the others are drawn at random."""
    height, width, inputs, outputs = shape
    bound = 1 / np.sqrt(height * width * inputs)
    kernel = ops.convert_to_tensor(keras.initializers.RandomUniform(-bound, bound)(shape, dtype=dtype))
    same = min(inputs, outputs)
    centre = np.zeros((height, width, inputs, same))
    centre[height // 2, width // 2, :same] = np.eye(same)
    return ops.concatenate([ops.cast(centre, kernel.dtype), kernel[..., same:]], axis=-1)


def _unit(shape: tuple[int, ...], dtype: Any = None) -> Any:
    return keras.initializers.RandomNormal(stddev=1 / math.sqrt(shape[0]))(shape, dtype=dtype)


def adapt(model: keras.Model, images: Images, rng: np.random.Generator) -> None:
    """Set the frozen first layer from training images, uint8 (n, height, width, channels): each filter gives one
    principal component of a patch with variance 1, or its negative."""
    layer = model.get_layer("whiten")
    (patch, _), (stride, _), channels = layer.kernel_size, layer.strides, images.shape[3]
    some = images[np.sort(rng.permutation(len(images))[:5000])]
    mean, deviation = _moments(some)
    padded = np.pad(some, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (patch, patch), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    chosen = rng.permutation(math.prod(windows.shape[:3]))[:NUM_PATCHES]
    # Chosen while they are bytes: all patches of large photos would not fit into memory.
    pixels = windows[np.unravel_index(chosen, windows.shape[:3])].transpose(0, 2, 3, 1)
    patches = ((pixels.astype(np.float32) / 255 - mean) / deviation).reshape(len(chosen), -1)
    variances, directions = np.linalg.eigh(patches.T @ patches / len(patches))
    filters = (directions / np.sqrt(variances + EPSILON))[:, ::-1]
    kernel = np.concatenate([filters, -filters], axis=1).reshape(patch, patch, channels, -1)
    kernel = kernel / deviation[:, None]  # for pixels in 0..1, which the bias centres
    layer.set_weights([kernel, -np.einsum("hwcf,c->f", kernel, mean)])


def _moments(images: Images) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each channel, float32 (channels,), of pixels in 0..1, from sums of whole numbers:
    in float32 the sum of a colour stops growing at 2**24."""
    count = images[..., 0].size
    total = images.sum((0, 1, 2), dtype=np.int64)
    squares = sum(np.square(image, dtype=np.int64).sum((0, 1)) for image in images)
    mean = total / count
    deviation = np.sqrt(squares / count - mean**2)
    return (mean / 255).astype(np.float32), (deviation / 255 + 1e-6).astype(np.float32)
