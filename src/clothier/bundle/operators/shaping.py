"""Operators that move values, or take some of them: each output's shape follows from shapes and from constants."""

from __future__ import annotations

import math

import numpy as np

from clothier.bundle.node import Node, Shape, Tensor, positive
from clothier.bundle.operators.table import Operator, names

_SAME = "at most as large as its inputs together"
_CONSTANT = "determined by constants that are checked before anything runs"


def _transpose(node: Node) -> Tensor:
    x = node.input(0)
    rank = len(x.shape)
    order = node.whole_numbers("perm", [*reversed(range(rank))], 0, rank - 1)
    node.wanted(len(set(order)) == rank, "an order of all axes")
    return Tensor(tuple(x.shape[axis] for axis in order), x.kind)


def _reshape(node: Node) -> Tensor:
    """Images stay in one piece each: what lies before their axis has as many places after as before."""
    x, given = node.input(0), node.constants(1) or []
    node.wanted(not node.flag("allowzero", 0) and bool(given) and min(given) >= -1, "a constant shape")
    node.wanted(0 not in given[len(x.shape) :], "sides to copy where there are some")
    sides = [x.shape[axis] if side == 0 else side for axis, side in enumerate(given)]
    open_axes = [axis for axis, side in enumerate(given) if side == -1]
    node.wanted(len(open_axes) <= 1, "a shape with one open side at most")
    if open_axes:
        known = math.prod(abs(side) for axis, side in enumerate(sides) if axis != open_axes[0])
        node.wanted(x.size % known == 0, "a shape of as many values")
        copied = any(side < 0 for axis, side in enumerate(sides) if axis != open_axes[0])
        sign = -1 if x.is_activation and not copied else 1
        sides[open_axes[0]] = sign * (x.size // known)
    made = Tensor(tuple(sides), x.kind)
    node.wanted(made.size == x.size and made.is_activation == x.is_activation, "a shape of as many values")
    node.wanted(_before(made.shape) == _before(x.shape), "a shape that keeps images apart")
    return made


def _before(shape: Shape) -> int:
    """How many places there are before the images' own axis."""
    axis = next((axis for axis, side in enumerate(shape) if side < 0), 0)
    return positive(shape[:axis])


def _flatten(node: Node) -> Tensor:
    x = node.input(0)
    axis = node.whole_number("axis", 1, -len(x.shape), len(x.shape)) % (len(x.shape) + 1)
    parts = x.shape[:axis], x.shape[axis:]
    sides = [positive(part) * (-1 if any(side < 0 for side in part) else 1) for part in parts]
    made = Tensor(tuple(sides), x.kind)
    node.wanted(_before(made.shape) == _before(x.shape), "a shape that keeps images apart")
    return made


def _squeeze(node: Node) -> Tensor:
    x, axes = node.input(0), node.constants(1)
    gone = (
        {axis for axis, side in enumerate(x.shape) if side == 1}
        if axes is None
        else {node.place(axis, x.shape) for axis in axes}
    )
    node.wanted(all(x.shape[axis] == 1 for axis in gone), "sides of 1 to take away")
    return Tensor(tuple(side for axis, side in enumerate(x.shape) if axis not in gone), x.kind)


def _unsqueeze(node: Node) -> Tensor:
    x, axes = node.input(0), node.constants(1) or []
    rank = len(x.shape) + len(axes)
    node.wanted(all(-rank <= axis < rank for axis in axes), f"axes from {-rank} to {rank - 1}")
    new = {axis % rank for axis in axes}
    node.wanted(len(new) == len(axes), "axes that differ")
    old = iter(x.shape)
    return Tensor(tuple(1 if axis in new else next(old) for axis in range(rank)), x.kind)


def _concat(node: Node) -> Tensor:
    first = node.input(0)
    axis = node.axis(first.shape, len(first.shape))
    node.wanted(all(tensor.kind == first.kind for tensor in node.tensors), "one type")
    others = {(len(t.shape), t.shape[:axis], t.shape[axis + 1 :]) for t in node.tensors}
    node.wanted(len(others) == 1, "parts that fit")
    total = sum(tensor.shape[axis] for tensor in node.tensors)
    return Tensor((*first.shape[:axis], total, *first.shape[axis + 1 :]), first.kind)


def _split(node: Node) -> tuple[Tensor, ...]:
    x = node.input(0)
    axis = node.axis(x.shape, 0)
    size, count = x.shape[axis], node.num_outputs
    parts = node.constants(1, 64)
    if parts is None:
        each = -(-size // count)
        node.wanted(node.attributes.get("num_outputs", count) == count, "as many outputs as num_outputs says")
        parts = [each] * (count - 1) + [size - each * (count - 1)]
    node.wanted(len(parts) == count and sum(parts) == size and min(parts) > 0, f"{count} parts of {size}")
    return tuple(Tensor((*x.shape[:axis], part, *x.shape[axis + 1 :]), x.kind) for part in parts)


def _slice(node: Node) -> Tensor:
    x = node.input(0)
    starts, ends = node.constants(1) or [], node.constants(2) or []
    axes, steps = node.constants(3), node.constants(4)
    axes = [*range(len(starts))] if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    node.wanted(len(starts) == len(ends) == len(axes) == len(steps) and 0 not in steps, "as many of each")
    sides = list(x.shape)
    for start, end, axis, stride in zip(starts, ends, axes, steps, strict=True):
        own = node.place(axis, x.shape, own=True)
        if x.shape[own] < 0:
            node.wanted((start, stride) == (0, 1) and end >= 2**31 - 1, "all images")
            continue
        sides[own] = len(range(x.shape[own])[slice(start, _end(end, x.shape[own], stride), stride)])
    node.wanted(0 not in sides, "something to be left")
    return Tensor(tuple(sides), x.kind)


def _end(end: int, size: int, stride: int) -> int | None:
    """The end of Python's slice for that of ONNX; None below the first index."""
    return None if stride < 0 and end < -size else end


def places(node: Node, size: int) -> Tensor:
    """The second input: constant places from -size to size - 1."""
    given = node.input(1)
    node.wanted(
        given.kind in ("int32", "int64")
        and given.values is not None
        and bool(np.all((given.values >= -size) & (given.values < size))),
        f"constant places from {-size} to {size - 1}",
    )
    return given


def _gather(node: Node) -> Tensor:
    x = node.input(0)
    axis = node.axis(x.shape, 0)
    found = places(node, x.shape[axis])
    return Tensor((*x.shape[:axis], *found.shape, *x.shape[axis + 1 :]), x.kind)


def _expand(node: Node) -> Tensor:
    x, sides = node.input(0), node.constants(1) or []
    node.wanted(all(side > 0 for side in sides), "a constant shape")
    return Tensor(node.spread([x.shape, tuple(sides)]), x.kind)


def _tile(node: Node) -> Tensor:
    x, times = node.input(0), node.constants(1) or []
    node.wanted(
        len(times) == len(x.shape)
        and all(time > 0 and (side > 0 or time == 1) for time, side in zip(times, x.shape, strict=True)),
        "a number of copies for each axis, one of the images' own",
    )
    return Tensor(tuple(side * time for side, time in zip(x.shape, times, strict=True)), x.kind)


def _pad(node: Node) -> Tensor:
    x, pads, axes = node.input(0), node.constants(1) or [], node.constants(3)
    axes = [*range(len(x.shape))] if axes is None else axes
    filled = node.optional(2)
    node.wanted(filled is None or filled.size == 1, "one value to fill with")
    node.wanted(len(pads) == 2 * len(axes), "two numbers for each axis")
    constant = node.word("mode", "constant", "constant", "reflect", "edge", "wrap") == "constant"
    sides = list(x.shape)
    for number, axis in enumerate(axes):
        own = node.place(axis, x.shape, own=True)
        more = pads[number], pads[number + len(axes)]
        node.wanted(min(more) >= 0 and (x.shape[own] > 0 or more == (0, 0)), "pads from 0, of images none")
        node.wanted(constant or max(more) < max(x.shape[own], 1) or more == (0, 0), "pads within the image")
        sides[own] += sum(more)
    return Tensor(tuple(sides), x.kind)


def _blocks(node: Node) -> Tensor:
    x = node.images_first(4)
    number, channels, height, width = x.shape
    block = node.whole_number("blocksize", 0, 1, 64)
    if node.kind == "DepthToSpace":
        node.word("mode", "DCR", "DCR", "CRD")
        node.wanted(channels % block**2 == 0, "channels that fit")
        return Tensor((number, channels // block**2, height * block, width * block), x.kind)
    node.wanted(height % block == width % block == 0, "sides that fit")
    return Tensor((number, channels * block**2, height // block, width // block), x.kind)


def _shape(node: Node) -> Tensor:
    """The operator Shape, of sides that are known: the number of images is not."""
    x = node.input(0)
    start, end = node.attributes.get("start", 0), node.attributes.get("end", len(x.shape))
    node.wanted(type(start) is int and type(end) is int, "whole numbers")
    sides = x.shape[start:end]
    node.wanted(
        bool(sides) and all(side > 0 for side in sides), "sides that do not depend on the number of images"
    )
    return Tensor((len(sides),), "int64", np.array(sides, np.int64))


def _size(node: Node) -> Tensor:
    x = node.input(0)
    node.wanted(not x.is_activation, "a tensor that does not depend on the number of images")
    return Tensor((), "int64", np.array(x.size, np.int64))


OPERATORS: dict[str, Operator] = {
    "Concat": Operator(_concat, (1, 64), _SAME, names("axis")),
    "DepthToSpace": Operator(_blocks, (1, 1), _SAME, names("blocksize mode")),
    "Expand": Operator(_expand, (2, 2), _CONSTANT),
    "Flatten": Operator(_flatten, (1, 1), _SAME, names("axis")),
    "Gather": Operator(_gather, (2, 2), _CONSTANT, names("axis")),
    "Pad": Operator(_pad, (2, 4), _CONSTANT, names("mode"), out=frozenset({2, 3})),
    "Reshape": Operator(_reshape, (2, 2), _SAME, names("allowzero")),
    "Shape": Operator(_shape, (1, 1), "one number per axis", names("start end")),
    "Size": Operator(_size, (1, 1), "one number"),
    "Slice": Operator(_slice, (3, 5), _SAME, out=frozenset({3, 4})),
    "SpaceToDepth": Operator(_blocks, (1, 1), _SAME, names("blocksize")),
    "Split": Operator(_split, (1, 2), _SAME, names("axis num_outputs"), out=frozenset({1})),
    "Squeeze": Operator(_squeeze, (1, 2), _SAME, out=frozenset({1})),
    "Tile": Operator(_tile, (2, 2), _CONSTANT),
    "Transpose": Operator(_transpose, (1, 1), _SAME, names("perm")),
    "Unsqueeze": Operator(_unsqueeze, (2, 2), _SAME),
}
