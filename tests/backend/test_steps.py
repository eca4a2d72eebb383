from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier import backend, models
from clothier.values import Mixed, Predictions

IMAGES = np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1), dtype=np.uint8)
LABELS = np.random.default_rng(1).integers(0, 10, 64)


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


def test_regularised_weights_are_those_of_keras() -> None:
    def build() -> keras.Model:
        layers = [keras.layers.Flatten(), keras.layers.Dense(10, kernel_regularizer="l2")]
        return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255), *layers])

    ours, theirs = build(), build()
    ours = keras.Model(ours.inputs[0], ours.outputs[0])
    theirs.set_weights(ours.get_weights())
    trainer = backend.Trainer(ours, keras.optimizers.SGD(0.1))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    theirs.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, jit_compile=False)
    for _ in range(3):
        trainer.step(IMAGES, LABELS)
        theirs.train_on_batch(IMAGES, LABELS)
    for a, b in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), atol=1e-6)


def test_means_are_over_all_batches_since_the_reset() -> None:
    model = models.build("cnn1", (28, 28, 1), 10)
    model.get_layer("dropout1").rate = 0.0
    trainer = backend.Trainer(model, keras.optimizers.SGD(1e-30))  # weights stand still
    trainer.step(IMAGES, LABELS)
    trainer.reset()
    trainer.step(IMAGES[:48], LABELS[:48])
    trainer.step(IMAGES[48:], LABELS[48:])
    logits = np.asarray(model(IMAGES, training=False))
    probabilities = Predictions(logits).uncalibrated_probabilities
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
    judge = backend.Inference(models.build("cnn3", (28, 28, 1), 10))
    logits = judge.logits(trained.weights, IMAGES, batch_size=25)
    exact = models.build("cnn3", (28, 28, 1), 10)
    exact.set_weights(trained.get_weights())
    np.testing.assert_allclose(logits, np.asarray(exact(IMAGES, training=False)), atol=1e-5)
    assert logits.dtype == np.float32


def test_label_smoothing_is_kerass() -> None:
    ours = models.build("cnn1", (28, 28, 1), 10)
    ours.get_layer("dropout1").rate = 0.0
    before = np.asarray(ours(IMAGES, training=False)).astype(np.float64)
    rng = np.random.default_rng(2)
    mixed = Mixed(LABELS, rng.integers(0, 10, 64), rng.random(64).astype(np.float32))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2)
    trainer = backend.Trainer(ours, keras.optimizers.SGD(1e-30), label_smoothing=0.2)  # weights stand still
    for targets in (LABELS, mixed):
        trainer.reset()
        trainer.step(IMAGES, targets)
        share = targets.shares[:, None] if isinstance(targets, Mixed) else 1.0
        others = targets.others if isinstance(targets, Mixed) else LABELS
        soft = share * np.eye(10)[LABELS] + (1 - share) * np.eye(10)[others]
        assert trainer.means()[0] == pytest.approx(float(loss(soft, before)), rel=1e-5)


def test_the_rate_of_a_step_is_the_one_it_was_given() -> None:
    model = models.build("cnn1", (28, 28, 1), 10)
    optimizer = keras.optimizers.SGD(1e-30)
    trainer = backend.Trainer(model, optimizer)
    start = model.get_weights()
    trainer.step(IMAGES, LABELS)
    np.testing.assert_array_equal(model.get_weights()[0], start[0])
    trainer.step(IMAGES, LABELS, 0.1)
    assert (model.get_weights()[0] != start[0]).any()
    assert float(np.asarray(optimizer.learning_rate)) == pytest.approx(0.1)


def test_averages_are_the_means_of_the_weights_after_each_step_younger_ones_counting_more() -> None:
    model = models.build("cnn4", (28, 28, 1), 10)
    decay = 0.9
    trainer = backend.Trainer(model, keras.optimizers.Adam(), average_decay=decay)
    seen = []
    for _ in range(5):
        trainer.step(IMAGES, LABELS)
        seen.append([weight.astype(np.float64) for weight in model.get_weights()])
    shares = decay ** np.arange(4, -1, -1)
    for place, average in enumerate(trainer.averages):
        expected = np.average([weights[place] for weights in seen], axis=0, weights=shares)
        np.testing.assert_allclose(np.asarray(average), expected, rtol=1e-5, atol=1e-6)
    assert len(trainer.averages) == len(model.weights)
    assert backend.Trainer(model, keras.optimizers.Adam()).averages == []


@pytest.mark.parametrize("views", ["image", "mirror"])
def test_a_layer_and_the_logits_come_from_one_pass(views: str) -> None:
    model = models.averaged(models.build("cnn1", (28, 28, 1), 10), views)
    activations = backend.Activations(model, model.get_layer("pool1").output)
    vectors, logits = activations.of(IMAGES[:9])
    part = keras.Model(model.input, model.get_layer("pool1").output)
    wanted = np.asarray(part(IMAGES[:9], training=False)).reshape(9, -1)
    np.testing.assert_allclose(vectors, wanted, rtol=1e-5, atol=1e-6)
    assert activations.width == wanted.shape[1] == 13 * 13 * 32
    judged = backend.Inference(model).logits(model.get_weights(), IMAGES[:9])
    np.testing.assert_allclose(logits, judged, rtol=1e-5, atol=1e-6)
