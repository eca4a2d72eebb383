"""fastnet_large: fastnet's parts at full resolution. 825,780 parameters at 28x28x1 and ten classes.

Each of three stages halves the sides and then adds what one more convolution makes of the result. Its frozen first
layer whitens patches of 3x3 pixels around every pixel, where fastnet's skips every other one.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import fastnet, parts
from clothier.models.fastnet import adapt

__all__ = ["WIDTHS", "adapt", "build"]

WIDTHS = (64, 128, 192)  # channels at 14x14, at 7x7, and at 3x3
PATCH = 3


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = fastnet.whitening(x, PATCH, stride=1)  # (28, 28, 18)
    for stage, width in enumerate(WIDTHS, start=1):
        x = fastnet.block(x, width, f"conv{stage}a", pool=True)  # (14, 14, 64), (7, 7, 128), (3, 3, 192)
        x = layers.Add(name=f"add{stage}")([x, fastnet.block(x, width, f"conv{stage}b")])
    return keras.Model(images, fastnet.head(x, num_classes), name="fastnet_large")
