"""Cases of operators, their graphs, and how the reader walks them."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from clothier.bundle.messages import parsed
from clothier.bundle.nodes import Cost, Walk
from clothier.bundle.operators.pointwise import _COMPARISONS, _PLAIN
from clothier.bundle.operators.reducing import _REDUCTIONS
from clothier.bundle.wire import without_weights
from support import operator_graphs


def f(*shape: int) -> Any:
    return (np.random.default_rng(1).integers(1, 9, shape) / 8).astype(np.float32)


def i(*values: int) -> Any:
    return np.array(values, np.int64)


def b(*shape: int, kind: Any = np.uint8) -> Any:
    return np.random.default_rng(1).integers(0, 9, shape).astype(kind)


def one(value: Any, kind: Any = np.float32) -> Any:
    return np.array(value, kind)


Case = tuple[str, list[Any], dict[str, Any]]
_WINDOW = {"kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]}
_TO = TensorProto

CASES: list[Case] = [
    *((kind, ["x"], {}) for kind in _PLAIN.split() if kind not in ("Acosh", "Log", "Not")),
    *((kind, ["row", f(84)], {}) for kind in _COMPARISONS.split()),
    *((f"Reduce{kind}", ["x", i(1, -1)], {"keepdims": 0}) for kind in _REDUCTIONS.split()),
    *((kind, ["x", f(2, 1, 1)], {}) for kind in ("Add", "Div", "Mul", "Pow", "Sub")),
    *((kind, ["row", f(84), one(0.5)], {}) for kind in ("Max", "Mean", "Min", "Sum")),
    *((kind, ["row"], {"axis": 1}) for kind in ("Hardmax", "LogSoftmax", "Softmax")),
    *((kind, ["truth", "truth"], {}) for kind in ("And", "Or", "Xor")),
    *((kind, ["row"], {"axis": 1, "keepdims": 0}) for kind in ("ArgMax", "ArgMin")),
    *((kind, ["ints", i(3)], {}) for kind in ("BitwiseAnd", "BitwiseOr", "BitwiseXor")),
    *((kind, ["above"], {}) for kind in ("Acosh", "Log")),
    ("AveragePool", ["x"], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    ("AveragePool", ["x"], {**_WINDOW, "count_include_pad": 1}),
    ("AveragePool", ["x"], {"kernel_shape": [2, 2], "strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("BatchNormalization", ["x", f(2), f(2), f(2), f(2)], {"epsilon": 1e-3}),
    ("BitShift", ["bytes", one(1, np.uint8)], {"direction": "LEFT"}),
    ("BitwiseNot", ["ints"], {}),
    ("Cast", ["row"], {"to": _TO.INT32}),
    ("CastLike", ["row", i(1)], {}),
    ("Celu", ["row"], {"alpha": 0.5}),
    ("Clip", ["row", one(0.2), one(0.6)], {}),
    ("Clip", ["row", None, one(0.6)], {}),
    ("Concat", ["x", "x"], {"axis": -3}),
    ("Constant", [], {"value": numpy_helper.from_array(f(2, 3))}),
    ("Constant", [], {"value_ints": [3, 4]}),
    ("ConstantOfShape", [i(2, 3)], {"value": numpy_helper.from_array(np.array([7], np.int64))}),
    ("Conv", ["x", f(4, 2, 3, 2), f(4)], _WINDOW),
    ("Conv", ["x", f(4, 1, 2, 2)], {"group": 2, "dilations": [2, 2]}),
    ("Conv", ["x", f(4, 2, 3, 3)], {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ("ConvInteger", ["bytes", b(4, 2, 3, 2), one(1, np.uint8)], _WINDOW),
    ("ConvTranspose", ["x", f(2, 4, 3, 2), f(4)], _WINDOW),
    ("ConvTranspose", ["x", f(2, 3, 3, 3)], {"strides": [2, 2], "output_padding": [1, 1], "pads": [1, 1, 1, 1]}),
    ("ConvTranspose", ["x", f(2, 3, 3, 3)], {"strides": [2, 2], "output_shape": [14, 12]}),
    ("ConvTranspose", ["x", f(2, 3, 3, 3)], {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    ("CumSum", ["row", one(1, np.int64)], {"reverse": 1}),
    ("DepthToSpace", ["deep"], {"blocksize": 2}),
    ("DequantizeLinear", ["bytes", f(2), b(2)], {"axis": 1}),
    ("DequantizeLinear", ["bytes", one(0.5)], {}),
    ("Det", ["square"], {}),
    ("Dropout", ["row"], {}),
    ("Einsum", ["x", f(6, 5)], {"equation": "nchw,wk->nkch"}),
    ("Einsum", ["x"], {"equation": "nchw->nwc"}),
    ("Elu", ["row"], {"alpha": 0.5}),
    ("Expand", ["x", i(1, 2, 7, 6)], {}),
    ("EyeLike", [f(3, 4)], {"k": 1}),
    ("Flatten", ["x"], {"axis": 1}),
    ("Gather", ["x", i(1, 0, -1)], {"axis": 1}),
    ("Gelu", ["row"], {"approximate": "tanh"}),
    ("Gemm", ["row", f(5, 84), f(5)], {"transB": 1, "alpha": 0.5}),
    ("GlobalAveragePool", ["x"], {}),
    ("GlobalLpPool", ["x"], {"p": 1}),
    ("GlobalMaxPool", ["x"], {}),
    ("GroupNormalization", ["x", f(2), f(2)], {"num_groups": 1}),
    ("HardSigmoid", ["row"], {}),
    ("HardSwish", ["row"], {}),
    ("InstanceNormalization", ["x", f(2), f(2)], {}),
    ("IsInf", ["row"], {}),
    ("IsNaN", ["row"], {}),
    ("LRN", ["x"], {"size": 3}),
    ("LayerNormalization", ["x", f(6), f(6)], {"axis": -1}),
    ("LayerNormalization", ["x", f(2, 7, 6)], {"axis": 1}),
    ("LeakyRelu", ["row"], {"alpha": 0.2}),
    ("LpNormalization", ["row"], {"axis": 1, "p": 2}),
    ("LpPool", ["x"], {"kernel_shape": [2, 2], "strides": [2, 2], "p": 2}),
    ("MatMul", ["x", f(6, 9)], {}),
    ("MatMul", [f(4, 7), "x"], {}),
    ("MatMul", ["x", f(6)], {}),
    ("MatMulInteger", ["bytes", b(6, 4), one(1, np.uint8)], {}),
    ("MaxPool", ["x"], _WINDOW),
    ("MaxPool", ["bytes"], {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
    ("MaxPool", ["x"], {"kernel_shape": [3, 3], "strides": [3, 3], "pads": [1, 1, 1, 1], "ceil_mode": 1}),
    ("MeanVarianceNormalization", ["x"], {"axes": [1, 2, 3]}),
    ("Mish", ["row"], {}),
    ("Mod", ["ints", i(4)], {}),
    ("Not", ["truth"], {}),
    ("OneHot", ["ints", one(5, np.int64), f(2)], {"axis": 1}),
    ("PRelu", ["x", f(2, 1, 1)], {}),
    ("Pad", ["x", i(0, 0, 1, 2, 0, 0, 0, 1), one(0.5)], {}),
    ("Pad", ["x", i(1, 2), None, i(2)], {"mode": "reflect"}),
    ("QLinearConv", ["bytes", one(0.5), one(1, np.uint8), b(4, 2, 3, 2), one(0.1), one(0, np.uint8), one(9.0),
                     one(2, np.uint8), b(4, kind=np.int32)], _WINDOW),
    ("QLinearMatMul", ["bytes", one(0.5), one(1, np.uint8), b(6, 4), one(0.1), one(0, np.uint8), one(9.0),
                       one(2, np.uint8)], {}),
    ("QuantizeLinear", ["row", one(0.1), one(3, np.uint8)], {}),
    ("QuantizeLinear", ["x", f(2)], {"axis": 1, "output_dtype": _TO.INT8}),
    ("Range", [one(1, np.int64), one(9, np.int64), one(3, np.int64)], {}),
    ("Reshape", ["x", i(0, -1, 3)], {}),
    ("Reshape", ["x", i(-1, 6)], {}),
    ("Resize", ["x", None, f(4) * 0 + np.array([1, 1, 2, 0.5], np.float32)], {"mode": "nearest"}),
    ("Selu", ["row"], {}),
    ("Shape", [f(2, 3)], {"start": 1}),
    ("Shrink", ["row"], {"lambd": 0.3}),
    ("Size", [f(2, 3)], {}),
    ("Slice", ["x", i(-1, 1), i(-9, 5), i(2, 3), i(-2, 1)], {}),
    ("Slice", ["x", i(0, 1), i(2**31 - 1, 9), i(0, 2), i(1, 1)], {}),
    ("SpaceToDepth", ["square"], {"blocksize": 3}),
    ("Split", ["row", i(4, 80)], {"axis": 1}),
    ("Split", ["row"], {"axis": 1, "num_outputs": 2}),
    ("Squeeze", ["single", i(1)], {}),
    ("ThresholdedRelu", ["row"], {"alpha": 0.4}),
    ("Tile", ["x", i(1, 2, 1, 3)], {}),
    ("TopK", ["row", i(3)], {"axis": 1}),
    ("Transpose", ["x"], {"perm": [0, 3, 1, 2]}),
    ("Trilu", ["square"], {"upper": 0}),
    ("Unsqueeze", ["row", i(1, -1)], {}),
    ("Where", ["truth", "row", f(84)], {}),
]  # fmt: skip
_TWO = ("Split", "TopK")


def walked(model: onnx.ModelProto) -> tuple[Walk, Cost]:
    content = model.SerializeToString()
    skeleton, spans = without_weights(content)
    bare = parsed(skeleton)
    walk = Walk(content, bare.opset_import[0].version, operator_graphs.SIDES)
    for constant, span in zip(bare.graph.initializer, spans, strict=True):
        walk.add_constant(constant, span)
    return walk, walk.run(bare.graph.node)


def graph(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> onnx.ModelProto:
    return operator_graphs.model(kind, inputs, attributes, 2 if kind in _TWO else 1)
