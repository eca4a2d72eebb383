"""Changes that make a good graph a hostile one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from support.model_files import made, members, sealed, with_member


def add_node(
    kind: str, *inputs: str, output: str = "extra", **attributes: Any
) -> Callable[[onnx.ModelProto], None]:
    """Puts one more node at the end."""
    return lambda model: model.graph.node.append(helper.make_node(kind, inputs, [output], **attributes))


def add_constant(name: str, array: Any) -> Callable[[onnx.ModelProto], None]:
    return lambda model: model.graph.initializer.append(numpy_helper.from_array(array, name))


def all_of(*changes: Callable[[onnx.ModelProto], Any]) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        for one in changes:
            one(model)

    return change


def branch() -> onnx.GraphProto:
    output = helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])
    return helper.make_graph([helper.make_node("Identity", ["features"], ["b"])], "branch", [], [output])


def external(model: onnx.ModelProto) -> None:
    constant = model.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="../../etc/passwd")


def floats(model: onnx.ModelProto) -> None:
    constant = model.graph.initializer[0]
    constant.float_data.extend(numpy_helper.to_array(constant).ravel().tolist())
    constant.ClearField("raw_data")


def function(model: onnx.ModelProto) -> None:
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(
        helper.make_function("", "Gemm", ["x"], ["y"], [node], [helper.make_opsetid("", 17)])
    )


def grown(model: onnx.ModelProto) -> None:
    """Each node twice as wide as the one before."""
    name = "features"
    for place in range(40):
        add_node("Concat", name, name, output=f"g{place}", axis=1)(model)
        name = f"g{place}"


def busy(model: onnx.ModelProto) -> None:
    """Made large, and a large window moved over it, again and again."""
    for name, shape in {"wide": (3, 300), "high": (300, 4), "big": (1, 32, 40, 40), "none": (1,)}.items():
        add_constant(name, np.zeros(shape, np.float32))(model)
    add_node("MatMul", "conv1", "wide", output="wider")(model)
    add_node("MatMul", "high", "wider", output="larger")(model)
    for place in range(1500):
        add_node("Conv", "larger", "big", "none", output=f"b{place}", kernel_shape=[40, 40])(model)


def first_input(**changes: Any) -> Callable[[onnx.ModelProto], None]:
    own: dict[str, Any] = {"name": "images", "elem_type": TensorProto.UINT8, "shape": ["n", 6, 5, 1]}
    value = helper.make_tensor_value_info(**(own | changes))
    return lambda model: model.graph.input[0].CopyFrom(value)


def first_output(**changes: Any) -> Callable[[onnx.ModelProto], None]:
    own: dict[str, Any] = {"name": "logits", "elem_type": TensorProto.FLOAT, "shape": ["n", 3]}
    value = helper.make_tensor_value_info(**(own | changes))
    return lambda model: model.graph.output[0].CopyFrom(value)


def scaled(axis: int) -> Callable[[onnx.ModelProto], None]:
    """Weights of 128 rows and 3 columns, and a scale for each row."""
    return all_of(
        add_constant("w", np.zeros((128, 3), np.int8)),
        add_constant("scale", np.ones(128, np.float32)),
        add_constant("zero", np.zeros(128, np.int8)),
        add_node("DequantizeLinear", "w", "scale", "zero", axis=axis),
    )


def attribute_twice(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.op_type == "Conv")
    node.attribute.append(node.attribute[0])


def branch_beside(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.attribute)
    node.attribute[0].g.CopyFrom(branch())


def raw(data: bytes) -> bytes:
    return with_member("model.onnx", data)


def raw_twice() -> bytes:
    """A constant whose data come twice, of which a parser takes the last."""
    tensor = TensorProto(
        dims=[1], data_type=TensorProto.FLOAT, name="c", raw_data=bytes(4)
    ).SerializeToString()
    tensor += b"\x4a\x04" + bytes(4)
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    return raw(made().graph + b"\x3a" + bytes([len(graph)]) + graph)


def four_classes(change: Callable[[onnx.ModelProto], object] = lambda model: None) -> bytes:
    """All fits but the graph, which was changed by that function."""
    model = onnx.load_from_string(made().graph)
    change(model)
    parts = {**members(), "model.onnx": model.SerializeToString()}
    return sealed(parts, class_names=["a", "b", "c", "d"])
