"""How large networks are, against the networks themselves and against their graphs."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from clothier import models
from clothier.models import MODELS, size
from clothier.models.plan import Plan

TRUNK = Plan("cnn3", (19, 18, 1), 4)
ON_A_TRUNK = Plan("cnn3", (30, 20, 3), 5, trunk=TRUNK, head_units=9)
PLANS = [
    *(Plan(name, (28, 28, 1), 10) for name in MODELS if name not in models.BASES or name == "vgg19"),
    Plan("efficientnet_lite0", (28, 28, 3), 10),
    Plan("convnext_tiny", (28, 28, 3), 10),
    ON_A_TRUNK,
    Plan("cnn3", (30, 20, 3), 6, trunk=ON_A_TRUNK, base_end="logits", head_units=8),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.model}{plan.image_shape}")
def test_what_is_counted_without_weights_is_the_network_s(plan: Plan) -> None:
    model = models.build_plan(plan)
    counted = size.of_plan(plan)
    assert counted.weights == model.count_params()
    assert counted.features == models.features(model).shape[1]
    outputs = [
        int(np.prod(layer.output.shape[1:]))
        for layer in model.layers
        if type(layer).__name__ not in ("Flatten", "Rescaling")  # most of what linear has, and not kept
    ]
    assert 0.75 * sum(outputs) <= counted.activations <= 2 * sum(outputs)


def test_a_network_is_counted_by_hand() -> None:
    images = keras.Input((10, 10, 1))
    x = keras.layers.Conv2D(4, 3, strides=2, activation="relu")(images)
    x = keras.layers.Flatten()(x)
    model = keras.Model(images, keras.layers.Dense(3)(x))
    counted = size.of(model, 64)
    assert counted == size.Size(
        weights=9 * 4 + 4 + 64 * 3 + 3,
        activations=100 + 2 * 4 * 4 * 4 + 3,
        multiplications=100 + 16 * 9 * 4 + 64 + 64 * 3,
        features=64,
    )
    assert counted.weight_bytes == 4 * counted.weights


def test_vast_networks_take_no_memory_to_count() -> None:
    assert size.of_plan(Plan("cnn1", (4096, 4096, 3), 2)).weight_bytes > 60 * 10**9


def test_a_base_is_all_but_the_head() -> None:
    base = models.build_base(ON_A_TRUNK)
    assert size.base_bytes(ON_A_TRUNK) == 4 * base.count_params()
