"""Operators that make one value of many, and those that bring values to a common scale."""

from __future__ import annotations

from clothier.bundle.node import Node, Tensor
from clothier.bundle.operators.pointwise import same
from clothier.bundle.operators.table import Operator, names

_SMALLER = "at most as large as its input"
_SAME = "as large as its input"


def _axes(node: Node) -> set[int]:
    """The axes of an attribute (until version 17) or of an input; if there are none, all but that of the images."""
    shape = node.input(0).shape
    given = node.constants(1)
    if given is None:
        attribute = node.attributes.get("axes")
        node.wanted(attribute is None or isinstance(attribute, list), "axes that are a list")
        given = attribute
    if not given:
        node.wanted(not node.input(0).is_activation, "axes, none of them the images' own")
        given = [*range(len(shape))]
    return {node.place(axis, shape) for axis in given}


def _reduced(node: Node) -> Tensor:
    x = node.input(0)
    if (
        node.attributes.get("noop_with_empty_axes")
        and not node.constants(1)
        and not node.attributes.get("axes")
    ):
        return same(node)
    axes, kept = _axes(node), node.flag("keepdims", 1)
    sides = [1 if axis in axes else side for axis, side in enumerate(x.shape) if kept or axis not in axes]
    return Tensor(tuple(sides), x.kind)


def _largest_place(node: Node) -> Tensor:
    x = node.input(0)
    own, kept = node.axis(x.shape, 0), node.flag("keepdims", 1)
    sides = [1 if axis == own else side for axis, side in enumerate(x.shape) if kept or axis != own]
    return Tensor(tuple(sides), "int64")


def _top(node: Node) -> tuple[Tensor, Tensor]:
    x, count = node.input(0), (node.constants(1, 1) or [0])[0]
    axis = node.axis(x.shape, -1)
    node.wanted(0 < count <= x.shape[axis], f"from 1 to {x.shape[axis]} values")
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    return Tensor(shape, x.kind), Tensor(shape, "int64")


def _top_work(node: Node, made: tuple[Tensor, ...]) -> int:
    """The work of TopK, which at worst sorts."""
    return node.input(0).size * max(1, node.input(0).size.bit_length())


def _global_pool(node: Node) -> Tensor:
    x = node.images_first(3, 4, 5)
    node.floats(0)
    return Tensor((*x.shape[:2], *[1] * (len(x.shape) - 2)), x.kind)


def _by_channel(node: Node) -> Tensor:
    """Batch and instance normalisation, whose other inputs have one number per channel."""
    x = node.images_first(2, 3, 4, 5)
    node.wanted(not node.flag("training_mode", 0), "no training mode")
    node.wanted(
        all(tensor.shape == (x.shape[1],) for tensor in node.tensors[1:]), "one number for each channel"
    )
    return same(node)


def _layer_norm(node: Node) -> tuple[Tensor, ...]:
    x = node.input(0)
    axis = node.axis(x.shape, -1)
    node.whole_number("stash_type", 1, 1, 1)
    node.wanted(all(side > 0 for side in x.shape[axis:]), "axes that are not the images' own")
    node.wanted(
        node.spread([x.shape, *(tensor.shape for tensor in node.tensors[1:])]) == x.shape, "scales that fit"
    )
    small = Tensor((*x.shape[:axis], *[1] * (len(x.shape) - axis)), "float32")
    return same(node), small, small


def _group_norm(node: Node) -> Tensor:
    x = node.images_first(3, 4, 5)
    groups = node.whole_number("num_groups", 0, 1, max(x.shape[1], 1))
    node.wanted(x.shape[1] % groups == 0, "channels that fit")
    node.wanted(
        all(tensor.shape == (x.shape[1],) for tensor in node.tensors[1:]), "one number for each channel"
    )
    return same(node)


def _mean_variance(node: Node) -> Tensor:
    x = node.input(0)
    axes = node.attributes.get("axes", [0, 2, 3])
    node.wanted(isinstance(axes, list) and len(axes) <= len(x.shape), "a list of axes")
    for axis in axes:
        node.place(axis, x.shape)
    return same(node)


def _neighbours(node: Node) -> Tensor:
    node.images_first(4)
    node.whole_number("size", 0, 1, 64)
    return same(node)


def _neighbours_work(node: Node, made: tuple[Tensor, ...]) -> int:
    return made[0].size * int(node.attributes["size"])


_REDUCTIONS = "L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare"
_CHANNELS = names("epsilon momentum training_mode")

OPERATORS: dict[str, Operator] = {
    **{
        f"Reduce{name}": Operator(
            _reduced, (1, 2), _SMALLER, names("axes keepdims noop_with_empty_axes"), out=frozenset({1})
        )
        for name in _REDUCTIONS.split()
    },
    **{
        name: Operator(_largest_place, (1, 1), _SMALLER, names("axis keepdims select_last_index"))
        for name in ("ArgMax", "ArgMin")
    },
    **{name: Operator(_global_pool, (1, 1), _SMALLER) for name in ("GlobalAveragePool", "GlobalMaxPool")},
    "BatchNormalization": Operator(_by_channel, (5, 5), _SAME, _CHANNELS, 15),
    "GlobalLpPool": Operator(_global_pool, (1, 1), _SMALLER, names("p")),
    "GroupNormalization": Operator(_group_norm, (3, 3), _SAME, names("epsilon num_groups stash_type"), 21),
    "InstanceNormalization": Operator(_by_channel, (3, 3), _SAME, names("epsilon")),
    "LRN": Operator(_neighbours, (1, 1), _SAME, names("alpha beta bias size"), work=_neighbours_work),
    "LayerNormalization": Operator(
        _layer_norm, (2, 3), _SAME, names("axis epsilon stash_type"), 17, frozenset({2})
    ),
    "MeanVarianceNormalization": Operator(_mean_variance, (1, 1), _SAME, names("axes")),
    "TopK": Operator(_top, (2, 2), _SMALLER, names("axis largest sorted"), work=_top_work),
}
