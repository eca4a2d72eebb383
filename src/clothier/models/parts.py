"""What every network begins and ends with."""

from __future__ import annotations

import keras
from keras import layers


def pixels(image_shape: tuple[int, int, int]) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """(the input, uint8 (n, height, width, channels); the same scaled to [0, 1])."""
    images = keras.Input(image_shape, dtype="uint8", name="images")
    return images, layers.Rescaling(1 / 255, name="scale")(images)


def logits(features: keras.KerasTensor, num_classes: int) -> keras.KerasTensor:
    """float32 (n, num_classes), whatever the other layers compute in."""
    scores = layers.Dense(num_classes, name="logits")(features)
    return layers.Activation("linear", dtype="float32", name="logits_float32")(scores)
