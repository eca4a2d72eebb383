"""resnet10: a residual network of ten layers for photos. 1,086,538 parameters at 112x112x3 and ten classes.

Its first layer takes patches of 4x4 pixels that do not overlap, and each stage has one residual block: most of the work
is done by convolutions of 3x3, which processors without a GPU are fastest at. Source: K. He et al., "Deep Residual
Learning for Image Recognition", 2016, section 3.3, there with stages of two blocks and more.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import parts
from clothier.models.layers import BatchNormalization, Conv2D, Dropout

WIDTHS = (48, 96, 192)  # channels at 28x28, at 14x14 and at 7x7
PATCH = 4
DROPOUT = 0.1


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (112, 112, 3)
    x = layers.Rescaling(4.0, offset=-2.2, name="centre")(x)
    x = _relu(_conv(x, WIDTHS[0], PATCH, PATCH, "stem"), "stem")  # (28, 28, 48)
    for stage, width in enumerate(WIDTHS, start=1):
        if stage > 1:
            x = _relu(_conv(x, width, 3, 2, f"down{stage}"), f"down{stage}")  # (14, 14, 96), (7, 7, 192)
        y = _relu(_conv(x, width, 3, 1, f"conv{stage}a"), f"conv{stage}a")
        y = layers.Add(name=f"add{stage}")([x, _conv(y, width, 3, 1, f"conv{stage}b")])
        x = _relu(y, f"add{stage}")
    x = layers.GlobalAveragePooling2D(name="flatten")(x)  # (192,)
    return keras.Model(
        images, parts.logits(Dropout(DROPOUT, name="dropout")(x), num_classes), name="resnet10"
    )


def _conv(x: keras.KerasTensor, filters: int, kernel: int, stride: int, name: str) -> keras.KerasTensor:
    """A convolution and batch normalisation."""
    made = Conv2D(
        filters,
        kernel,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )
    return BatchNormalization(epsilon=1e-3, momentum=0.95, name=f"{name}_norm")(made(x))


def _relu(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.Activation("relu", name=f"{name}_relu")(x)
