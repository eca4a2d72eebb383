"""The family: the ONNX graph of every network says what Keras says, with weights drawn at random."""

from __future__ import annotations

from collections import Counter
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import onnx
import pytest

from clothier import backend, models
from clothier.bundle import graphs as bundle_graphs
from clothier.errors import ExportError
from clothier.export import emit
from clothier.export.graph import by_layers
from clothier.export.running import onnx_outputs
from clothier.models import MODELS
from clothier.models.bases import places
from clothier.models.plan import Plan
from clothier.training.transfer import imagenet
from clothier.values import Floats, Images, Predictions

# Relative to the largest number: sums of thousands of products in another order.
CLOSE = 1e-5

TRUNK = Plan("cnn3", (19, 18, 1), 4)
ON_A_TRUNK = Plan("cnn3", (38, 36, 3), 5, trunk=TRUNK, head_units=9)
PLANS = [
    *(
        Plan(name, (max(MODELS[name].smallest, 6), 19, 1), 4)
        for name in MODELS
        if name not in models.BASES and name != "wrn16_8"
    ),
    *(Plan(name, (18, 19, 3), 4) for name in ("cnn4", "fastnet")),
    Plan("wrn16_8", (5, 6, 1), 3),
    Plan("vgg19", (20, 30, 3), 3, base_pixels="article_mistake", resize="nearest"),
    ON_A_TRUNK,
    Plan("cnn3", (38, 36, 3), 6, trunk=ON_A_TRUNK, base_end="logits", head_units=8),
    Plan("cnn4", (32, 34, 3), 6, trunk=Plan("cnn4", (16, 17, 1), 3), resize="nearest"),
    Plan("fastnet", (9, 8, 1), 3, trunk=Plan("fastnet", (9, 8, 1), 5), base_end="logits"),
    Plan("cnn1", (9, 8, 1), 3, views="mirror"),
    Plan("fastnet", (9, 8, 3), 3, views="mirror+shift"),
]


def drawn(plan: Plan) -> keras.Model:
    """The plan's network; statistics and scales of batch normalisation are drawn too, some scales below 0."""
    backend.set_seed(3)
    model, rng = models.build_plan(plan), np.random.default_rng(3)
    for weight in model.weights:
        kind = weight.path.rpartition("/")[2]
        if kind == "moving_variance":
            weight.assign(rng.uniform(0.3, 3, weight.shape))
        elif kind in ("moving_mean", "beta", "bias"):
            weight.assign(rng.normal(0, 0.3, weight.shape))
        elif kind == "gamma":
            weight.assign(rng.normal(0.5, 0.7, weight.shape))
    return model


def noise(plan: Plan, count: int = 4) -> Images:
    return np.random.default_rng(1).integers(0, 256, (count, *plan.image_shape), dtype=np.uint8)


def keras_says(model: keras.Model, views: str, images: Images) -> Floats:
    several = models.averaged(model, views)
    return backend.Inference(several).logits(model.get_weights(), images)


def _close(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> bool:
    return bool(np.abs(ours - theirs).max() <= CLOSE * np.abs(theirs).max())


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.model}{plan.image_shape}")
def test_the_graph_says_what_keras_says(plan: Plan) -> None:
    model, images = drawn(plan), noise(plan, 2 if plan.has_base else 4)
    logits, features = onnx_outputs(emit(model, views=plan.views), images, ["logits", "features"])
    theirs = keras_says(model, plan.views, images)
    assert len(np.unique(theirs.round(4), axis=0)) == len(images)  # they differ, so agreeing means something
    assert _close(logits, theirs)
    if plan.views == "image":
        assert _close(features, backend.Activations(model, models.features(model)).of(images)[0])


