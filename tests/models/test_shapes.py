"""The second account of the architectures against the networks themselves."""

from __future__ import annotations

import numpy as np
import pytest

from clothier import models
from clothier.models import MODELS, shapes
from clothier.models.plan import Plan

TRUNK = Plan("cnn3", (19, 18, 1), 4)
ON_A_TRUNK = Plan("cnn3", (30, 20, 3), 5, trunk=TRUNK, head_units=9)
PLANS = [
    *(Plan(name, (28, 28, 1), 10) for name in MODELS),
    *(Plan(name, (31, 22, 3), 4) for name in MODELS if name != "vgg19"),
    ON_A_TRUNK,
    Plan("cnn3", (30, 20, 3), 6, trunk=ON_A_TRUNK, base_end="logits", head_units=8),
    Plan("cnn3", (30, 20, 3), 6, trunk=ON_A_TRUNK, head_units=8),  # where the innermost trunk ends
    Plan("cnn4", (30, 20, 3), 6, trunk=Plan("cnn4", (16, 16, 1), 3), base_end="logits"),
    Plan("fastnet", (30, 20, 3), 6, trunk=Plan("fastnet", (16, 16, 1), 3)),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.model}{plan.image_shape}")
def test_each_weight_has_the_network_s_shape(plan: Plan) -> None:
    model = models.build_plan(plan)
    assert shapes.of(plan) == {weight.path: tuple(weight.shape) for weight in model.weights}
    features = model.get_layer(models.features_layer(model)).output
    assert shapes.num_features(plan) == features.shape[1]
    size = shapes.size(plan)
    assert size.weights == model.count_params()
    # Each layer gives its output once, and where it has a ReLU within it twice.
    outputs = [int(np.prod(layer.output.shape[1:])) for layer in model.layers]
    assert size.largest == pytest.approx(max(outputs), rel=0.01)
    assert 0.75 * sum(outputs) <= size.activations <= 2 * sum(outputs)


def test_every_architecture_is_covered() -> None:
    assert set(shapes._NETWORKS) == set(MODELS)
