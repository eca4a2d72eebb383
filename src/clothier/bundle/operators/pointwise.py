"""Operators that give a value for each value, or for each pair of values."""

from __future__ import annotations

from clothier.bundle.operators.table import Operator, names
from clothier.bundle.steps import Step, Tensor

KINDS = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool", 10: "float16",
    11: "float64", 12: "uint32", 13: "uint64",
}  # fmt: skip # onnx.TensorProto.DataType

_SAME = "as large as its input"
_SPREAD = "as large as its inputs broadcast together"


def same(step: Step) -> Tensor:
    first = step.input(0)
    return Tensor(first.shape, first.kind)


def kind_of(step: Step, name: str) -> str:
    """The type that the attribute of that name stands for."""
    number = step.attributes.get(name)
    kind = KINDS.get(number) if isinstance(number, int) else None
    if kind is None:
        step.refuse("a type of numbers")
    return kind


def _truth(step: Step) -> Tensor:
    return Tensor(step.input(0).shape, "bool")


def _cast(step: Step) -> Tensor:
    return Tensor(step.input(0).shape, kind_of(step, "to"))


def _cast_like(step: Step) -> Tensor:
    return Tensor(step.input(0).shape, step.input(1).kind)


def _clip(step: Step) -> Tensor:
    step.wanted(all(tensor.shape == () for tensor in step.tensors[1:]), "single bounds")
    return same(step)


def _spread(step: Step) -> Tensor:
    first = step.input(0)
    step.wanted(all(tensor.kind == first.kind for tensor in step.tensors), "one type")
    return Tensor(step.spread(tensor.shape for tensor in step.tensors), first.kind)


def _power(step: Step) -> Tensor:
    return Tensor(step.spread(tensor.shape for tensor in step.tensors), step.input(0).kind)


def _comparison(step: Step) -> Tensor:
    return Tensor(_spread(step).shape, "bool")


def _where(step: Step) -> Tensor:
    step.wanted(
        step.input(0).kind == "bool" and step.input(1).kind == step.input(2).kind, "truths and one type"
    )
    return Tensor(step.spread(tensor.shape for tensor in step.tensors), step.input(1).kind)


def _slope(step: Step) -> Tensor:
    first = step.input(0)
    step.wanted(step.spread([first.shape, step.input(1).shape]) == first.shape, "slopes that fit")
    return same(step)


def _dropout(step: Step) -> tuple[Tensor, ...]:
    """In use it changes nothing."""
    training = step.optional(2)
    step.wanted(
        training is None or (training.values is not None and not training.values.any()), "no training mode"
    )
    return same(step), Tensor(step.input(0).shape, "bool")


def _along_axis(step: Step) -> Tensor:
    step.axis(step.input(0).shape, -1)
    return same(step)


def _running_sum(step: Step) -> Tensor:
    for axis in step.constants(1, 1) or []:
        step.place(axis, step.input(0).shape)
    return same(step)


def _triangle(step: Step) -> Tensor:
    step.constants(1, 1)
    step.wanted(all(side > 0 for side in step.input(0).shape[-2:]), "matrices of pixels or features")
    return same(step)


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
