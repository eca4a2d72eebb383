"""A plan -> the shape of each weight, by name, without building the network. No Keras here.

A second account of every architecture, from its own file's numbers: what a model file holds is measured against it.
"""

from __future__ import annotations

from collections.abc import Callable

from clothier.models.plan import Plan

Shapes = dict[str, tuple[int, ...]]

_VGG19 = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)


class Tally:
    """A network's weights, gathered layer by layer; `shape` is that of the activations so far, without the images."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
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

    def norm(self, name: str, *, scale: bool = True) -> None:
        for variable in (*(["gamma"] if scale else []), "beta", "moving_mean", "moving_variance"):
            self.weights[f"{name}/{variable}"] = self.shape[-1:]

    def pool(self) -> None:
        height, width, channels = self.shape
        self.shape = (height // 2, width // 2, channels)

    def flatten(self, *, pooling: bool = False) -> None:
        height, width, channels = self.shape
        self.shape = (channels,) if pooling else (height * width * channels,)
        self.ends["flatten"] = (dict(self.weights), self.shape)

    def dense(self, name: str, units: int, *, bias: bool = True) -> None:
        if name == "logits":
            self.ends["logits"] = (dict(self.weights), self.shape)
        self.weights[f"{name}/kernel"] = (*self.shape, units)
        if bias:
            self.weights[f"{name}/bias"] = (units,)
        self.shape = (units,)


def of(plan: Plan) -> Shapes:
    """The shape of each weight of a plan's network, by name, such as {"conv1/kernel": (3, 3, 1, 32), ...}."""
    return _tally(plan).weights


def num_features(plan: Plan) -> int:
    """The number of activations that the logits are computed from."""
    return _tally(plan).ends["logits"][1][0]


def _tally(plan: Plan) -> Tally:
    if plan.trunk is not None:
        whole = _tally(plan.trunk)
        below = Tally(())
        below.weights, below.shape = whole.ends[plan.base_end]
    else:
        below = Tally(plan.image_shape)
        _NETWORKS[plan.model](below, plan.num_classes)
    if plan.has_base:
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
    net.shape = (150, 150, 3)
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
