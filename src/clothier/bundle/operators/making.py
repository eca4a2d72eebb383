"""Operators that make tensors of constants, resize images, or go to bytes and back."""

from __future__ import annotations

import math

import numpy as np

from clothier.bundle.node import Node, Tensor
from clothier.bundle.operators.pointwise import kind_of
from clothier.bundle.operators.table import Made, Operator, names

_CONSTANT = "determined by constants that are checked before anything runs"
_SAME = "as large as its input"
_MOST_SCALE = 256


def _constant(node: Node) -> Tensor:
    node.wanted(len(node.attributes) == 1, "one value")
    (value,) = node.attributes.values()
    if isinstance(value, Tensor):
        return value
    numbers = value if isinstance(value, list) else [value]
    node.wanted(all(isinstance(number, int | float) for number in numbers), "numbers")
    whole = all(isinstance(number, int) for number in numbers)
    array = np.array(value, np.int64 if whole else np.float32)
    return Tensor(array.shape, str(array.dtype), array)


def _filled(node: Node) -> Tensor:
    sides, value = node.constants(0) or [], node.attributes.get("value")
    node.wanted(all(side > 0 for side in sides), "a constant shape")
    node.wanted(value is None or (isinstance(value, Tensor) and value.size == 1), "one value to fill with")
    return Tensor(tuple(sides), value.kind if isinstance(value, Tensor) else "float32")


def _range(node: Node) -> Tensor:
    start, limit, stride = ((node.constants(place, 1) or [0])[0] for place in range(3))
    node.wanted(stride != 0 and len(range(start, limit, stride)) > 0, "numbers to count")
    count = len(range(start, limit, stride))
    return Tensor((count,), node.input(0).kind, np.arange(start, limit, stride) if count < 4096 else None)


def _one_hot(node: Node) -> Tensor:
    x, depth = node.input(0), (node.constants(1, 1) or [0])[0]
    node.wanted(depth > 0 and node.input(2).shape == (2,), "a constant depth, and two values")
    rank = len(x.shape) + 1
    axis = node.whole_number("axis", -1, -rank, rank - 1) % rank
    return Tensor((*x.shape[:axis], depth, *x.shape[axis:]), node.input(2).kind)


def _eye(node: Node) -> Tensor:
    x = node.of_rank(2)
    node.wanted(not x.is_activation, "a matrix that does not depend on the number of images")
    return Tensor(x.shape, kind_of(node, "dtype") if "dtype" in node.attributes else x.kind)


def _resize(node: Node) -> Tensor:
    """Resize to constant sizes, or by constant scales; the axis of the images keeps its size."""
    x, sizes, scales = node.input(0), node.constants(3), node.optional(2)
    node.word("mode", "nearest", "nearest", "linear", "cubic")
    node.word("keep_aspect_ratio_policy", "stretch", "stretch")
    node.wanted("axes" not in node.attributes and node.optional(1) is None, "all axes, and no region")
    node.wanted((sizes is None) != (scales is None), "either sizes or scales")
    if sizes is not None:
        node.wanted(len(sizes) == len(x.shape) and x.shape[0] > 0, "scales, where there are images")
        return Tensor(tuple(sizes), x.kind)
    node.wanted(
        scales is not None
        and scales.values is not None
        and scales.kind == "float32"
        and scales.shape == (len(x.shape),)
        and all(0 < scale <= _MOST_SCALE for scale in scales.values.ravel()),
        f"constant scales up to {_MOST_SCALE}",
    )
    factors = (
        [float(scale) for scale in np.ravel(scales.values)] if scales and scales.values is not None else []
    )
    made = []
    for side, factor in zip(x.shape, factors, strict=True):
        node.wanted(side > 0 or factor == 1, "a scale of 1 for the images' own axis")
        made.append(side if side < 0 else math.floor(side * np.float32(factor)))
    node.wanted(all(made), "an output of some size")
    return Tensor(tuple(made), x.kind)


def _resize_work(node: Node, made: Made) -> int:
    """The work of a Resize: each value comes from 16 others, and with smoothing from as many times more as the image
    shrinks."""
    shrinks = max(1, -(-node.input(0).size // made[0].size))
    return made[0].size * 16 * (shrinks if node.attributes.get("antialias") else 1)


def _scale(node: Node, x: Tensor) -> None:
    """One scale, and perhaps zero, for all values or for each place of an axis."""
    scale, zero = node.input(1), node.optional(2)
    node.wanted(
        scale.kind == "float32" and not node.attributes.get("block_size", 0), "float32 scales, no blocks"
    )
    axis = node.attributes.get("axis", 1)
    by_channel = (
        type(axis) is int
        and -len(x.shape) <= axis < len(x.shape)
        and x.shape[axis] > 0
        and scale.shape == (x.shape[axis],)
    )
    node.wanted(scale.shape == () or by_channel, "a scale for all or each channel")
    node.wanted(zero is None or zero.shape == scale.shape, "a zero for each scale")


def _quantize(node: Node) -> Tensor:
    x, zero = node.input(0), node.optional(2)
    _scale(node, x)
    kind = (
        zero.kind if zero else kind_of(node, "output_dtype") if "output_dtype" in node.attributes else "uint8"
    )
    node.wanted(x.kind == "float32" and kind in ("int8", "uint8", "int16", "uint16"), "int8")
    return Tensor(x.shape, kind)


def _dequantize(node: Node) -> Tensor:
    x, zero = node.input(0), node.optional(2)
    _scale(node, x)
    node.wanted(x.kind in ("int8", "uint8", "int16", "uint16", "int32"), "int8")
    node.wanted(zero is None or zero.kind == x.kind, "a zero of the same type")
    return Tensor(x.shape, "float32")


_ZERO_LEFT_OUT = frozenset({2})

OPERATORS: dict[str, Operator] = {
    "Constant": Operator(
        _constant, (0, 0), "stored in the graph", names("value value_float value_floats value_int value_ints")
    ),
    "ConstantOfShape": Operator(_filled, (1, 1), _CONSTANT, names("value")),
    "DequantizeLinear": Operator(
        _dequantize, (2, 3), _SAME, names("axis block_size"), out=_ZERO_LEFT_OUT
    ),
    "EyeLike": Operator(_eye, (1, 1), _SAME, names("dtype k")),
    "OneHot": Operator(_one_hot, (3, 3), _CONSTANT, names("axis")),
    "QuantizeLinear": Operator(
        _quantize, (2, 3), _SAME, names("axis block_size output_dtype saturate"), out=_ZERO_LEFT_OUT
    ),
    "Range": Operator(_range, (3, 3), _CONSTANT),
    "Resize": Operator(
        _resize, (3, 4), _CONSTANT,
        names("antialias coordinate_transformation_mode cubic_coeff_a exclude_outside extrapolation_value "
              "keep_aspect_ratio_policy mode nearest_mode axes"),
        out=frozenset({1, 2}), work=_resize_work,
    ),
}  # fmt: skip
