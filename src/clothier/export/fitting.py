"""What brings images to the size and the colours that a network takes -> ONNX nodes: Keras's layers and operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from clothier.errors import ExportError
from clothier.export.activations import Array, Value, settled
from clothier.export.nodes import Linear, Nodes


def cast(nodes: Nodes, layer: Any, x: Value) -> Value:
    """Every number here is float32; a cast to uint8 cuts off nothing where numbers are whole."""
    if not str(layer.dtype).startswith("float") and not x.whole:
        raise ExportError(f"layer {layer.name} casts to {layer.dtype}; wanted that of rounded pixels alone")
    return x


def rounded(nodes: Nodes, layer: Any, x: Value) -> Value:
    x = settled(nodes, x)
    return Value(nodes.add("Round", [x.name], f"{x.name}/rounded"), x.shape, whole=True)


def grey(nodes: Nodes, layer: Any, x: Value) -> Value:
    """Compute a weighted mean of the channels."""
    height, width, _ = x.shape
    kernel = np.array([0.2989, 0.5870, 0.1140]).reshape(
        1, 1, 3, 1
    )  # those of keras.ops.image.rgb_to_grayscale
    bias = np.zeros(1)
    if x.scale is not None and x.offset is not None:
        bias, kernel = bias + kernel[0, 0, :, 0] @ x.offset, kernel * x.scale[:, None]
    linear = Linear(kernel, bias)
    nodes.linear("Conv", layer.name, x.name, linear, layer.name, kernel_shape=(1, 1))
    return Value(layer.name, (height, width, 1), linear=linear)


def resizing(nodes: Nodes, layer: Any, x: Value) -> Value:
    """Each new row is a weighted mean of old rows, and so for columns: two products with matrices, taken from Keras's
    own answer, so that every interpolation agrees with it."""
    x = settled(nodes, x)
    height, width, channels = x.shape
    new_height, new_width = int(layer.height), int(layer.width)
    rows = _means(layer, height, new_height, axis=1)
    columns = _means(layer, width, new_width, axis=2)
    across = nodes.constant(f"{layer.name}/columns", columns.T)
    down = nodes.constant(f"{layer.name}/rows", rows)
    name = nodes.add("MatMul", [x.name, across], f"{layer.name}/across")
    return Value(nodes.add("MatMul", [down, name], layer.name), (new_height, new_width, channels))


def reverse(nodes: Nodes, layer: Any, x: Value) -> Value:
    x = settled(nodes, x)
    axis = layer.axis
    if axis not in (3, -1):
        raise ExportError(f"layer {layer.name} flips axis {axis}; wanted the channels")
    places = nodes.constant(f"{x.name}/backwards", np.arange(x.shape[-1], dtype=np.int64)[::-1])
    return Value(nodes.add("Gather", [x.name, places], f"{x.name}/flipped", axis=1), x.shape)


def _means(layer: Any, size: int, new_size: int, axis: int) -> Array:
    """float32 (new_size, size): the share of each old row (axis 1) or column (axis 2) in each new one."""
    shape = [size, 1, 1, 1]
    shape[axis] = size
    lines = np.eye(size, dtype=np.float32).reshape(shape)
    single = type(layer)(
        *((new_size, 1) if axis == 1 else (1, new_size)),
        interpolation=layer.interpolation,
        antialias=layer.antialias,
        dtype="float32",
    )
    return np.asarray(single(lines)).reshape(size, new_size).T
