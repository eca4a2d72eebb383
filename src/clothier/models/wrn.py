"""wrn16_8: a wide residual network of 16 convolutions, 8 times as wide as a plain one. 10,968,282 parameters at 28x28x1
and ten classes, 10,961,082 of them trainable.

Source: S. Zagoruyko and N. Komodakis, "Wide Residual Networks", 2016, table 1, with blocks of two 3x3 convolutions,
batch normalisation and ReLU before each, and no dropout.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import parts
from clothier.models.layers import BatchNormalization


def build(
    image_shape: tuple[int, int, int], num_classes: int, depth: int = 16, width: int = 8
) -> keras.Model:
    """The untrained network: `depth` counts its convolutions, 4 and 6 more for each block that its three groups have,
    and `width` is the factor to their 16, 32 and 64 filters."""
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = _conv(16, 3, 1, "conv1")(x)  # (28, 28, 16)
    # (28, 28, 128), (14, 14, 256), (7, 7, 512)
    for group, (filters, stride) in enumerate(((16, 1), (32, 2), (64, 2)), start=2):
        for block in range(1, (depth - 4) // 6 + 1):
            x = _block(x, filters * width, stride if block == 1 else 1, f"group{group}_block{block}")
    x = _norm_relu(x, "last")
    x = layers.GlobalAveragePooling2D(name="flatten")(x)  # (512,); named as the end of a trunk is
    return keras.Model(images, parts.logits(x, num_classes), name=f"wrn{depth}_{width}")


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    """Two convolutions beside a shortcut, which is the input itself where the shapes are equal."""
    ready = _norm_relu(x, f"{name}_1")
    if x.shape[-1] != filters or stride != 1:
        x = _conv(filters, 1, stride, f"{name}_shortcut")(ready)
    ready = _conv(filters, 3, stride, f"{name}_conv1")(ready)
    ready = _conv(filters, 3, 1, f"{name}_conv2")(_norm_relu(ready, f"{name}_2"))
    return layers.Add(name=f"{name}_add")([x, ready])


def _norm_relu(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.Activation("relu", name=f"{name}_relu")(BatchNormalization(name=f"{name}_norm")(x))


def _conv(filters: int, side: int, stride: int, name: str) -> keras.Layer:
    return layers.Conv2D(
        filters,
        side,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",  # as the authors' code has it
        name=name,
    )
