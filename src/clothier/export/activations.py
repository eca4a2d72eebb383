"""An activation on its way through the graph: what multiplies and adds may wait, and often makes no node at all."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.export.nodes import Linear, Nodes

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Value:
    """An activation: `name` of the ONNX tensor, and `shape` as Keras has it, without the images.

    What is meant is scale * tensor + offset, by channel, where these are not None. `linear` is the layer whose plain
    output this is, `pooled` says that a maximum was taken since. `planes` (channels, height, width) tells that a
    vector lies in that order, where Keras has height, width, channels. `whole` says that it holds whole numbers from
    0 to 255.
    """

    name: str
    shape: tuple[int, ...]
    scale: Array | None = None
    offset: Array | None = None
    linear: Linear | None = None
    pooled: bool = False
    planes: tuple[int, int, int] | None = None
    whole: bool = False


def settled(nodes: Nodes, x: Value) -> Value:
    """The value with its scale and offset applied, and in Keras's order."""
    if x.scale is not None and x.offset is not None:
        sides = (-1, 1, 1) if len(x.shape) == 3 else (-1,)
        made = f"{x.name}/scaled"
        scale = nodes.constant(f"{made}/scale", x.scale.reshape(sides).astype(np.float32))
        nodes.add("Mul", [x.name, scale], made)
        if np.any(x.offset):
            offset = nodes.constant(f"{made}/offset", x.offset.reshape(sides).astype(np.float32))
            made = nodes.add("Add", [made, offset], f"{x.name}/shifted")
        x = Value(made, x.shape, planes=x.planes)
    if x.planes is not None:
        size = math.prod(x.planes)
        places = np.arange(size, dtype=np.int64).reshape(x.planes).transpose(1, 2, 0).ravel()
        order = nodes.constant(f"{x.name}/places", places)
        x = Value(nodes.add("Gather", [x.name, order], f"{x.name}/ordered", axis=1), x.shape)
    return x


def affine(x: Value, scale: Array, offset: Array) -> Value:
    """scale * x + offset, without a node."""
    channels = x.shape[-1]
    scale = np.broadcast_to(np.asarray(scale, np.float64), (channels,))
    offset = np.broadcast_to(np.asarray(offset, np.float64), (channels,))
    if x.linear is not None and x.scale is None and (not x.pooled or bool(np.all(scale > 0))):
        x.linear.then(scale, offset)
        return x
    if x.scale is None or x.offset is None:
        return replace(x, scale=scale, offset=offset, linear=None, whole=False)
    return replace(x, scale=scale * x.scale, offset=scale * x.offset + offset, whole=False)
