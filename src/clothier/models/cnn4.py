"""cnn4: four convolutions, batch normalisation after each activation. 1,221,546 parameters at 28x28x1 and
ten classes, 1,219,754 of them trainable.

Source: the article of the four networks, its third.
"""

from __future__ import annotations

import keras
from keras import layers

from clothier.models import parts
from clothier.models.layers import BatchNormalization, Conv2D, Dropout


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    images, x = parts.pixels(image_shape)  # (28, 28, 1)
    x = Conv2D(32, 3, activation="relu", name="conv1")(x)  # (26, 26, 32)
    x = BatchNormalization(name="norm1")(x)
    x = Conv2D(32, 3, activation="relu", name="conv2")(x)  # (24, 24, 32)
    x = BatchNormalization(name="norm2")(x)
    x = layers.MaxPooling2D(2, name="pool1")(x)  # (12, 12, 32)
    x = Dropout(0.25, name="dropout1")(x)
    x = Conv2D(64, 3, activation="relu", name="conv3")(x)  # (10, 10, 64)
    x = BatchNormalization(name="norm3")(x)
    x = Dropout(0.25, name="dropout2")(x)
    x = Conv2D(128, 3, activation="relu", name="conv4")(x)  # (8, 8, 128)
    x = BatchNormalization(name="norm4")(x)
    x = layers.MaxPooling2D(2, name="pool2")(x)  # (4, 4, 128)
    x = Dropout(0.25, name="dropout3")(x)
    x = layers.Flatten(name="flatten")(x)  # (2048,)
    x = layers.Dense(512, activation="relu", name="dense1")(x)  # (512,)
    x = BatchNormalization(name="norm5")(x)
    x = Dropout(0.5, name="dropout4")(x)
    x = layers.Dense(128, activation="relu", name="dense2")(x)  # (128,)
    x = BatchNormalization(name="norm6")(x)
    x = Dropout(0.5, name="dropout5")(x)
    return keras.Model(images, parts.logits(x, num_classes), name="cnn4")
