"""A Keras network of the table -> its ONNX graph, layer by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from clothier import models
from clothier.backend.door import keras
from clothier.errors import ExportError
from clothier.export import activations, converted, layers
from clothier.export.activations import Value
from clothier.export.nodes import Nodes

_PLANES = "images/float"  # what the network proper takes: float32 (n, channels, height, width)


def emit(model: keras.Model, *, views: str = "image", temperature: float | None = None) -> bytes:
    """The graph of a float32 network: `images` uint8 (n, height, width, channels) in; `logits` float32 (n,
    num_classes) and `features` float32 (n, d) out, or with a `temperature` `probabilities` alone, of the logits divided
    by it.

    `features` are the activations that the logits are computed from. With other `views` than "image", both are means
    over them, and probabilities are those of the mean logits. A network with a layer that export.layers does not cover
    is converted by Keras's own export. Raises ExportError for one that this does not cover either.
    """
    height, width, channels = (int(side) for side in model.input.shape[1:])
    outputs = {"features": models.features(model), "logits": model.output}
    nodes = _network(model, outputs)
    if views != "image":
        _average(nodes, (height, width), views, list(outputs))
    widths = {name: int(outputs[name].shape[1]) for name in ("logits", "features")}
    if temperature is not None:
        divisor = nodes.constant("temperature", np.array([temperature], np.float32))
        nodes.add("Div", ["logits", divisor], "logits/calibrated")
        nodes.add("Softmax", ["logits/calibrated"], "probabilities", axis=1)
        widths = {"probabilities": widths["logits"]}
    return nodes.model((height, width, channels), widths)


def _network(model: keras.Model, outputs: dict[str, Any]) -> Nodes:
    """The nodes that make those outputs, which are Keras tensors by name, of one image."""
    try:
        return by_layers(model, outputs)
    except ExportError:
        nodes = _start()
        planes, rest = _behind_front(nodes, model, outputs)
        for name, made in converted.add(
            nodes, planes, rest, dict(zip(outputs, rest.outputs, strict=True))
        ).items():
            nodes.rename(made, name)
        return nodes


def _behind_front(nodes: Nodes, model: keras.Model, outputs: dict[str, Any]) -> tuple[str, keras.Model]:
    """(planes, the network behind them): what brings images to the size and colours that a network takes is ours where
    it can be, since the converter has no operator for a resizing that smooths."""
    fitting = [layer for layer in model.layers if layer.name.startswith("fit")]
    whole = keras.Model(model.input, list(outputs.values()))
    if not fitting:
        return _PLANES, whole
    last = fitting[-1].output
    start = Value(_PLANES, tuple(int(side) for side in model.input.shape[1:]), whole=True)
    try:
        rest = keras.Model(last, list(outputs.values()))
        return _Walk(nodes, model, start, wanted=(last,)).settled(last).name, rest
    except (ExportError, ValueError):  # of Keras, where the network also takes the images from elsewhere
        return _PLANES, whole


def by_layers(model: keras.Model, outputs: dict[str, Any]) -> Nodes:
    """The same, all of our own functions for layers. Raises ExportError for a layer that these do not cover."""
    height, width, channels = (int(side) for side in model.input.shape[1:])
    nodes = _start()
    start = Value(_PLANES, (height, width, channels), whole=True)
    walk = _Walk(nodes, model, start, wanted=tuple(outputs.values()))
    names = {name: walk.settled(tensor).name for name, tensor in outputs.items()}
    for name, made in names.items():
        nodes.rename(made, name)
    return nodes


def _start() -> Nodes:
    """Turn images into planes of floats."""
    nodes = Nodes()
    nodes.add("Transpose", ["images"], "images/planes", perm=[0, 3, 1, 2])
    nodes.add("Cast", ["images/planes"], _PLANES, to=1)
    return nodes


def _average(nodes: Nodes, size: tuple[int, int], views: str, outputs: list[str]) -> None:
    """Run the network once for each view, with one set of weights, and average what it gives."""
    for name in outputs:
        nodes.rename(name, f"{name}/0")
    network = nodes.nodes[2:]  # all but what turns the images into planes
    shares = []
    for number, (share, view) in enumerate(_views(nodes, size, views)):
        shares.append(share)
        if number:
            renamed = {_PLANES: view} | {f"{name}/0": f"{name}/{number}" for name in outputs}
            nodes.again(network, f"views/{number}/", renamed)
    for name in outputs:
        total = ""
        for number, share in enumerate(shares):
            factor = nodes.constant(f"views/{number}/share", np.array([share], np.float32))
            part = nodes.add("Mul", [f"{name}/{number}", factor], f"{name}/{number}/part")
            last = number == len(shares) - 1
            total = (
                nodes.add("Add", [total, part], name if last else f"{name}/{number}/total") if total else part
            )


def _views(nodes: Nodes, size: tuple[int, int], views: str) -> Iterator[tuple[float, str]]:
    """(share, planes) of each view, as models.averaged takes them: the image first, and after each its mirror image."""
    backwards = nodes.constant("views/backwards", np.arange(size[1], dtype=np.int64)[::-1])
    for place, (share, down, right) in enumerate(models.views.shifts(views, *size)):
        planes = (
            _PLANES if (down, right) == (0, 0) else _moved(nodes, size, (down, right), f"views/moved{place}")
        )
        yield share / 2, planes
        yield share / 2, nodes.add("Gather", [planes, backwards], f"{planes}/mirror", axis=3)


def _moved(nodes: Nodes, size: tuple[int, int], by: tuple[int, int], name: str) -> str:
    """Each row, and then each column, a copy of another one or black: a product with a matrix of ones and zeros, which
    is exact."""
    height, width = size
    down = nodes.constant(f"{name}/rows", np.eye(height, k=-by[0], dtype=np.float32))
    right = nodes.constant(f"{name}/columns", np.eye(width, k=by[1], dtype=np.float32))
    return nodes.add("MatMul", [down, nodes.add("MatMul", [_PLANES, right], f"{name}/across")], name)


class _Walk:
    """The walk from the outputs back to the images, which visits each layer once."""

    def __init__(self, nodes: Nodes, model: keras.Model, start: Value, wanted: tuple[Any, ...]) -> None:
        self._nodes = nodes
        self._made = {id(model.input): start}
        self._uses: Counter[int] = Counter()
        seen: set[int] = set()
        for tensor in wanted:
            self._uses[id(tensor)] += 1
            self._count(tensor, seen)

    def _count(self, tensor: Any, seen: set[int]) -> None:
        """How often each tensor is used: what has one use may be changed for it."""
        if id(tensor) in self._made or id(tensor) in seen:
            return
        seen.add(id(tensor))
        for source in _sources(tensor):
            self._uses[id(source)] += 1
            self._count(source, seen)

    def value(self, tensor: Any) -> Value:
        if id(tensor) not in self._made:
            given = [self.value(source) for source in _sources(tensor)]
            made = layers.emit(self._nodes, tensor._keras_history.operation, given)
            alone = self._uses[id(tensor)] == 1
            self._made[id(tensor)] = made if alone else replace(made, linear=None)
        return self._made[id(tensor)]

    def settled(self, tensor: Any) -> Value:
        return activations.settled(self._nodes, self.value(tensor))


def _sources(tensor: Any) -> list[Any]:
    """The inputs of the layer that made the tensor."""
    history = tensor._keras_history
    return list(history.operation._inbound_nodes[history.node_index].input_tensors)
