from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier import backend, models
from clothier.errors import InputError
from clothier.values import Mixed, Predictions

IMAGES = np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1), dtype=np.uint8)
LABELS = np.random.default_rng(1).integers(0, 10, 64)


def test_starting_again_with_other_threads_is_refused() -> None:
    running = backend.start()
    assert backend.start(running) == backend.start() == running
    with pytest.raises(
        InputError, match=rf"^threads is {running + 1}, but TensorFlow already runs with {running} in"
    ):
        backend.start(running + 1)


def test_the_machine_is_described() -> None:
    facts = backend.machine()
    assert facts["cores"] >= 1
    assert facts["memory_gib"] > 0.1
    assert facts["processor"]


def test_the_probe_gives_a_ratio() -> None:
    assert 0.001 < backend.bfloat16_speed() < 1000


def test_a_step_is_kerass_step() -> None:
    """Without dropout, the same weights after three updates as keras.Model.fit's own step gives."""
    ours = models.build("cnn1", (28, 28, 1), 10)
    theirs = models.build("cnn1", (28, 28, 1), 10)
    theirs.set_weights(ours.get_weights())
    for model in (ours, theirs):
        model.get_layer("dropout1").rate = 0.0
    trainer = backend.Trainer(ours, keras.optimizers.Adam())
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer="adam", loss=loss, metrics=["accuracy"], jit_compile=False)
    for _ in range(3):
        trainer.reset()
        trainer.step(IMAGES, LABELS)
        expected = theirs.train_on_batch(IMAGES, LABELS)
        theirs.reset_metrics()
        np.testing.assert_allclose(trainer.means(), expected, rtol=1e-4)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=1e-5)


def test_a_step_towards_mixed_labels_is_kerass_step_towards_soft_ones() -> None:
    ours = models.build("cnn1", (28, 28, 1), 10)
    theirs = models.build("cnn1", (28, 28, 1), 10)
    theirs.set_weights(ours.get_weights())
    for model in (ours, theirs):
        model.get_layer("dropout1").rate = 0.0
    rng = np.random.default_rng(2)
    mixed = Mixed(LABELS, rng.integers(0, 10, 64), rng.random(64).astype(np.float32))
    one_hot, share = np.eye(10), mixed.shares[:, None]
    soft = share * one_hot[mixed.labels] + (1 - share) * one_hot[mixed.others]
    trainer = backend.Trainer(ours, keras.optimizers.Adam())
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer="adam", loss=loss, metrics=["accuracy"], jit_compile=False)
    for _ in range(3):
        trainer.reset()
        trainer.step(IMAGES, mixed)
        expected = theirs.train_on_batch(IMAGES, soft)
        theirs.reset_metrics()
        np.testing.assert_allclose(trainer.means(), expected, rtol=1e-4)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=1e-5)


def test_means_are_over_all_batches_since_the_reset() -> None:
    model = models.build("cnn1", (28, 28, 1), 10)
    model.get_layer("dropout1").rate = 0.0
    trainer = backend.Trainer(model, keras.optimizers.SGD(1e-30))  # weights stand still
    trainer.step(IMAGES, LABELS)
    trainer.reset()
    trainer.step(IMAGES[:48], LABELS[:48])
    trainer.step(IMAGES[48:], LABELS[48:])
    logits = np.asarray(model(IMAGES, training=False))
    probabilities = Predictions(logits).probabilities
    loss, accuracy = trainer.means()
    assert loss == pytest.approx(-np.log(probabilities[np.arange(64), LABELS]).mean(), rel=1e-5)
    assert accuracy == (logits.argmax(1) == LABELS).mean()


def test_dropout_is_a_function_of_seed_and_epoch() -> None:
    model = models.build("cnn3", (28, 28, 1), 10)

    def drop(seed: int, epoch: int) -> np.ndarray:
        backend.seed_dropout(model, seed, epoch)
        return np.asarray(model(IMAGES, training=True))

    np.testing.assert_array_equal(drop(1, 1), drop(1, 1))
    assert (drop(1, 1) != drop(1, 2)).any()
    assert (drop(1, 1) != drop(2, 1)).any()


def test_the_judge_scores_in_float32_without_dropout() -> None:
    trained = models.build("cnn3", (28, 28, 1), 10, "bfloat16")
    judge = backend.Judge(models.build("cnn3", (28, 28, 1), 10))
    logits = judge.logits(trained.weights, IMAGES, batch_size=25)
    exact = models.build("cnn3", (28, 28, 1), 10)
    exact.set_weights(trained.get_weights())
    np.testing.assert_allclose(logits, np.asarray(exact(IMAGES, training=False)), atol=1e-5)
    assert logits.dtype == np.float32
