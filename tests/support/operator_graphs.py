"""Small graphs of one operator: uint8 images (n, 7, 6, 2) in, and what the operator makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDES = (7, 6, 2)
OPSET, IR_VERSION = 21, 10

# Activations by name: floats x (n, 2, 7, 6) from 0 to 0.9, row (n, 84), square (n, 2, 6, 6), deep (n, 4, 6, 6),
# single (n, 1, 84), above (n, 2, 7, 6) over 1; bytes (n, 2, 7, 6);
# whole numbers ints (n, 84); truths truth (n, 84).
_START = [
    helper.make_node("Transpose", ["images"], ["bytes"], perm=[0, 3, 1, 2]),
    helper.make_node("Cast", ["bytes"], ["whole"], to=TensorProto.FLOAT),
    helper.make_node("Mul", ["whole", "tenth"], ["x"]),
    helper.make_node("Add", ["x", "over"], ["above"]),
    helper.make_node("Flatten", ["x"], ["row"]),
    helper.make_node("Flatten", ["whole"], ["flat"]),
    helper.make_node("Cast", ["flat"], ["ints"], to=TensorProto.INT64),
    helper.make_node("Greater", ["row", "half"], ["truth"]),
    helper.make_node("Slice", ["x", "start", "end", "down"], ["square"]),
    helper.make_node("Concat", ["square", "square"], ["deep"], axis=1),
    helper.make_node("Unsqueeze", ["row", "second"], ["single"]),
]
_CONSTANTS = {
    "tenth": np.array(0.1, np.float32),
    "over": np.array(1.5, np.float32),
    "half": np.array(0.5, np.float32),
    "start": np.array([0]),
    "end": np.array([6]),
    "down": np.array([2]),
    "second": np.array([1]),
}


def model(
    kind: str, inputs: list[Any], attributes: dict[str, Any], outputs: int = 1, opset: int = OPSET
) -> onnx.ModelProto:
    """The graph: `inputs` are names of activations, arrays, or None for one that is left out."""
    constants, given = dict(_CONSTANTS), []
    for place, value in enumerate(inputs):
        if isinstance(value, np.ndarray):
            constants[f"c{place}"] = value
            given.append(f"c{place}")
        else:
            given.append(value or "")
    made = [f"y{place}" for place in range(outputs)]
    graph = helper.make_graph(
        [*_START, helper.make_node(kind, given, made, **attributes)],
        "one",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, ["n", *SIDES])],
        [onnx.ValueInfoProto(name=name) for name in made],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION)


def images(count: int) -> Any:
    return np.random.default_rng(1).integers(0, 10, (count, *SIDES), np.uint8)
