from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier import backend
from clothier.models.adam import Adam


def _walk(optimizer: keras.Optimizer, steps: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    variables = [
        keras.Variable(rng.normal(size=shape).astype(np.float32)) for shape in [(3, 3, 2, 4), (7,), ()]
    ]
    for _ in range(steps):
        gradients = [
            keras.ops.convert_to_tensor(rng.normal(size=v.shape).astype(np.float32)) for v in variables
        ]
        optimizer.apply(gradients, variables)
    return [np.asarray(v) for v in [*variables, *optimizer.variables]]


@pytest.mark.parametrize("steps", [1, 30])
@pytest.mark.parametrize("options", [{}, {"learning_rate": 0.3, "beta_1": 0.5, "epsilon": 1e-3}])
def test_it_moves_as_kerass_does(steps: int, options: dict[str, float]) -> None:
    ours, theirs = (_walk(kind(name="adam", **options), steps) for kind in (Adam, keras.optimizers.Adam))
    # Both round 1 - beta^n in float32, in another order; no step is longer than the rate.
    apart = 1e-4 * steps * options.get("learning_rate", 1e-3)
    for value, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-6, atol=apart)


def test_it_is_really_fused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("Keras's own path")

    monkeypatch.setattr(keras.optimizers.Adam, "update_step", refuse)
    _walk(Adam(), 1)


def test_without_the_operation_keras_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "apply_adam", lambda *_, **__: False)
    for value, expected in zip(_walk(Adam(), 3), _walk(keras.optimizers.Adam(), 3), strict=True):
        np.testing.assert_array_equal(value, expected)
