"""cnn1_dropout: one convolution, with dropout before the logits. 693,962 parameters at 28x28x1 and ten classes.

Source: the classifier in R.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import parts
from clothier.models.layers import Conv2D, Dropout


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = Conv2D(32, 3, activation="relu", name="conv1")(x)  # (26, 26, 32)
    x = layers.MaxPooling2D(2, name="pool1")(x)  # (13, 13, 32)
    x = layers.Flatten(name="flatten")(x)  # (5408,)
    x = layers.Dense(128, activation="relu", name="dense1")(x)  # (128,)
    x = Dropout(0.5, name="dropout1")(x)
    return keras.Model(images, parts.logits(x, num_classes), name="cnn1_dropout")
