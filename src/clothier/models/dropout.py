"""Dropout at a third of the cost."""

from __future__ import annotations

from typing import Any

import keras

from clothier import backend


class Dropout(keras.layers.Dropout):  # type: ignore[misc]  # Keras publishes no types
    """Keras's layer, which draws a byte for each unit where Keras draws a float32: the rate is the nearest of the
    256ths, and what stays is scaled by exactly that, so that means are kept.

    In cnn1 a third of a step's time went into drawing.
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0 or self.noise_shape is not None:
            return super().call(inputs, training=training)
        kept = backend.keep_at_random(inputs, self.rate, self.seed_generator)
        return super().call(inputs, training=True) if kept is None else kept
