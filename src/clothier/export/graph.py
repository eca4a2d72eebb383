"""A Keras network of the table -> its ONNX graph, layer by layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import models
from clothier.export import activations, layers
from clothier.export.activations import Value
from clothier.export.nodes import Nodes

if TYPE_CHECKING:
    import keras

_MIRROR = "mirror/"


def emit(model: keras.Model, *, mirror: bool = False, probabilities: bool = False) -> bytes:
    """The graph of a float32 network: `images` uint8 (n, height, width, channels) in; `logits` float32 (n,
    num_classes) and `features` float32 (n, d) out, or with `probabilities` those alone.

    `features` are the activations that the logits are computed from. With `mirror`, all are means over an image and
    its mirror image, probabilities those of the mean logits. Raises ExportError for a layer that is not covered.
    """
    height, width, channels = (int(side) for side in model.input.shape[1:])
    features = model.get_layer(models.features_layer(model)).output
    nodes = Nodes()
    nodes.add("Transpose", ["images"], "images/planes", perm=[0, 3, 1, 2])
    nodes.add("Cast", ["images/planes"], "images/float", to=1)
    start = Value("images/float", (height, width, channels), whole=True)
    walk = _Walk(nodes, model, start, wanted=(features, model.output))
    outputs = {
        name: walk.settled(tensor) for name, tensor in (("features", features), ("logits", model.output))
    }
    for name, value in outputs.items():
        nodes.rename(value.name, name)
    if mirror:
        _average(nodes, width, list(outputs))
    widths = {"logits": outputs["logits"].shape[0], "features": outputs["features"].shape[0]}
    if probabilities:
        nodes.add("Softmax", ["logits"], "probabilities", axis=1)
        widths = {"probabilities": widths["logits"]}
    return nodes.model((height, width, channels), widths)


def _average(nodes: Nodes, width: int, outputs: list[str]) -> None:
    """Everything a second time on mirrored images, and the means of both."""
    for name in outputs:
        nodes.rename(name, f"{name}/straight")
    nodes.mirrored(_MIRROR)
    backwards = nodes.constant("mirror/places", np.arange(width, dtype=np.int64)[::-1])
    nodes.add("Gather", ["images", backwards], f"{_MIRROR}images", axis=2)
    nodes.nodes.insert(0, nodes.nodes.pop())
    half = nodes.constant("mirror/half", np.float32(0.5).reshape(1))
    for name in outputs:
        both = nodes.add("Add", [f"{name}/straight", f"{_MIRROR}{name}/straight"], f"{name}/both")
        nodes.add("Mul", [both, half], name)


class _Walk:
    """From the outputs back to the images, each layer once."""

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
    """What the layer was given that made it."""
    history = tensor._keras_history
    return list(history.operation._inbound_nodes[history.node_index].input_tensors)
