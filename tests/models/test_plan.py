"""Networks on networks: what a plan builds."""

from __future__ import annotations

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image

from clothier import backend, models, recipes
from clothier.errors import BundleError, InputError
from clothier.models.bases import BASES
from clothier.models.plan import Plan
from clothier.values.fields import Fields

CNN1 = Plan("cnn1", (12, 12, 1), 3)
PHOTOS = Plan.of(recipes.change(recipes.get("transfer"), {"model": "cnn1"}), (24, 18, 3), 5, CNN1)
ON_PHOTOS = replace(PHOTOS, image_shape=(30, 30, 1), num_classes=2, trunk=PHOTOS, base_end="logits")
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 24, 18, 3), dtype=np.uint8)


@pytest.mark.parametrize("plan", [CNN1, PHOTOS, ON_PHOTOS, Plan("vgg19", (28, 28, 1), 10)])
def test_there_and_back(plan: Plan) -> None:
    assert Plan.read(Fields(json.loads(json.dumps(plan.as_json())), "a plan")) == plan


@pytest.mark.parametrize("plan", [PHOTOS, ON_PHOTOS, Plan("mobilenet_v3_small", (40, 30, 1), 3)])
def test_names_do_not_tell_what_was_built_before(plan: Plan) -> None:
    """Exported files hold them: with counters of this process, a resumed run would write another file."""
    first, again = ([layer.name for layer in models.build_plan(plan).operations] for _ in range(2))
    assert first == again


def test_base_and_head_make_the_whole() -> None:
    """But for the rounding of the features to float16."""
    whole, base = models.build_plan(PHOTOS), models.build_base(PHOTOS)
    head = models.build_head(PHOTOS, base.output_shape[1])
    weights = whole.get_weights()
    base.set_weights(weights[: len(base.weights)])
    head.set_weights(weights[len(base.weights) :])
    assert base.output_shape == (None, 5 * 5 * 32)
    features = np.asarray(base(IMAGES, training=False))
    np.testing.assert_allclose(
        np.asarray(head(features, training=False)), np.asarray(whole(IMAGES, training=False)), atol=1e-3
    )


def test_photos_are_made_grey_and_small_before_a_small_grey_trunk() -> None:
    """Against Pillow's own grey and its smoothing bilinear filter, which rounds on the way."""
    small = [
        Image.fromarray(image).convert("L").resize((12, 12), Image.Resampling.BILINEAR) for image in IMAGES
    ]
    base, alone = models.build_base(PHOTOS), models.build_base(replace(PHOTOS, image_shape=(12, 12, 1)))
    alone.set_weights(base.get_weights())
    given = np.stack([np.asarray(image) for image in small])[..., None]
    ours, theirs = np.asarray(base(IMAGES, training=False)), np.asarray(alone(given, training=False))
    assert np.abs(ours - theirs).max() < 0.02 * theirs.max()


def test_images_smaller_than_the_trunks_are_made_larger() -> None:
    base = models.build_base(replace(PHOTOS, image_shape=(3, 2, 3)))
    assert base.output_shape == (None, 5 * 5 * 32)
    assert np.isfinite(np.asarray(base(IMAGES[:, :3, :2], training=False))).all()


def test_a_base_on_a_base_is_one_flat_list_of_layers() -> None:
    model = models.build_plan(ON_PHOTOS)
    names = [layer.name for layer in model.layers]
    assert len(names) == len(set(names))
    assert [name for name in names if "dense" in name] == ["head1_dense", "head2_dense"]
    assert model.get_layer("conv1").output.shape == (None, 10, 10, 32)
    assert model.output_shape == (None, 2)
    assert model.count_params() > models.build_base(ON_PHOTOS).count_params()


def test_where_the_trunk_ends() -> None:
    at_logits = models.build_base(replace(PHOTOS, base_end="logits"))
    assert at_logits.output_shape == (None, 128)
    assert at_logits.layers[-1].name == "dense1"


def test_wrong_plans() -> None:
    with pytest.raises(InputError, match=r"^cnn1 got 1 class; wanted at least 2$"):
        models.build_base(replace(PHOTOS, num_classes=1))
    with pytest.raises(InputError) as caught:
        models.build_base(replace(PHOTOS, base_end="nowhere"))
    assert str(caught.value) == (
        "cnn1 has no layer 'nowhere' to end its trunk at; wanted one; choose another end with --set base_end=logits"
    )


def _trunks(count: int) -> dict[str, object]:
    plan: dict[str, object] = CNN1.as_json()
    for _ in range(count):
        plan = {**CNN1.as_json(), "trunk": plan}
    return plan


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({**CNN1.as_json(), "model": "os.system"}, "a plan: 'model' is 'os.system'; wanted one of cnn1"),
        ({**CNN1.as_json(), "model": ["cnn1"]}, "a plan: 'model' is a list of 1; wanted one of cnn1"),
        (
            {**CNN1.as_json(), "image_shape": [2**40, 28, 1]},
            "a plan: 'image_shape' is a list of 3; wanted height",
        ),
        ({**CNN1.as_json(), "image_shape": [3, 3, 1]}, "a plan: cnn1 on 3x3 pixels; wanted 4 or more"),
        ({**CNN1.as_json(), "num_classes": True}, "a plan: 'num_classes' is True; wanted a whole number"),
        ({**CNN1.as_json(), "harm": 1}, "a plan has unknown fields ('harm')"),
        (
            {**CNN1.as_json(), "trunk": Plan("cnn3", (28, 28, 1), 10).as_json()},
            "a plan has a trunk of another model (cnn3); wanted cnn1",
        ),
        (_trunks(5), "has more than 4 trunks; wanted fewer"),
    ],
)
def test_a_plan_that_no_network_has_is_refused(content: dict[str, object], words: str) -> None:
    with pytest.raises(BundleError) as caught:
        Plan.read(Fields(json.loads(json.dumps(content)), "a plan"))
    assert words in str(caught.value)


PLACES = Plan("efficientnet_lite0", (20, 30, 3), 3, head_units=0, base_features="places")


def test_places_are_features_and_the_halved_maps_of_an_earlier_layer() -> None:
    images = np.random.default_rng(5).integers(0, 256, (2, 20, 30, 3), np.uint8)
    backend.set_seed(1)
    base = models.build_base(PLACES)
    plain = models.build_base(replace(PLACES, base_features="mean"))
    plain.set_weights(base.get_weights())
    both = np.asarray(base(images, training=False))
    features = np.asarray(plain(images, training=False))
    maps = keras.Model(base.input, base.get_layer(BASES["efficientnet_lite0"].cut).output)(
        images, training=False
    )
    halved = np.asarray(maps).reshape(2, 3, 2, 3, 2, 112).mean(axis=(2, 4))
    np.testing.assert_allclose(both[:, :1280], features, atol=1e-5)
    np.testing.assert_allclose(both[:, 1280:], halved.reshape(2, -1), atol=1e-5)


def test_likeness_is_told_by_the_features_alone() -> None:
    assert models.features(models.build_plan(PLACES)).shape == (None, 1280)


def test_a_plan_written_before_places_has_none() -> None:
    content = json.loads(json.dumps(PLACES.as_json()))
    del content["base_features"]
    assert Plan.read(Fields(content, "a plan")).base_features == "mean"
