"""Convolution that trains fast on small maps too, with the variables and the results of Keras's."""

from __future__ import annotations

from typing import Any

import keras

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
