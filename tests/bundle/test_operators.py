"""The rule of each operator against ONNX Runtime: where the rule gives a shape, that is what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from clothier.bundle.operators import OPERATORS, work
from clothier.bundle.steps import Step, Tensor
from clothier.errors import BundleError

N = 3
IMAGE = (N, 2, 7, 6)  # activations of 2 channels, 7x6
ROW = (N, 5)


def _noise(shape: tuple[int, ...], kind: Any = np.float32) -> npt.NDArray[Any]:
    return np.random.default_rng(1).integers(0, 9, shape).astype(kind)


CASES: list[tuple[str, tuple[int, ...], list[npt.NDArray[Any]], dict[str, Any]]] = [
    ("Relu", IMAGE, [], {}),
    ("Round", ROW, [], {}),
    ("Transpose", IMAGE, [], {"perm": [0, 3, 1, 2]}),
    ("Gather", IMAGE, [_noise((4,), np.int64) % 2], {"axis": 1}),
    ("Conv", IMAGE, [_noise((4, 2, 3, 2)), _noise((4,))], {"kernel_shape": [3, 2], "pads": [1, 0, 2, 1]}),
    ("Conv", IMAGE, [_noise((4, 2, 1, 1)), _noise((4,))], {"kernel_shape": [1, 1], "strides": [2, 3]}),
    ("MaxPool", IMAGE, [], {"kernel_shape": [2, 3], "strides": [2, 2]}),
    ("GlobalMaxPool", IMAGE, [], {}),
    ("GlobalAveragePool", IMAGE, [], {}),
    ("Flatten", IMAGE, [], {}),
    ("Gemm", ROW, [_noise((5, 4)), _noise((4,))], {}),
    ("MatMul", IMAGE, [_noise((6, 9))], {}),
    ("Mul", IMAGE, [_noise((2, 1, 1))], {}),
    ("Add", ROW, [_noise((5,))], {}),
    ("QuantizeLinear", ROW, [np.array(0.5, np.float32), np.array(3, np.uint8)], {}),
]


@pytest.mark.parametrize(("kind", "shape", "constants", "attributes"), CASES, ids=lambda case: str(case)[:30])
def test_the_shape_is_what_comes_out(
    kind: str, shape: tuple[int, ...], constants: list[npt.NDArray[Any]], attributes: dict[str, Any]
) -> None:
    names = [f"c{place}" for place in range(len(constants))]
    graph = helper.make_graph(
        [helper.make_node(kind, ["x", *names], ["y"], **attributes)],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape[1:]])],
        [_output(kind)],
        [numpy_helper.from_array(array, name) for array, name in zip(constants, names, strict=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (came,) = session.run(None, {"x": _noise(shape)})
    step = Step(
        kind,
        (Tensor((None, *shape[1:]), "float32"), *(Tensor(a.shape, str(a.dtype), a) for a in constants)),
        attributes,
    )
    made = OPERATORS[kind].rule(step)
    assert (N, *made.shape[1:]) == came.shape
    assert made.kind == str(came.dtype)
    assert work(step, made) > 0


def _output(kind: str) -> Any:
    return helper.make_tensor_value_info(
        "y", TensorProto.UINT8 if kind == "QuantizeLinear" else TensorProto.FLOAT, None
    )


def test_a_refusal_names_operator_shapes_and_what_was_wanted() -> None:
    step = Step("Flatten", (Tensor((4, 5), "float32"),), {})
    with pytest.raises(BundleError) as caught:
        OPERATORS["Flatten"].rule(step)
    assert str(caught.value) == (
        "model.onnx has a Flatten on float32 (4, 5); wanted an activation first, 1 inputs"
    )
