"""The family of pretrained bases: the facts of the table are the networks', and keras.applications agrees."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

from clothier import backend, models
from clothier.models import BASES
from clothier.models.bases import advice, chosen, input_shape
from clothier.models.plan import Plan
from clothier.values.fields import Fields

SMALL = (40, 30, 3)
IMAGES = np.random.default_rng(0).integers(0, 256, (2, *SMALL), dtype=np.uint8)


@pytest.mark.parametrize("name", BASES)
def test_the_facts_are_the_networks(name: str) -> None:
    base, plan = BASES[name], Plan(name, (28, 28, 1), 4)
    count, shape = models.unfilled(
        lambda: (models.build_base(plan).count_params(), models.build_base(plan).output_shape)
    )
    assert (count, shape) == (base.parameters, (None, base.features))
    assert bool(base.package) == bool(base.sha256) != bool(base.application)
    assert models.unfilled(lambda: models.build(name, (28, 28, 1), 4).output_shape) == (None, 4)


@pytest.mark.parametrize("name", ["convnext_tiny", "efficientnet_v2_b0", "mobilenet_v3_small"])
def test_features_are_those_of_keras_applications(name: str) -> None:
    backend.set_seed(2)
    ours = models.build_base(Plan(name, SMALL, 4, base_size=64))
    function = getattr(keras.applications, BASES[name].application)
    theirs = function(weights=None, include_top=False, pooling="avg", input_shape=(64, 64, 3))
    theirs.set_weights(ours.get_weights())
    large = keras.ops.image.resize(IMAGES.astype(np.float32), (64, 64))
    features, expected = (
        np.asarray(made, np.float64) for made in (ours(IMAGES, training=False), theirs(large, training=False))
    )
    assert np.abs(expected).max() > 0
    assert np.linalg.norm(features - expected) < 1e-4 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    ("image_shape", "longer", "expected"),
    [
        ((28, 28, 1), 0, (96, 96, 3)),  # enlarged to what leaves 3 x 3 places
        ((128, 128, 3), 0, (128, 128, 3)),  # as they are
        ((600, 400, 3), 0, (224, 149, 3)),  # shrunk, with their proportions
        ((400, 600, 3), 0, (149, 224, 3)),
        ((600, 30, 3), 0, (224, 96, 3)),  # no side below 96
        ((600, 400, 3), 64, (64, 64, 3)),
        ((600, 400, 3), 300, (300, 200, 3)),
    ],
)
def test_the_size_that_images_get(
    image_shape: tuple[int, int, int], longer: int, expected: tuple[int, int, int]
) -> None:
    assert input_shape("efficientnet_lite0", image_shape, longer) == expected
    assert input_shape("vgg19", image_shape, longer) == (150, 150, 3)


def test_a_plan_keeps_the_size_that_its_base_gets() -> None:
    plan = Plan("efficientnet_lite0", SMALL, 4, base_size=64)
    content = json.loads(json.dumps(plan.as_json()))
    assert Plan.read(Fields(content, "a plan")) == plan
    del content["base_size"]  # as earlier versions wrote it
    assert Plan.read(Fields(content, "a plan")).base_size == 0


def test_a_base_by_name_is_a_model_and_its_weights() -> None:
    assert chosen({"base": "efficientnet_lite0", "epochs": 3}) == {
        "model": "efficientnet_lite0",
        "base": "imagenet",
        "epochs": 3,
    }
    for other in ({}, {"base": "imagenet"}, {"base": "runs/cnn3-1"}, {"base": 3}):
        assert chosen(other) == other


def test_images_that_are_smaller_than_the_bases_own_are_told_of() -> None:
    line = advice("efficientnet_lite0", (64, 48, 3))
    assert "64x48" in line and "image_size=(224, 224)" in line and "\n" not in line
    assert not advice("efficientnet_lite0", (224, 160, 3))
    assert not advice("vgg19", (28, 28, 1))  # which enlarges all images to one size
