"""Adam in one operation a variable."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from clothier import backend


class Adam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras publishes no types
    """Keras's optimiser, with the same variables and the same update, in the backend's fused operation where there is
    one: Keras spends eleven operations on each variable, each of which reads and writes all of it."""

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        place = self._get_variable_index(variable)
        count = ops.cast(self.iterations + 1, variable.dtype)
        done = not self.amsgrad and backend.apply_adam(
            variable,
            self._momentums[place],
            self._velocities[place],
            gradient,
            learning_rate=ops.cast(learning_rate, variable.dtype),
            betas=(self.beta_1, self.beta_2),
            powers=(ops.power(self.beta_1, count), ops.power(self.beta_2, count)),
            epsilon=self.epsilon,
        )
        if not done:
            super().update_step(gradient, variable, learning_rate)
