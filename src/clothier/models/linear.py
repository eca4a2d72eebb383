"""linear: one dense layer on the pixels, which is multinomial logistic regression. 7,850 parameters at 28x28x1 and ten
classes.

A baseline: what the other networks are worth is what they have above it.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import parts


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = layers.Flatten(name="flatten")(x)  # (784,)
    return keras.Model(images, parts.logits(x, num_classes), name="linear")
