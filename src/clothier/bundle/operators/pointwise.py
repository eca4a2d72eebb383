"""Operators that give a value for each value, or for each pair of values."""

from __future__ import annotations

from clothier.bundle.node import Node, Tensor
from clothier.bundle.operators.table import Operator, names

KINDS = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool", 10: "float16",
    11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip # onnx.TensorProto.DataType

_SAME = "as large as its input"
_SPREAD = "as large as its inputs broadcast together"


def same(node: Node) -> Tensor:
    first = node.input(0)
    return Tensor(first.shape, first.kind)


def kind_of(node: Node, name: str) -> str:
    """The type that the attribute of that name stands for."""
    number = node.attributes.get(name)
    kind = KINDS.get(number) if isinstance(number, int) else None
    if kind is None:
        node.refuse("a type of numbers")
    return kind


def _truth(node: Node) -> Tensor:
    return Tensor(node.input(0).shape, "bool")


def _cast(node: Node) -> Tensor:
    return Tensor(node.input(0).shape, kind_of(node, "to"))


def _cast_like(node: Node) -> Tensor:
    return Tensor(node.input(0).shape, node.input(1).kind)


def _clip(node: Node) -> Tensor:
    node.wanted(all(tensor.shape == () for tensor in node.tensors[1:]), "single bounds")
    return same(node)


def _spread(node: Node) -> Tensor:
    first = node.input(0)
    node.wanted(all(tensor.kind == first.kind for tensor in node.tensors), "one type")
    return Tensor(node.spread(tensor.shape for tensor in node.tensors), first.kind)


def _power(node: Node) -> Tensor:
    return Tensor(node.spread(tensor.shape for tensor in node.tensors), node.input(0).kind)


def _comparison(node: Node) -> Tensor:
    return Tensor(_spread(node).shape, "bool")


def _where(node: Node) -> Tensor:
    node.wanted(
        node.input(0).kind == "bool" and node.input(1).kind == node.input(2).kind, "truths and one type"
    )
    return Tensor(node.spread(tensor.shape for tensor in node.tensors), node.input(1).kind)


def _slope(node: Node) -> Tensor:
    first = node.input(0)
    node.wanted(node.spread([first.shape, node.input(1).shape]) == first.shape, "slopes that fit")
    return same(node)


def _dropout(node: Node) -> tuple[Tensor, ...]:
    """Dropout changes nothing in inference."""
    training = node.optional(2)
    node.wanted(
        training is None or (training.values is not None and not training.values.any()), "no training mode"
    )
    return same(node), Tensor(node.input(0).shape, "bool")


def _along_axis(node: Node) -> Tensor:
    node.axis(node.input(0).shape, -1)
    return same(node)


def _running_sum(node: Node) -> Tensor:
    for axis in node.constants(1, 1) or []:
        node.place(axis, node.input(0).shape)
    return same(node)


def _triangle(node: Node) -> Tensor:
    node.constants(1, 1)
    node.wanted(all(side > 0 for side in node.input(0).shape[-2:]), "matrices of pixels or features")
    return same(node)


def _unary(since: int = 13, attributes: str = "") -> Operator:
    return Operator(same, (1, 1), _SAME, names(attributes), since)


def _pair(since: int = 13, attributes: str = "") -> Operator:
    return Operator(_spread, (2, 2), _SPREAD, names(attributes), since)


_PLAIN = (
    "Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor Identity Log Neg Not Reciprocal Relu Round "
    "Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh"
)
_COMPARISONS = "Equal Greater GreaterOrEqual Less LessOrEqual"

OPERATORS: dict[str, Operator] = {
    **{name: _unary() for name in _PLAIN.split()},
    **{name: Operator(_comparison, (2, 2), _SPREAD) for name in _COMPARISONS.split()},
    **{name: Operator(_spread, (1, 64), _SPREAD) for name in ("Max", "Mean", "Min", "Sum")},
    **{
        name: Operator(_along_axis, (1, 1), _SAME, names("axis"))
        for name in ("Hardmax", "LogSoftmax", "Softmax")
    },
    "Add": _pair(),
    "And": _pair(),
    "BitShift": _pair(attributes="direction"),
    "BitwiseAnd": _pair(18),
    "BitwiseNot": _unary(18),
    "BitwiseOr": _pair(18),
    "BitwiseXor": _pair(18),
    "Cast": Operator(_cast, (1, 1), _SAME, names("to saturate")),
    "CastLike": Operator(_cast_like, (2, 2), _SAME, names("saturate"), 15),
    "Celu": _unary(attributes="alpha"),
    "Clip": Operator(_clip, (1, 3), _SAME, out=frozenset({1, 2})),
    "CumSum": Operator(_running_sum, (2, 2), _SAME, names("exclusive reverse"), 14),
    "Div": _pair(),
    "Dropout": Operator(_dropout, (1, 3), _SAME, names("seed"), out=frozenset({1, 2})),
    "Elu": _unary(attributes="alpha"),
    "Gelu": _unary(20, "approximate"),
    "HardSigmoid": _unary(attributes="alpha beta"),
    "HardSwish": _unary(14),
    "IsInf": Operator(_truth, (1, 1), _SAME, names("detect_negative detect_positive")),
    "IsNaN": Operator(_truth, (1, 1), _SAME),
    "LeakyRelu": _unary(attributes="alpha"),
    "LpNormalization": Operator(_along_axis, (1, 1), _SAME, names("axis p")),
    "Mish": _unary(18),
    "Mod": _pair(attributes="fmod"),
    "Mul": _pair(),
    "Or": _pair(),
    "PRelu": Operator(_slope, (2, 2), _SAME),
    "Pow": Operator(_power, (2, 2), _SPREAD),
    "Selu": _unary(attributes="alpha gamma"),
    "Shrink": _unary(attributes="bias lambd"),
    "Sub": _pair(),
    "ThresholdedRelu": _unary(attributes="alpha"),
    "Trilu": Operator(_triangle, (1, 2), _SAME, names("upper"), 14, frozenset({1})),
    "Where": Operator(_where, (3, 3), _SPREAD),
    "Xor": _pair(),
}
