"""A plan -> the shape of each weight, by name, and what the network costs, without building it. No Keras here.

A second account of every architecture, from its own file's numbers: what a model file holds is measured against it, and
whether a network fits into memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from clothier.models.plan import Plan

Shapes = dict[str, tuple[int, ...]]

_VGG19_SHAPE = (150, 150, 3)
_VGG19 = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)


@dataclass(frozen=True)
class Size:
    """How large a network is: its `weights`; and for one image the `activations` of all layers, the `largest` layer's
    among them, and the `multiplications`."""

    weights: int
    activations: int
    largest: int
    multiplications: int

    @property
    def weight_bytes(self) -> int:
        """In float32."""
        return 4 * self.weights


class Tally:
    """A network's weights, gathered layer by layer; `shape` is that of the activations so far, without the images."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.activations = self.largest = math.prod(shape)
        self.multiplications = 0
        self.weights: Shapes = {}
        self.ends: dict[str, tuple[Shapes, tuple[int, ...]]] = {}  # where a trunk may end

    def conv(
        self,
        name: str,
        filters: int,
        side: int = 3,
        stride: int = 1,
        *,
        same: bool = False,
        bias: bool = True,
    ) -> None:
        height, width, channels = self.shape
        lost = 0 if same else side - 1
        self.weights[f"{name}/kernel"] = (side, side, channels, filters)
        if bias:
            self.weights[f"{name}/bias"] = (filters,)
        self.shape = (-(-(height - lost) // stride), -(-(width - lost) // stride), filters)
        self._count(side * side * channels, copies=2)  # itself and its ReLU

    def norm(self, name: str, *, scale: bool = True) -> None:
        for variable in (*(["gamma"] if scale else []), "beta", "moving_mean", "moving_variance"):
            self.weights[f"{name}/{variable}"] = self.shape[-1:]
        self._count(1)

    def pool(self) -> None:
        height, width, channels = self.shape
        self.shape = (height // 2, width // 2, channels)
        self._count(1)

    def resize(self, before: tuple[int, int, int], after: tuple[int, int, int]) -> None:
        """Images are brought from that shape to this one first, by a product with a matrix for each axis."""
        (height, width, _), (new_height, new_width, _) = before, after
        channels = min(
            before[2], after[2]
        )  # grey pictures are made of colours before, colours of grey ones after
        self.activations += 2 * math.prod(before)
        self.largest = max(self.largest, math.prod(before))
        self.multiplications += height * channels * new_width * (width + new_height)

    def flatten(self, *, pooling: bool = False) -> None:
        height, width, channels = self.shape
        self.shape = (channels,) if pooling else (height * width * channels,)
        self.ends["flatten"] = (dict(self.weights), self.shape)

    def dense(self, name: str, units: int, *, bias: bool = True) -> None:
        if name == "logits":
            self.ends["logits"] = (dict(self.weights), self.shape)
        (inputs,) = self.shape
        self.weights[f"{name}/kernel"] = (inputs, units)
        if bias:
            self.weights[f"{name}/bias"] = (units,)
        self.shape = (units,)
        self._count(inputs)

    def _count(self, each: int, copies: int = 1) -> None:
        """A layer of the shape that is reached, each of whose values takes so many multiplications."""
        values = math.prod(self.shape)
        self.activations += copies * values
        self.largest = max(self.largest, values)
        self.multiplications += each * values


def of(plan: Plan) -> Shapes:
    """The shape of each weight of a plan's network, by name, such as {"conv1/kernel": (3, 3, 1, 32), ...}."""
    return _tally(plan).weights


def size(plan: Plan) -> Size:
    """How large a plan's network is."""
    tally = _tally(plan)
    return Size(
        weights=sum(map(math.prod, tally.weights.values())),
        activations=tally.activations,
        largest=tally.largest,
        multiplications=tally.multiplications,
    )


def base_bytes(plan: Plan) -> int:
    """Of the weights that lie below the head of a plan with a base, in float32."""
    head = {f"head{plan.depth}_dense", "logits"}
    return 4 * sum(math.prod(shape) for name, shape in of(plan).items() if name.split("/")[0] not in head)


def num_features(plan: Plan) -> int:
    """The number of activations that the logits are computed from."""
    return _tally(plan).ends["logits"][1][0]


def _tally(plan: Plan) -> Tally:
    if plan.trunk is not None:
        below = _tally(plan.trunk)
        weights, below.shape = below.ends[plan.base_end]
        below.weights = dict(weights)
    else:
        below = Tally(plan.image_shape)
        _NETWORKS[plan.model](below, plan.num_classes)
    if plan.has_base:
        below.resize(plan.image_shape, plan.trunk.image_shape if plan.trunk else _VGG19_SHAPE)
        below.dense(f"head{plan.depth}_dense", plan.head_units)
        below.dense("logits", plan.num_classes)
    return below


def _cnn1(net: Tally, num_classes: int) -> None:
    net.conv("conv1", 32)
    net.pool()
    net.flatten()
    net.dense("dense1", 128)
    net.dense("logits", num_classes)


def _cnn3(net: Tally, num_classes: int) -> None:
    net.conv("conv1", 32)
    net.pool()
    net.conv("conv2", 64)
    net.pool()
    net.conv("conv3", 128)
    net.flatten()
    net.dense("dense1", 128)
    net.dense("logits", num_classes)


def _cnn4(net: Tally, num_classes: int) -> None:
    for number, filters in enumerate((32, 32, 64, 128), start=1):
        net.conv(f"conv{number}", filters)
        net.norm(f"norm{number}")
        if number % 2 == 0:
            net.pool()
    net.flatten()
    for number, units in enumerate((512, 128), start=1):
        net.dense(f"dense{number}", units)
        net.norm(f"norm{number + 4}")
    net.dense("logits", num_classes)


def _fastnet(net: Tally, num_classes: int) -> None:
    net.conv("whiten", 2 * 4 * 4 * net.shape[2], 4, 2, same=True)
    for number, width in enumerate((64, 64, 128, 128, 128), start=1):
        net.conv(f"conv{number}", width, same=True, bias=False)
        if number in (1, 3):
            net.pool()
        net.norm(f"conv{number}_norm", scale=False)
    net.flatten(pooling=True)
    net.dense("logits", num_classes, bias=False)


def _fastnet_large(net: Tally, num_classes: int) -> None:
    net.conv("whiten", 2 * 3 * 3 * net.shape[2], 3, same=True)
    for stage, width in enumerate((64, 128, 192), start=1):
        for part in ("a", "b"):
            net.conv(f"conv{stage}{part}", width, same=True, bias=False)
            if part == "a":
                net.pool()
            net.norm(f"conv{stage}{part}_norm", scale=False)
    net.flatten(pooling=True)
    net.dense("logits", num_classes, bias=False)


def _vgg19(net: Tally, num_classes: int) -> None:
    """The base alone: the head comes from the plan."""
    net.shape = _VGG19_SHAPE
    for number, block in enumerate(_VGG19, start=1):
        for place, filters in enumerate(block, start=1):
            net.conv(f"block{number}_conv{place}", filters, same=True)
        net.pool()
    net.flatten()


def _wrn(net: Tally, num_classes: int) -> None:
    net.conv("conv1", 16, same=True, bias=False)
    for group, (filters, stride) in enumerate(((128, 1), (256, 2), (512, 2)), start=2):
        for block in (1, 2):
            name, first = f"group{group}_block{block}", stride if block == 1 else 1
            net.norm(f"{name}_1_norm")
            if block == 1:
                entering = net.shape
                net.conv(f"{name}_shortcut", filters, 1, first, same=True, bias=False)
                net.shape = entering
            net.conv(f"{name}_conv1", filters, 3, first, same=True, bias=False)
            net.norm(f"{name}_2_norm")
            net.conv(f"{name}_conv2", filters, same=True, bias=False)
    net.norm("last_norm")
    net.flatten(pooling=True)
    net.dense("logits", num_classes)


_NETWORKS: dict[str, Callable[[Tally, int], None]] = {
    "cnn1": _cnn1,
    "cnn1_dropout": _cnn1,
    "cnn3": _cnn3,
    "cnn4": _cnn4,
    "fastnet": _fastnet,
    "fastnet_large": _fastnet_large,
    "vgg19": _vgg19,
    "wrn16_8": _wrn,
}
