"""Muon for convolution kernels: momentum whose every update is made a nearly orthogonal matrix."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

# The quintic iteration x <- a x + b x^3 + c x^5 lifts every singular value between 0 and 1 to about 1.
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


class Muon(keras.optimizers.Optimizer):  # type: ignore[misc]  # Keras publishes no types
    """Muon for convolution kernels (4-D), SGD with Nesterov momentum for everything else.

    A kernel (height, width, inputs, outputs) is taken as the matrix (height * width * inputs, outputs): its Nesterov
    momentum is orthogonalised by a few Newton-Schulz steps, the kernel is brought back to the norm sqrt(outputs),
    and moved by `learning_rate` times the result. So steps have the same size in every direction, however small the
    gradient there, and the batch normalisation that must follow each kernel makes its length meaningless.
    All else moves by `learning_rate * other_rate` times its Nesterov momentum.

    Keras's own Muon orthogonalises 2-D variables only, and gives convolution kernels to AdamW.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; renormalised kernels as in
    Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024, and its later versions.
    """

    def __init__(
        self,
        learning_rate: float,
        momentum: float,
        other_rate: float = 1.0,
        newton_schulz_steps: int = 3,
        compute_dtype: str = "float32",
        name: str = "muon",
        **options: Any,  # those every Keras optimiser takes
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **options)
        self.momentum = momentum
        self.other_rate = other_rate
        self.newton_schulz_steps = newton_schulz_steps
        self.compute_dtype = compute_dtype
        self._momenta: list[Any] = []

    def build(self, variables: list[Any]) -> None:
        if not self.built:
            super().build(variables)
            self._momenta = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        past = self._momenta[self._get_variable_index(variable)]
        rate, gradient = ops.cast(learning_rate, variable.dtype), ops.cast(gradient, variable.dtype)
        self.assign(past, ops.add(ops.multiply(past, self.momentum), gradient))
        ahead = ops.add(ops.multiply(past, self.momentum), gradient)
        if len(variable.shape) != 4:
            self.assign_sub(variable, ops.multiply(ahead, rate * self.other_rate))
            return
        outputs = variable.shape[-1]
        matrix = ops.reshape(ahead, (-1, outputs))
        direction = orthogonalize(matrix, self.newton_schulz_steps, self.compute_dtype)
        norm = ops.sqrt(ops.sum(ops.square(variable)))
        of_norm = ops.multiply(variable, float(outputs) ** 0.5 / norm)
        self.assign(variable, ops.subtract(of_norm, rate * ops.reshape(direction, variable.shape)))

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()
        return config | {
            "momentum": self.momentum,
            "other_rate": self.other_rate,
            "newton_schulz_steps": self.newton_schulz_steps,
            "compute_dtype": self.compute_dtype,
        }


def orthogonalize(matrix: Any, steps: int, compute_dtype: str = "float32") -> Any:
    """float32 (m, n) with the singular vectors of `matrix` and singular values near 1 (0.3 to 1.2 after 5 steps; lower
    ones stay lower with fewer). The iteration corrects itself, so bfloat16 will do for `compute_dtype`."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = ops.cast(ops.divide(matrix, ops.sqrt(ops.sum(ops.square(matrix))) + 1e-7), compute_dtype)
    # The polynomial is summed up in the smaller square, and moves the larger matrix by one product.
    identity = ops.eye(min(matrix.shape), dtype=compute_dtype)
    for _ in range(steps):
        gram = ops.matmul(ops.transpose(x), x) if tall else ops.matmul(x, ops.transpose(x))
        factor = a * identity + b * gram + c * ops.matmul(gram, gram)
        x = ops.matmul(x, factor) if tall else ops.matmul(factor, x)
    return ops.cast(x, matrix.dtype)
