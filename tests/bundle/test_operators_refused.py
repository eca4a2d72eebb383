"""What of operators is refused before ONNX Runtime sees it."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto
from support.operator_cases import CASES, Case, f, graph, i, one, walked

from clothier.bundle.node import Node, Tensor
from clothier.bundle.operators import OPERATORS, REASONS
from clothier.errors import BundleError


def _refusal(kind: str, inputs: list[Any], attributes: dict[str, Any]) -> str:
    with pytest.raises(BundleError) as caught:
        walked(graph(kind, inputs, attributes))
    return str(caught.value)


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


def test_a_refusal_names_operator_shapes_and_what_was_wanted() -> None:
    node = Node("Softmax", (Tensor((-1, 4, -2), "float32"),), {"axis": 7})
    with pytest.raises(BundleError) as caught:
        OPERATORS["Softmax"].outputs(node)
    assert str(caught.value) == "model.onnx has a Softmax on float32 (n, 4, 2n); wanted an axis from -3 to 2"


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
