"""The rule of each operator against ONNX Runtime and ONNX's own reference; and what is refused, before either."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, numpy_helper
from onnx.reference import ReferenceEvaluator
from support import operator_graphs

from clothier.bundle.messages import parsed
from clothier.bundle.node import Node, Tensor
from clothier.bundle.nodes import Cost, Walk
from clothier.bundle.operators import EXCLUDED, OPERATORS, REASONS
from clothier.bundle.operators.pointwise import _COMPARISONS, _PLAIN
from clothier.bundle.operators.reducing import _REDUCTIONS
from clothier.bundle.wire import without_weights
from clothier.errors import BundleError

N = 3


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
# The reference has no such operator, or is known to do otherwise there.
_NO_REFERENCE = {"GlobalLpPool", "LRN"}
_ROUNDED = {"QLinearConv", "QLinearMatMul"}  # to whole numbers, a half up or down


def _walk(model: onnx.ModelProto) -> tuple[Walk, Cost]:
    content = model.SerializeToString()
    skeleton, spans = without_weights(content)
    bare = parsed(skeleton)
    walk = Walk(content, bare.opset_import[0].version, operator_graphs.SIDES)
    for constant, span in zip(bare.graph.initializer, spans, strict=True):
        walk.add_constant(constant, span)
    return walk, walk.run(bare.graph.node)


def _graph(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> onnx.ModelProto:
    return operator_graphs.model(kind, inputs, attributes, 2 if kind in _TWO else 1)


def _refusal(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> str:
    with pytest.raises(BundleError) as caught:
        _walk(_graph(kind, inputs, attributes))
    return str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[2]}"[:60])
def test_the_shapes_are_what_comes_out(case: Case) -> None:
    model = _graph(*case)
    walk, cost = _walk(model)
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
        _walk(model)


@pytest.mark.parametrize(("kind", "reason"), REASONS.items())
def test_what_is_excluded_is_refused_by_name(kind: str, reason: str) -> None:
    assert (
        _refusal(kind, ["x"], {})
        == f"model.onnx has the operator {kind}; {reason}; wanted a network without it"
    )


HUGE = 2**40
HOSTILE: dict[str, tuple[Case, str]] = {
    "pad": (("Pad", ["x", i(0, 0, 0, 0, 0, 0, HUGE, 0)], {}), "costs more than 4,294,967,296 values"),
    "pad of images": (("Pad", ["x", i(1, 0, 0, 0, 0, 0, 0, 0)], {}), "wanted pads from 0, of images none"),
    "negative pad": (("Pad", ["x", i(0, 0, -9, 0, 0, 0, 0, 0)], {}), "wanted pads from 0"),
    "mirrored pad": (("Pad", ["x", i(0, 0, 9, 0, 0, 0, 0, 0)], {"mode": "reflect"}), "wanted pads within the image"),
    "pad unknown": (("Pad", ["x", "ints"], {}), "wanted at most 16 constant whole numbers as input 2"),
    "expand": (("Expand", ["x", i(HUGE, 1, 1, 1, 1)], {}), "costs more than 4,294,967,296 values"),
    "expand of images": (("Expand", ["x", i(9, 2, 7, 6)], {}), "wanted shapes that fit"),
    "expand unknown": (("Expand", ["x", "ints"], {}), "constant whole numbers as input 2"),
    "tile": (("Tile", ["x", i(1, 1, HUGE, HUGE)], {}), "costs more than 4,294,967,296 values"),
    "tile of images": (("Tile", ["x", i(2, 1, 1, 1)], {}), "one of the images' own"),
    "resize": (("Resize", [f(1, 2, 3), None, None, i(1, HUGE, 3)], {}), "costs more than 4,294,967,296 values"),
    "resize to a size": (("Resize", ["x", None, None, i(3, 2, 9, 6)], {}), "wanted scales, where there are images"),
    "resize by scales": (
        ("Resize", ["x", None, np.array([1, 1, 1e9, 1], np.float32)], {}), "wanted constant scales up to 256",
    ),
    "resize of images": (
        ("Resize", ["x", None, np.array([2, 1, 1, 1], np.float32)], {}), "a scale of 1 for the images' own axis",
    ),
    "constant of a shape": (("ConstantOfShape", [i(HUGE, HUGE)], {}), "costs more than 4,294,967,296 values"),
    "constant of an unknown shape": (("ConstantOfShape", ["ints"], {}), "constant whole numbers as input 1"),
    "range": (
        ("Range", [one(0, np.int64), one(2**62, np.int64), one(1, np.int64)], {}), "costs more than 4,294,967,296",
    ),
    "range of floats": (("Range", [one(0.0), one(1e9), one(1e-9)], {}), "constant whole numbers as input 1"),
    "range without end": (
        ("Range", [one(0, np.int64), one(9, np.int64), one(0, np.int64)], {}), "wanted numbers to count",
    ),
    "one hot": (("OneHot", ["ints", one(HUGE, np.int64), f(2)], {}), "costs more than 4,294,967,296 values"),
    "transposed convolution": (
        ("ConvTranspose", ["x", f(2, 1, 3, 3)], {"strides": [2**30, 1]}), "wanted strides of 2 numbers from 1 to 64",
    ),
    "transposed convolution made larger": (
        ("ConvTranspose", ["x", f(2, 1, 3, 3)], {"output_shape": [2**40, 1]}), "wanted output_shape of 2 numbers",
    ),
    "transposed convolution padded": (
        ("ConvTranspose", ["x", f(2, 1, 3, 3)], {"output_padding": [2**40, 1]}), "wanted output_padding of 2 numbers",
    ),
    "convolution": (("Conv", ["x", f(2, 2, 3, 3)], {"pads": [2**40] * 4}), "wanted pads of 4 numbers from 0 to 2"),
    "kernel of images": (("Conv", ["x", "x"], {}), "wanted a constant kernel of 4 axes"),
    "einsum": (("Einsum", ["row", "ints", "row"], {"equation": "na,nb,nc->nabc"}), "has a Einsum of 3 inputs"),
    "einsum of images": (("Einsum", ["row", "row"], {"equation": "na,mb->nmab"}), "wanted images on one axis"),
    "einsum over images": (("Einsum", ["row"], {"equation": "na->a"}), "wanted a sum within each image"),
    "einsum with dots": (("Einsum", ["x"], {"equation": "...a->..."}), "wanted an equation such as"),
    "softmax over images": (("Softmax", ["row"], {"axis": 0}), "wanted an axis that is not the images' own"),
    "sum over images": (("ReduceSum", ["x"], {}), "wanted axes, none of them the images' own"),
    "mean over images": (("ReduceMean", ["x", i(0)], {}), "wanted an axis that is not the images' own"),
    "statistics of images": (
        ("BatchNormalization", ["x", f(2), f(2), f(2), f(2)], {"training_mode": 1}), "wanted no training mode",
    ),
    "images side by side": (("Concat", ["row", "row"], {"axis": 0}), "wanted an axis that is not the images' own"),
    "images in a row": (("Reshape", ["x", i(2, -1)], {}), "wanted a shape that keeps images apart"),
    "images among each other": (("Gemm", ["row", "row"], {"transB": 1}), "images on one axis"),
    "shape of images": (("Shape", ["x"], {}), "sides that do not depend on the number of images"),
    "places outside": (("Gather", ["row", i(84)], {"axis": 1}), "wanted constant places from -84 to 83"),
    "places of values": (("Gather", ["row", "ints"], {"axis": 1}), "wanted constant places from -84 to 83"),
    "many of few": (("TopK", ["row", i(85)], {"axis": 1}), "wanted from 1 to 84 values"),
    "dropout in training": (("Dropout", ["row", one(0.5), one(True, np.bool_)], {}), "wanted no training mode"),
    "some images": (("Slice", ["x", i(0), i(2), i(0)], {}), "wanted all images"),
    "images backwards": (("Slice", ["x", i(-1), i(-(2**40)), i(0), i(-1)], {}), "wanted all images"),
    "text": (("Constant", [], {"value_string": "x"}), "has a Constant with 'value_string'; wanted it without"),
    "text to numbers": (("Cast", ["row"], {"to": TensorProto.STRING}), "wanted a type of numbers"),
    "no number": (("LeakyRelu", ["row"], {"alpha": float("nan")}), "is no number, word or constant"),
    "wide window": (("MaxPool", ["x"], {"kernel_shape": [2**20, 1]}), "wanted kernel_shape of 2 numbers"),
    "wide neighbourhood": (("LRN", ["x"], {"size": 2**20 + 1}), "wanted size from 1 to 64"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_attributes_are_refused_before_anything_runs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    case, words = HOSTILE[name]
    message = _refusal(*case)
    assert words in message
    assert message.isprintable()


def test_work_is_counted_by_hand() -> None:
    def work(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> int:
        return _walk(_graph(kind, inputs, attributes))[1].multiplications - start

    start = _walk(_graph("Identity", ["x"], {}))[1].multiplications - 84
    assert work("Conv", ["x", f(4, 2, 3, 3)], {}) == 5 * 4 * 4 * 2 * 9
    assert work("ConvTranspose", ["x", f(2, 4, 3, 3)], {}) == 84 * 4 * 9
    assert work("Gemm", ["row", f(84, 5)], {}) == 84 * 5
    assert work("MatMul", ["x", f(6, 9)], {}) == 14 * 6 * 9
    assert work("Einsum", ["x", f(6, 5)], {"equation": "nchw,wk->nkch"}) == 14 * 6 * 5
    assert work("MaxPool", ["x"], {"kernel_shape": [2, 2], "strides": [2, 2]}) == 2 * 3 * 3 * 4
    assert work("ReduceSum", ["x", i(1)], {}) == 84
    assert work("LRN", ["x"], {"size": 3}) == 84 * 3


def test_a_refusal_names_operator_shapes_and_what_was_wanted() -> None:
    node = Node("Softmax", (Tensor((-1, 4, -2), "float32"),), {"axis": 7})
    with pytest.raises(BundleError) as caught:
        OPERATORS["Softmax"].outputs(node)
    assert str(caught.value) == "model.onnx has a Softmax on float32 (n, 4, 2n); wanted an axis from -3 to 2"


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


_STRANGE: list[Any] = [
    -(2**63), -1, 0, 1, 2, 7, 2**62, 1.5, "", "x", "SAME_UPPER", "ab,bc->ac", [], [0], [1], [-1, 1], [2, 2],
    [2**62] * 4, [1.5, 2.5], Tensor((2,), "int64", np.array([1, 2])),
]  # fmt: skip
_TENSORS: list[Tensor | None] = [
    None,
    *(Tensor(shape, kind) for kind in ("float32", "uint8", "int64", "bool") for shape in
      [(), (1,), (-1,), (-1, 5), (-3, 5), (2, -1), (4, 5), (-1, 2, 7, 6), (4, 2, 3, 3), (1, 2, 3, 4, 5, 6, 7, 8)]),
    *(Tensor(np.shape(values), "int64", np.array(values)) for values in
      (0, -1, 2**62, [0], [1], [-1], [2**62], [0, 0], [-1, -1], [1, 2, 3, 4], [-(2**63)] * 4, [[1, 2]], [1] * 20)),
    Tensor((4,), "float32", np.array([1, 1, 2, np.float32(0.5)], np.float32)),
    Tensor((), "float32", np.array(0.5, np.float32)),
]  # fmt: skip


@pytest.mark.parametrize("kind", OPERATORS)
def test_whatever_an_operator_is_given_there_is_an_answer_or_one_line(kind: str) -> None:
    operator, rng = OPERATORS[kind], np.random.default_rng(len(kind))
    base = [
        {name: Tensor((1,), "float32") if isinstance(value, TensorProto) else value for name, value in case[2].items()}
        for case in CASES if case[0] == kind
    ]  # fmt: skip
    for _ in range(400):
        attributes = dict(base[rng.integers(len(base))])
        for name in sorted(operator.attributes):
            if rng.random() < 0.3:
                attributes[name] = _STRANGE[rng.integers(len(_STRANGE))]
        count = int(rng.integers(operator.inputs[0], min(operator.inputs[1], 9) + 1))
        inputs = [_TENSORS[rng.integers(len(_TENSORS))] for _ in range(count)]
        inputs = [
            _TENSORS[1] if tensor is None and place not in operator.out else tensor
            for place, tensor in enumerate(inputs)
        ]
        try:
            node = Node(kind, tuple(inputs), attributes, int(rng.integers(1, 4)))
            made = operator.outputs(node)
            for tensor in made:
                assert str(tensor)
            if all(0 not in tensor.shape for tensor in made):
                assert operator.work(node, made) >= 0
                assert operator.scratch(node, made) >= 0
        except BundleError as error:
            assert str(error).isprintable()
