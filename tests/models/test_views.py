"""Several views of an image: the mean of what the network says of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from clothier import models
from clothier.backend import Inference
from clothier.values import Floats, Images

SHAPE = (28, 28, 1)


@pytest.fixture(scope="module")
def images() -> Images:
    return np.random.default_rng(5).integers(0, 256, (6, *SHAPE), np.uint8)


def _moved(images: Images, down: int, right: int) -> Images:
    moved = np.zeros_like(images)
    for y in range(28):
        for x in range(28):
            if 0 <= y - down < 28 and 0 <= x - right < 28:
                moved[:, y, x] = images[:, y - down, x - right]
    return moved


def _said(views: str, images: Images) -> tuple[Floats, list[npt.NDArray[np.floating]]]:
    model = models.build("cnn1", SHAPE, 10)
    several = models.averaged(model, views)
    weights = model.get_weights()
    assert [weight.path for weight in several.weights] == [weight.path for weight in model.weights]
    alone = Inference(model)
    logits = Inference(several).logits(weights, images)

    def of(view: Images) -> npt.NDArray[np.floating]:
        return alone.logits(weights, view) / 2 + alone.logits(weights, view[:, :, ::-1]) / 2

    return logits, [of(view) for view in (images, _moved(images, 1, 1), _moved(images, -1, -1))]


def test_the_image_alone_is_the_network_itself() -> None:
    model = models.build("cnn1", SHAPE, 10)
    assert models.averaged(model, "image") is model


def test_an_image_and_its_mirror_image_count_alike(images: Images) -> None:
    logits, (still, _, _) = _said("mirror", images)
    np.testing.assert_allclose(logits, still, rtol=1e-5, atol=1e-6)


def test_two_more_places_count_for_a_quarter_each(images: Images) -> None:
    logits, (still, ahead, back) = _said("mirror+shift", images)
    np.testing.assert_allclose(logits, still / 2 + ahead / 4 + back / 4, rtol=1e-5, atol=1e-6)
    assert np.abs(logits - still).max() > 1e-3


def test_layers_keep_their_outputs(images: Images) -> None:
    model = models.build("cnn1", SHAPE, 10)
    several = models.averaged(model, "mirror+shift")
    assert several.get_layer("pool1") is model.get_layer("pool1")
    assert several.input is model.input
