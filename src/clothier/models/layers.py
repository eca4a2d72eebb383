"""Layers that train faster than Keras's, with the variables of Keras's. Exported files hold Keras's own."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from clothier import backend


class Conv2D(keras.layers.Conv2D):  # type: ignore[misc]  # Keras publishes no types
    """Keras's layer, with the backend's faster gradient where it has one."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        plain = (
            tuple(self.strides) == (1, 1)
            and tuple(self.dilation_rate) == (1, 1)
            and self.groups == 1
            and self.data_format == "channels_last"
            and not isinstance(inputs, keras.KerasTensor)
        )
        outputs = backend.convolve(inputs, kernel, self.padding) if plain else None
        return super().convolution_op(inputs, kernel) if outputs is None else outputs


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


class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras publishes no types
    """Keras's layer over the last axis, trained by the backend's fused kernel where it has one.

    Keras computes the moments and the scaling as separate operations over the whole activation, in float32
    whatever the layers compute in; fused, in bfloat16, cnn4 trains about twice as fast. Statistics stay float32.
    Inference, and whatever the kernel does not cover, is left to Keras.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        axis = self.axis % len(inputs.shape)
        covered = self.center and not self.renorm and mask is None
        if not (training and self.trainable and covered and axis == len(inputs.shape) - 1):
            return super().call(inputs, training=training, mask=mask)
        gamma = self.gamma if self.scale else ops.ones_like(self.moving_mean)
        fused = backend.fused_batch_norm(inputs, gamma, self.beta, self.epsilon)
        if fused is None:
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = fused
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1.0 - self.momentum))
        return ops.cast(outputs, self.compute_dtype)
