from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier.models.muon import Muon, orthogonalize


@pytest.mark.parametrize("shape", [(20, 8), (8, 20), (6, 6)])
def test_directions_stay_and_sizes_become_alike(shape: tuple[int, int]) -> None:
    matrix = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    left, sizes, right = np.linalg.svd(matrix, full_matrices=False)
    result = np.asarray(orthogonalize(keras.ops.convert_to_tensor(matrix), 5))
    core = left.T @ result @ right.T
    np.testing.assert_allclose(core, np.diag(np.diag(core)), atol=1e-4)  # the same singular vectors
    assert sizes.max() / sizes.min() > 1.5
    large = sizes > 0.1 * sizes.max()
    assert (np.diag(core)[large] > 0.5).all()
    assert (np.diag(core) < 1.3).all()


def test_bfloat16_will_do() -> None:
    matrix = keras.ops.convert_to_tensor(np.random.default_rng(0).normal(size=(200, 40)).astype(np.float32))
    half, full = (np.asarray(orthogonalize(matrix, 3, dtype)) for dtype in ("bfloat16", "float32"))
    assert half.dtype == np.float32
    assert np.linalg.norm(half - full) < 0.1 * np.linalg.norm(full)


def _reference(kernel: np.ndarray, gradients: list[np.ndarray], rate: float, momentum: float) -> np.ndarray:
    """The same in float64, in plain words."""
    past = np.zeros_like(kernel, np.float64)
    kernel = kernel.astype(np.float64)
    outputs = kernel.shape[-1]
    for gradient in gradients:
        past = momentum * past + gradient
        x = (gradient + momentum * past).reshape(-1, outputs)
        x = x / np.linalg.norm(x)
        for _ in range(3):
            gram = x.T @ x
            x = 3.4445 * x - 4.7750 * x @ gram + 2.0315 * x @ gram @ gram
        kernel = kernel / np.linalg.norm(kernel) * np.sqrt(outputs) - rate * x.reshape(kernel.shape)
    return kernel


def test_kernels_move_as_written() -> None:
    rng = np.random.default_rng(1)
    start = rng.normal(size=(3, 3, 4, 6)).astype(np.float32)
    gradients = [rng.normal(size=start.shape).astype(np.float32) for _ in range(3)]
    kernel, optimizer = keras.Variable(start), Muon(0.1, 0.8)
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [kernel])
    np.testing.assert_allclose(kernel, _reference(start, gradients, 0.1, 0.8), rtol=2e-4, atol=2e-5)


def test_everything_else_moves_by_nesterov() -> None:
    rng = np.random.default_rng(1)
    start = rng.normal(size=(5, 3)).astype(np.float32)
    gradients = [rng.normal(size=start.shape).astype(np.float32) for _ in range(4)]
    ours, theirs = keras.Variable(start), keras.Variable(start)
    muon, sgd = Muon(0.1, 0.8, other_rate=0.5), keras.optimizers.SGD(0.05, momentum=0.8, nesterov=True)
    for gradient in gradients:
        muon.apply([keras.ops.convert_to_tensor(gradient)], [ours])
        sgd.apply([keras.ops.convert_to_tensor(gradient)], [theirs])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_its_configuration_makes_it_again() -> None:
    made = Muon.from_config(Muon(0.1, 0.8, other_rate=0.5, newton_schulz_steps=4).get_config())
    assert float(made.learning_rate) == pytest.approx(0.1)
    assert (made.momentum, made.other_rate, made.newton_schulz_steps) == (0.8, 0.5, 4)
