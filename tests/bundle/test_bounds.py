"""What no model file holds, known before it is trained; and how near the estimate is to the finished graph."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from clothier import export, models
from clothier.bundle import bounds, graphs
from clothier.errors import BundleError
from clothier.models import size
from clothier.models.plan import Plan
from clothier.values.fields import Fields

TRUNK = Plan("cnn3", (19, 18, 1), 4)
PLANS = [
    Plan("cnn1", (90, 70, 3), 3, views="mirror+shift"),
    Plan("cnn4", (40, 41, 1), 2),
    Plan("fastnet", (224, 224, 3), 3, views="mirror+shift"),
    Plan("wrn16_8", (9, 9, 1), 2, views="mirror"),
    Plan("cnn3", (700, 800, 3), 5, trunk=TRUNK, base_end="logits"),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.model}{plan.image_shape}")
def test_a_network_of_ours_lies_within_them(plan: Plan) -> None:
    graph = export.emit(models.build_plan(plan), views=plan.views)
    counted = size.of_plan(plan)
    bounds.check(plan, counted)
    assert len(graph) <= bounds.MOST_BYTES
    cost = graphs.check(graph, plan.image_shape, plan.num_classes, counted.features)
    views = {"image": 1, "mirror": 2, "mirror+shift": 6}[plan.views]
    if plan.trunk is None:  # what is known before training is what the graph's nodes cost
        assert views * counted.multiplications == pytest.approx(cost.multiplications, rel=0.25)
        assert cost.values <= views * 4 * counted.activations
        assert cost.multiplications <= views * 2 * counted.multiplications


def test_statistics_grow_with_the_features() -> None:
    assert bounds.statistics(4096, 10) == 32 * 2**20 + 4 * (4096 * 65 + 64 * 74)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            Plan("cnn1", (1024, 1024, 3), 2),
            "has 4,278,261,768 bytes of weights and statistics, more than the 2,013,265,920 that a model file holds",
        ),
        (
            Plan("wrn16_8", (3000, 3000, 3), 2),
            "activations an image, more than the 4,294,967,296 that a model file holds",
        ),
        (
            Plan("fastnet", (5000, 20, 3), 2),
            "has 5,000 pixels a side, more than the 4,096 that a model file holds",
        ),
        (
            replace(PLANS[-1], head_units=100_001),
            "has 100,001 units in its head, more than the 100,000 that a model file holds",
        ),
    ],
)
def test_what_no_model_file_holds(plan: Plan, words: str) -> None:
    with pytest.raises(BundleError) as caught:
        bounds.check(plan, size.of_plan(plan))
    assert words in str(caught.value)


def test_as_many_heads_as_can_be_read() -> None:
    plan = TRUNK
    for heads in range(1, 7):
        plan = Plan("cnn3", (19, 18, 1), 3, trunk=plan, base_end="logits")
        content = json.loads(json.dumps(plan.as_json()))
        if heads <= 4:
            bounds.check(plan, size.of_plan(plan))
            assert Plan.read(Fields(content, "it")) == plan
        else:
            with pytest.raises(
                BundleError, match="heads, one on the other, more than the 4 that a model file"
            ):
                bounds.check(plan, size.of_plan(plan))
            with pytest.raises(BundleError, match="more than 4 trunks"):
                Plan.read(Fields(content, "it"))
