from __future__ import annotations

import numpy as np
import pytest

from clothier import backend, models
from clothier.models import fastnet


@pytest.mark.parametrize("name", ["fastnet", "fastnet_large"])
@pytest.mark.parametrize("shape", [(28, 28, 1), (20, 24, 3)])
def test_the_first_layer_whitens_the_patches_it_was_shown(name: str, shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    waves = (
        rng.normal(size=(500, *shape)).cumsum(axis=1).cumsum(axis=2)
    )  # neighbours are alike, as in pictures
    images = np.clip(waves * 4 + 128, 0, 255).astype(np.uint8)
    model = models.build(name, shape, 10)
    models.adapt(name, model, images, seed=1)
    kernel, bias = model.get_layer("whiten").get_weights()
    side, stride = len(kernel), model.get_layer("whiten").strides[0]
    padded = np.pad(images / 255.0, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))[
        :, ::stride, ::stride
    ]
    outputs = np.einsum("nyxchw,hwcf->nyxf", windows, kernel) + bias
    half = outputs.shape[-1] // 2
    np.testing.assert_allclose(outputs[..., :half], -outputs[..., half:], atol=1e-3)
    flat = outputs[..., :half].reshape(-1, half)
    second_moments = flat.T @ flat / len(flat)
    variances = np.diag(second_moments)
    np.testing.assert_allclose(second_moments, np.diag(variances), atol=1e-3)
    assert (
        (variances > 0.3) & (variances < 1.001)
    ).all()  # less than 1 where a direction hardly varies at all
    assert (variances > 0.9).mean() > 0.6


def test_moments_are_exact_however_many_pixels_there_are() -> None:
    """A float32 has 24 bits: the sum of 20 million ones in it is 16,777,216."""
    images = np.full((78, 512, 512, 3), (255, 255, 0), np.uint8)
    images[::2, ..., 2] = 51
    mean, deviation = fastnet._moments(images)
    assert mean.dtype == deviation.dtype == np.float32
    np.testing.assert_allclose(mean, [1, 1, 0.1], rtol=1e-6)
    np.testing.assert_allclose(deviation, [1e-6, 1e-6, 0.1], atol=2e-6)


def test_the_frozen_layer_is_what_the_network_computes_with_and_stays() -> None:
    model = models.build("fastnet", (28, 28, 1), 10)
    assert [w.path for w in model.get_layer("whiten").trainable_weights] == []
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28, 1), dtype=np.uint8)
    before = np.asarray(model(images, training=False))
    models.adapt("fastnet", model, images, seed=1)
    assert np.abs(np.asarray(model(images, training=False)) - before).max() > 1e-3


def test_a_seed_repeats_the_whitening() -> None:
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28, 1), dtype=np.uint8)
    made = []
    for seed in (1, 1, 2):
        model = models.build("fastnet", (28, 28, 1), 10)
        models.adapt("fastnet", model, images, seed)
        made.append(model.get_layer("whiten").get_weights()[0])
    np.testing.assert_array_equal(made[0], made[1])
    assert made[0].shape == made[2].shape == (4, 4, 1, 32)


def test_kernels_begin_as_identities() -> None:
    kernel = np.asarray(fastnet.identity((3, 3, 4, 6)))
    images = np.random.default_rng(0).normal(size=(2, 5, 5, 4))
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))), (3, 3), (1, 2)
    )
    outputs = np.einsum("nyxchw,hwcf->nyxf", windows, kernel)
    np.testing.assert_allclose(outputs[..., :4], images, atol=1e-6)
    assert np.abs(kernel[..., 4:]).max() <= 1 / 6


@pytest.mark.parametrize("name", ["fastnet", "fastnet_large"])
def test_a_seed_repeats_the_first_weights(name: str) -> None:
    made = []
    for seed in (1, 1, 2):
        backend.set_seed(seed)
        made.append(models.build(name, (28, 28, 1), 10).get_weights())
    drawn = [place for place, weights in enumerate(made[0]) if (weights != made[2][place]).any()]
    assert len(drawn) >= 4  # a square kernel is an identity and no more
    for one, other in zip(made[0], made[1], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("name", "parameters"), [("fastnet", 427_296), ("fastnet_large", 825_780)])
def test_parameters(name: str, parameters: int) -> None:
    model = models.build(name, (28, 28, 1), 10)
    assert model.count_params() == parameters


def test_networks_that_take_nothing_from_the_images_are_left_alone() -> None:
    model = models.build("cnn1", (28, 28, 1), 10)
    before = model.get_weights()
    models.adapt("cnn1", model, np.zeros((3, 28, 28, 1), np.uint8), seed=1)
    for value, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, expected)
