"""The rule of each operator against ONNX Runtime and ONNX's own reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx.reference import ReferenceEvaluator
from support import operator_graphs
from support.operator_cases import CASES, Case, f, graph, i, walked

from clothier.bundle.operators import EXCLUDED, OPERATORS, REASONS
from clothier.errors import BundleError

N = 3
# The reference has no such operator, or is known to do otherwise there.
_NO_REFERENCE = {"GlobalLpPool", "LRN"}
_ROUNDED = {"QLinearConv", "QLinearMatMul"}  # to whole numbers, a half up or down


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[2]}"[:60])
def test_the_shapes_are_what_comes_out(case: Case) -> None:
    model = graph(*case)
    walk, cost = walked(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    images = operator_graphs.images(N)
    came = session.run(None, {"images": images})
    for name, array in zip((output.name for output in model.graph.output), came, strict=True):
        found = walk.tensors[name]
        assert tuple(-side * N if side < 0 else side for side in found.shape) == array.shape
        assert found.kind == str(array.dtype)
    assert cost.multiplications > 0
    assert cost.memory >= sum(array.nbytes for array in came) / N
    if case[0] not in _NO_REFERENCE and "output_shape" not in case[2]:
        theirs: Any = ReferenceEvaluator(model).run(None, {"images": images})
        for ours, other in zip(came, theirs, strict=True):
            np.testing.assert_allclose(ours, other, rtol=1e-4, atol=1 if case[0] in _ROUNDED else 1e-5)


def test_every_operator_is_tried_or_refused() -> None:
    """Every operator of ONNX's own domain until version 21 is in one of the two tables, and not in both."""
    schemas = onnx.defs.get_all_schemas_with_history()
    known = {schema.name for schema in schemas if schema.domain == "" and schema.since_version <= 21}
    assert {case[0] for case in CASES} == set(OPERATORS)
    assert set(OPERATORS) | set(REASONS) == known
    assert not set(OPERATORS) & set(REASONS)
    assert sum(map(len, EXCLUDED.values())) == len(REASONS)


def test_an_operator_is_as_old_as_its_meaning() -> None:
    """Where it has another meaning or did not exist in version 13, an older graph is refused."""
    for name, operator in OPERATORS.items():
        first = min(
            schema.since_version
            for schema in onnx.defs.get_all_schemas_with_history()
            if schema.domain == "" and schema.name == name and not schema.deprecated
        )
        assert operator.since >= max(13, first)  # fmt: skip
    model = operator_graphs.model("Gelu", ["row"], {}, opset=19)
    with pytest.raises(
        BundleError, match=r"has the operator Gelu of version 19; wanted that of version 20 or later$"
    ):
        walked(model)


def test_work_is_counted_by_hand() -> None:
    def work(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> int:
        return walked(graph(kind, inputs, attributes))[1].multiplications - start

    start = walked(graph("Identity", ["x"], {}))[1].multiplications - 84
    assert work("Conv", ["x", f(4, 2, 3, 3)], {}) == 5 * 4 * 4 * 2 * 9
    assert work("ConvTranspose", ["x", f(2, 4, 3, 3)], {}) == 84 * 4 * 9
    assert work("Gemm", ["row", f(84, 5)], {}) == 84 * 5
    assert work("MatMul", ["x", f(6, 9)], {}) == 14 * 6 * 9
    assert work("Einsum", ["x", f(6, 5)], {"equation": "nchw,wk->nkch"}) == 14 * 6 * 5
    assert work("MaxPool", ["x"], {"kernel_shape": [2, 2], "strides": [2, 2]}) == 2 * 3 * 3 * 4
    assert work("ReduceSum", ["x", i(1)], {}) == 84
    assert work("LRN", ["x"], {"size": 3}) == 84 * 3


def test_what_keeps_memory_bounded_is_said_of_each() -> None:
    assert all(operator.bound for operator in OPERATORS.values())


def test_the_documents_list_each() -> None:
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text()
    groups: dict[str, list[str]] = {}
    for name, operator in OPERATORS.items():
        groups.setdefault(operator.bound, []).append(
            name if operator.since == 13 else f"{name} ({operator.since})"
        )
    rows = [*groups.items(), *EXCLUDED.items()]
    assert [f"| {words} | {', '.join(names)} |" in text for words, names in rows] == [True] * len(rows)
    assert f"The graph uses only {len(OPERATORS)} operators" in text
