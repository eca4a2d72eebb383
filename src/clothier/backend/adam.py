"""The update of Adam as one operation."""

from __future__ import annotations

from typing import Any


def apply_adam(
    variable: Any,
    momentum: Any,
    velocity: Any,
    gradient: Any,
    *,
    learning_rate: Any,
    betas: tuple[float, float],
    powers: tuple[Any, Any],
    epsilon: float,
) -> bool:
    """Move a Keras variable and its two moments by one step; False, and nothing done, where there is no such operation.

    `powers` are the betas to the number of this step, float32 scalars.
    """
    import tensorflow as tf

    handles = [getattr(v, "handle", None) for v in (variable, momentum, velocity)]
    if None in handles or isinstance(gradient, tf.IndexedSlices):
        return False
    tf.raw_ops.ResourceApplyAdam(
        var=handles[0],
        m=handles[1],
        v=handles[2],
        beta1_power=tf.cast(powers[0], tf.float32),
        beta2_power=tf.cast(powers[1], tf.float32),
        lr=learning_rate,
        beta1=betas[0],
        beta2=betas[1],
        epsilon=epsilon,
        grad=gradient,
    )
    return True
