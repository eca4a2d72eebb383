"""Networks as users build them."""

from __future__ import annotations

import keras
from keras import layers


def spectrum(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    """One with an operation that nothing exports."""
    images = keras.Input(image_shape)
    x = layers.Dense(8, activation="gelu")(layers.Flatten()(images / 255.0))
    real, _ = keras.ops.rfft(x)
    return keras.Model(images, layers.Dense(num_classes)(layers.Dense(5)(real)))
