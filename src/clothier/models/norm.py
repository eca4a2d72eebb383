"""Batch normalisation in one fused operation, with the variables and the results of Keras's."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from clothier import backend


class BatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras publishes no types
    """Keras's layer over the last axis, trained by the backend's fused kernel where it has one.

    Keras computes the moments and the scaling as separate operations over the whole activation, in float32
    whatever the layers compute in; fused, in bfloat16, cnn4 trains about twice as fast. Statistics stay float32.
    Inference, and whatever the kernel does not cover, is left to Keras.

    In a training step of ours the moving averages are those of the batches alone. Keras's would begin with mean 0 and
    variance 1, of which a momentum of 0.99 leaves 15 % after the 188 steps of cnn4's first epoch.
    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 3.
    """

    momentum: float

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        momentum = self.momentum
        self.momentum = backend.moving_share(momentum)  # Keras's path reads it too
        try:
            return self._normalize(inputs, training, mask)
        finally:
            self.momentum = momentum

    def _normalize(self, inputs: Any, training: bool | None, mask: Any) -> Any:
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