@pytest.mark.parametrize("views", ["mirror", "mirror+shift"])
def test_features_are_means_over_the_views(views: str) -> None:
    """Logits are a linear map of features, so what holds for means of features holds for means of logits."""
    plan = Plan("cnn1", (9, 8, 1), 3)
    model, images = drawn(plan), noise(plan)
    logits, features = onnx_outputs(emit(model, views=views), images, ["logits", "features"])
    kernel, bias = (np.asarray(weight) for weight in model.get_layer("logits").weights)
    assert _close(features @ kernel + bias, logits)
    (alone,) = onnx_outputs(emit(model), images, ["features"])
    assert not _close(features, alone)


def test_probabilities_are_those_of_the_logits() -> None:
    plan = Plan("fastnet", (9, 8, 1), 3, views="mirror")
    model, images = drawn(plan), noise(plan)
    for temperature in (1.0, 2.5):
        (made,) = onnx_outputs(
            emit(model, views="mirror", temperature=temperature), images, ["probabilities"]
        )
        expected = Predictions(keras_says(model, "mirror", images), temperature).probabilities
        assert np.abs(made - expected).max() < 1e-6


def test_equal_networks_give_equal_bytes() -> None:
    plan = Plan("cnn4", (16, 16, 1), 3)
    first, second = emit(drawn(plan)), emit(drawn(plan))
    assert first == second
    onnx.checker.check_model(onnx.load_from_string(first), full_check=True)


def test_scaling_and_batch_normalisation_make_no_nodes_where_they_can_be_folded() -> None:
    def kinds(name: str) -> Counter[str]:
        model = models.build(name, (28, 28, 1), 10)
        return Counter(node.op_type for node in onnx.load_from_string(emit(model)).graph.node)

    assert kinds("fastnet") == {
        "Transpose": 1, "Cast": 1, "Conv": 6, "MaxPool": 2, "Relu": 6, "Add": 1,
        "GlobalMaxPool": 1, "Flatten": 1, "Gemm": 1,
    }  # fmt: skip
    assert kinds("cnn3") == {
        "Transpose": 1,
        "Cast": 1,
        "Conv": 3,
        "MaxPool": 2,
        "Relu": 4,
        "Flatten": 1,
        "Gemm": 2,
    }


@pytest.mark.parametrize("base_features", ["mean", "places"])
def test_a_pretrained_base_says_what_keras_says(base_features: str) -> None:
    """With its own weights: with others, images all look alike behind 49 convolutions."""
    if places.packaged("efficientnet_lite0") is None:
        pytest.skip("the package of efficientnet_lite0 is not installed")
    plan = Plan("efficientnet_lite0", (40, 31, 1), 3, base_size=64, base_features=base_features)
    model, images, weights = drawn(plan), noise(plan), imagenet.weights(plan.model)
    model.set_weights([*weights, *model.get_weights()[len(weights) :]])
    graph = emit(model)
    logits, features = onnx_outputs(graph, images, ["logits", "features"])
    theirs = keras_says(model, plan.views, images)
    assert len(np.unique(theirs.round(4), axis=0)) == len(images)
    assert _close(logits, theirs)
    kinds = Counter(node.op_type for node in onnx.load_from_string(graph).graph.node)
    assert (kinds["Conv"], kinds["Clip"], kinds["BatchNormalization"], kinds["Mul"]) == (49, 33, 0, 1)
    assert kinds["AveragePool"] == (base_features == "places")
    assert bundle_graphs.check(graph, plan.image_shape, 3, features.shape[1]).multiplications > 10**7


def test_a_layer_that_is_not_covered_is_named() -> None:
    images = keras.Input((4, 4, 1), dtype="uint8")
    x = keras.layers.Flatten()(keras.layers.LeakyReLU(name="leaky")(keras.layers.Rescaling(1.0)(images)))
    x = keras.layers.Dense(3, name="features")(x)
    model = keras.Model(images, keras.layers.Dense(2, name="logits")(x))
    with pytest.raises(ExportError) as caught:
        by_layers(model, {"logits": model.output})
    assert str(caught.value).startswith("layer leaky is a LeakyReLU; wanted one of Activation, Add,")
