"""Which graphs may be run, and what they cost. (The refusals are among the hostile files.)"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from support.model_files import FEATURES, PLAN, made

from clothier import export, models
from clothier.bundle import graphs
from clothier.models.plan import Plan

TRUNK = Plan("cnn3", (19, 18, 1), 4)
PLANS = [
    Plan("cnn1_dropout", (6, 7, 3), 3),
    Plan("cnn3", (18, 20, 1), 3, views="mirror"),
    Plan("cnn4", (16, 17, 1), 2),
    Plan("fastnet", (10, 11, 3), 3, views="mirror+shift"),
    Plan("wrn16_8", (4, 5, 1), 2),
    Plan("cnn3", (30, 20, 3), 5, trunk=TRUNK, base_end="logits"),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.model)
def test_every_network_of_ours_may_be_run(plan: Plan) -> None:
    graph = export.emit(models.build_plan(plan), views=plan.views)
    assert (
        graphs.check(
            graph, plan.image_shape, plan.num_classes, graphs.width_of_features(graph)
        ).multiplications
        > 10_000
    )


def test_shapes_and_costs_are_those_of_the_reference() -> None:
    """ONNX's own shape inference, node by node, and multiplications counted by hand."""
    model = onnx.load_from_string(made().graph)
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    total = 0
    for value in [*inferred.graph.value_info, *inferred.graph.output]:
        shape = [side.dim_value or 1 for side in value.type.tensor_type.shape.dim]
        total += int(np.prod(shape))
    cost = graphs.check(made().graph, PLAN.image_shape, 3, FEATURES)
    assert cost.values == total
    by_hand = 4 * 3 * 9 * 32 + 2 * 1 * 32 * 128 + 128 * 3
    rest = 30 + 30 + 384 + 4 * 64 + 64 + 128  # transpose, cast, relu, pool, flatten, relu
    assert cost.multiplications == by_hand + rest


def test_what_passes_runs() -> None:
    session = onnxruntime.InferenceSession(made().graph, providers=["CPUExecutionProvider"])
    logits, features = session.run(
        ["logits", "features"], {"images": np.zeros((2, *PLAN.image_shape), np.uint8)}
    )
    assert (logits.shape, features.shape) == ((2, 3), (2, 128))
