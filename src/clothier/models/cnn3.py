"""cnn3: three convolutions with dropout. 241,546 parameters at 28x28x1 and ten classes.

Source: the article of the four networks, its second.
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
    x = Dropout(0.25, name="dropout1")(x)
    x = Conv2D(64, 3, activation="relu", name="conv2")(x)  # (11, 11, 64)
    x = layers.MaxPooling2D(2, name="pool2")(x)  # (5, 5, 64)
    x = Dropout(0.25, name="dropout2")(x)
    x = Conv2D(128, 3, activation="relu", name="conv3")(x)  # (3, 3, 128)
    x = Dropout(0.4, name="dropout3")(x)
    x = layers.Flatten(name="flatten")(x)  # (1152,)
    x = layers.Dense(128, activation="relu", name="dense1")(x)  # (128,)
    x = Dropout(0.3, name="dropout4")(x)
    return keras.Model(images, parts.logits(x, num_classes), name="cnn3")
