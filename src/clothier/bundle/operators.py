"""The operators that a model file's graph may have, and what each makes of its inputs' shapes.

A rule takes a Step and returns the shape of its output; BundleError for whatever a network of ours never has. An
activation's shape begins with None, for the images; a constant's does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clothier.bundle.steps import Step, Tensor


@dataclass(frozen=True)
class Operator:
    """The rule, and the attributes it looks at; a node with others is refused."""

    rule: Callable[[Step], Tensor]
    attributes: frozenset[str] = frozenset()


_MOST_SIDE = 64  # of a window


def _same(step: Step) -> Tensor:
    return step.floats(1, 2, 4)


def _cast(step: Step) -> Tensor:
    x = step.activation()
    step.wanted(x.kind == "uint8" and step.attributes.get("to") == 1, "pixels made float32")
    return Tensor(x.shape, "float32")


def _transpose(step: Step) -> Tensor:
    x = step.activation()
    order = step.whole_numbers("perm", [0] * len(x.shape), 0, len(x.shape) - 1)
    step.wanted(order[0] == 0 and len(set(order)) == len(order), "an order of all axes, images first")
    return Tensor(tuple(x.shape[axis] for axis in order), x.kind)


def _gather(step: Step) -> Tensor:
    first, places = step.activation(2), step.inputs[1]
    axis = step.axis(len(first.shape))
    size = first.shape[axis] or 0
    step.wanted(
        places.kind == "int64"
        and len(places.shape) == 1
        and places.values is not None
        and bool(np.all((places.values >= 0) & (places.values < size))),
        f"places from 0 to {size - 1}",
    )
    return Tensor((*first.shape[:axis], places.shape[0], *first.shape[axis + 1 :]), first.kind)


def _window(step: Step, sides: list[int], channels: int | None) -> Tensor:
    """The shape left by a window of those sides that moves over the image."""
    shape = step.inputs[0].shape
    strides = step.whole_numbers("strides", [1, 1], 1, _MOST_SIDE)
    pads = step.whole_numbers("pads", [0, 0, 0, 0], 0, max(sides) - 1)
    size = [
        ((shape[axis + 2] or 0) + pads[axis] + pads[axis + 2] - sides[axis]) // strides[axis] + 1
        for axis in (0, 1)
    ]
    step.wanted(min(size) > 0, "an image that the window fits in")
    return Tensor((None, channels, *size), "float32")


def _conv(step: Step) -> Tensor:
    x, kernel = step.floats(3, 4), step.kernel(4)
    step.wanted(kernel[1] == x.shape[1], "a kernel that fits")
    sides = step.whole_numbers("kernel_shape", [1, 1], 1, _MOST_SIDE)
    step.wanted(kernel[2:] == tuple(sides), "kernel_shape to be the kernel's")
    return _window(step, sides, kernel[0])


def _max_pool(step: Step) -> Tensor:
    x = step.floats(1, 4)
    return _window(step, step.whole_numbers("kernel_shape", [1, 1], 1, _MOST_SIDE), x.shape[1])


def _global_pool(step: Step) -> Tensor:
    return Tensor((*step.floats(1, 4).shape[:2], 1, 1), "float32")


def _flatten(step: Step) -> Tensor:
    step.wanted(step.attributes.get("axis", 1) == 1, "each image made one row")
    return Tensor((None, step.floats(1, 2, 4).size), "float32")


def _gemm(step: Step) -> Tensor:
    x, kernel = step.floats(3, 2), step.kernel(2)
    step.wanted(kernel[0] == x.shape[1], "a kernel that fits")
    return Tensor((None, kernel[1]), "float32")


def _matmul(step: Step) -> Tensor:
    step.wanted(
        len(step.inputs) == 2 and {tensor.kind for tensor in step.inputs} == {"float32"}, "two of float32"
    )
    left, right = step.inputs
    if left.is_activation:
        step.wanted(
            len(left.shape) in (2, 4) and len(right.shape) == 2 and not right.is_activation, "a matrix"
        )
        step.wanted(left.shape[-1] == right.shape[0], "a matrix that fits")
        return Tensor((*left.shape[:-1], right.shape[1]), "float32")
    step.wanted(len(left.shape) == 2 and len(right.shape) == 4 and right.is_activation, "a matrix")
    step.wanted(left.shape[1] == right.shape[2], "a matrix that fits")
    return Tensor((None, right.shape[1], left.shape[0], right.shape[3]), "float32")


def _concat(step: Step) -> Tensor:
    first = step.activation(len(step.inputs))
    axis = step.axis(len(first.shape))
    step.wanted(
        all(tensor.is_activation and tensor.kind == first.kind for tensor in step.inputs), "activations"
    )
    others = {(len(t.shape), t.shape[:axis], t.shape[axis + 1 :]) for t in step.inputs}
    step.wanted(len(others) == 1, "parts that fit")
    total = sum(tensor.shape[axis] or 0 for tensor in step.inputs)
    return Tensor((*first.shape[:axis], total, *first.shape[axis + 1 :]), first.kind)


def _each(step: Step) -> Tensor:
    """Two activations of one shape, or one and a constant that is spread over it."""
    first = step.floats(2, 2, 4)
    other = step.inputs[1].shape
    spread = (
        not step.inputs[1].is_activation
        and len(other) < len(first.shape)
        and all(given in (1, own) for given, own in zip(reversed(other), reversed(first.shape), strict=False))
    )
    step.wanted(other == first.shape or spread, "shapes that fit")
    return first


def _quantize(step: Step) -> Tensor:
    x = step.activation(3)
    _, scale, zero = step.inputs
    step.wanted(x.kind == scale.kind == "float32" and zero.kind in ("int8", "uint8"), "int8")
    step.wanted(scale.shape == zero.shape == (), "one scale for all")
    return Tensor(x.shape, zero.kind)


def _dequantize(step: Step) -> Tensor:
    """The only operator that makes a constant of constants: weights of one byte."""
    step.wanted(len(step.inputs) == 3, "a scale and a zero")
    x, scale, zero = step.inputs
    step.wanted(
        x.kind == zero.kind and x.kind in ("int8", "uint8", "int32") and scale.kind == "float32", "int8"
    )
    axis = step.attributes.get("axis", 1)
    by_channel = not x.is_activation and axis in range(len(x.shape)) and scale.shape == (x.shape[axis],)
    step.wanted(
        scale.shape == zero.shape and (scale.shape == () or by_channel), "a scale for all or each channel"
    )
    return Tensor(x.shape, "float32")


OPERATORS: dict[str, Operator] = {
    "Add": Operator(_each),
    "Cast": Operator(_cast, frozenset({"to"})),
    "Concat": Operator(_concat, frozenset({"axis"})),
    "Conv": Operator(_conv, frozenset({"kernel_shape", "pads", "strides"})),
    "DequantizeLinear": Operator(_dequantize, frozenset({"axis"})),
    "Flatten": Operator(_flatten, frozenset({"axis"})),
    "Gather": Operator(_gather, frozenset({"axis"})),
    "Gemm": Operator(_gemm),
    "GlobalAveragePool": Operator(_global_pool),
    "GlobalMaxPool": Operator(_global_pool),
    "MatMul": Operator(_matmul),
    "MaxPool": Operator(_max_pool, frozenset({"kernel_shape", "pads", "strides"})),
    "Mul": Operator(_each),
    "QuantizeLinear": Operator(_quantize, frozenset({"axis"})),
    "Relu": Operator(_same),
    "Round": Operator(_same),
    "Transpose": Operator(_transpose, frozenset({"perm"})),
}


def work(step: Step, made: Tensor) -> int:
    """Multiplications for one image."""
    if step.kind in ("Conv", "Gemm", "MatMul"):
        sizes = [tensor.size for tensor in step.inputs[:2]]
        if step.kind == "Conv":
            channels = made.shape[1] or 1
            return made.size // channels * sizes[1]
        return sizes[1] if step.kind == "Gemm" else made.size * (step.inputs[0].shape[-1] or 1)
    return made.size
