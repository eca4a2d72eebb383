"""What training makes small, against Keras's own losses."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from support import backend_work

from clothier import backend
from clothier.backend import losses
from clothier.recipes.values import LOSSES
from clothier.values import Floats, Labels, Mixed

KERAS = {
    "crossentropy": keras.losses.CategoricalCrossentropy(from_logits=True, reduction=None),
    "binary_crossentropy": keras.losses.BinaryCrossentropy(from_logits=True, reduction=None),
    "focal": keras.losses.CategoricalFocalCrossentropy(from_logits=True, reduction=None),
}
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 2, (50, 7)).astype(np.float32)
LABELS, OTHERS = RNG.integers(0, 7, (2, 50))
SHARES = RNG.random(50).astype(np.float32)


def _targets(smoothing: float) -> Floats:
    sharp = SHARES[:, None] * np.eye(7)[LABELS] + (1 - SHARES[:, None]) * np.eye(7)[OTHERS]
    targets: Floats = ((1 - smoothing) * sharp + smoothing / 7).astype(np.float32)
    return targets


def test_every_name_a_recipe_takes_is_in_the_table() -> None:
    assert sorted(losses.LOSSES) == sorted(LOSSES) == sorted(KERAS)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("name", LOSSES)
def test_it_is_kerass(name: str, smoothing: float) -> None:
    ours = losses.objective(name, LOGITS, LABELS, OTHERS, SHARES, smoothing=smoothing)
    np.testing.assert_allclose(
        np.asarray(ours), np.asarray(KERAS[name](_targets(smoothing), LOGITS)), rtol=1e-4
    )


@pytest.mark.parametrize("name", LOSSES)
def test_it_is_finite_where_probabilities_underflow(name: str) -> None:
    logits = np.array([[300, -300, 0], [-300, 300, 0]], np.float32)
    zeros, ones = np.zeros(2, np.int64), np.ones(2, np.float32)
    found = np.asarray(losses.objective(name, logits, zeros, zeros, ones, smoothing=0.1))
    assert np.isfinite(found).all()
    assert found[0] < found[1]


@pytest.mark.parametrize("name", LOSSES)
def test_a_step_goes_down_its_slope_and_reports_cross_entropy(name: str) -> None:
    """The weights after a step of size 1 against those of plain Keras."""
    ours, theirs = backend_work.dense(7), backend_work.dense(7)
    inputs = RNG.integers(0, 8, (50, 4), dtype=np.uint8)
    before = np.asarray(ours(inputs))
    trainer = backend.Trainer(ours, keras.optimizers.SGD(1.0), loss=name, label_smoothing=0.1)
    trainer.step(inputs, Mixed(LABELS, OTHERS, SHARES))
    theirs.compile(keras.optimizers.SGD(1.0), lambda y, p: KERAS[name](y, p), jit_compile=False)
    theirs.train_on_batch(inputs, _targets(0.1))
    for weight, expected in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(weight), np.asarray(expected), atol=1e-5)
    expected_loss = float(np.mean(KERAS["crossentropy"](_targets(0.1), before)))
    assert trainer.means()[0] == pytest.approx(expected_loss, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_class_weights_are_kerass(name: str) -> None:
    """The weights after a step of size 1 on one label an image against those of plain Keras; what is reported leaves
    class weights out."""
    ours, theirs = backend_work.dense(7), backend_work.dense(7)
    inputs, weights = RNG.integers(0, 8, (50, 4), dtype=np.uint8), RNG.uniform(0.5, 2, 7).astype(np.float32)
    before = np.asarray(ours(inputs))
    trainer = backend.Trainer(ours, keras.optimizers.SGD(1.0), loss=name, class_weights=weights)
    trainer.step(inputs, LABELS)
    theirs.compile(keras.optimizers.SGD(1.0), lambda y, p: KERAS[name](y, p), jit_compile=False)
    theirs.train_on_batch(inputs, np.eye(7)[LABELS], class_weight=dict(enumerate(weights.tolist())))
    for weight, expected in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(weight), np.asarray(expected), atol=1e-5)
    expected_loss = float(np.mean(KERAS["crossentropy"](np.eye(7)[LABELS], before)))
    assert trainer.means()[0] == pytest.approx(expected_loss, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_each_label_of_a_mixed_image_counts_by_its_own_class(name: str) -> None:
    """A mixed image costs what its two labels cost by themselves, each by its share and the weight of its class."""
    weights = RNG.uniform(0.5, 2, 7).astype(np.float32)

    def cost(labels: Labels, shares: Floats, class_weights: Floats | None) -> Floats:
        return np.asarray(
            losses.objective(name, LOGITS, labels, OTHERS, shares, smoothing=0.2, class_weights=class_weights)
        )

    ones = np.ones(50, np.float32)
    apart = SHARES * weights[LABELS] * cost(LABELS, ones, None)
    apart += (1 - SHARES) * weights[OTHERS] * cost(OTHERS, ones, None)
    np.testing.assert_allclose(cost(LABELS, SHARES, weights), apart, rtol=1e-5)
    even = cost(LABELS, SHARES, np.ones(7, np.float32))
    np.testing.assert_allclose(even, cost(LABELS, SHARES, None), rtol=1e-6)
