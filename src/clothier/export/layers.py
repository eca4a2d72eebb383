"""One Keras layer -> ONNX nodes. To cover a kind of layer: one function here, one line in LAYERS.

Activations lie (n, channels, height, width). What only multiplies and adds (scaling, batch normalisation in use) makes
no node where it can become part of the convolution or dense layer before it, or else of the next one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from clothier.errors import ExportError
from clothier.export import fitting
from clothier.export.activations import Array, Value, affine, settled
from clothier.export.nodes import Linear, Nodes


def _rescaling(nodes: Nodes, layer: Any, x: Value) -> Value:
    if np.all(np.asarray(layer.scale) == 1) and not np.any(layer.offset):
        return x
    return affine(x, np.asarray(layer.scale), np.asarray(layer.offset))


def _normalisation(nodes: Nodes, layer: Any, x: Value) -> Value:
    mean, variance = _numbers(layer.moving_mean), _numbers(layer.moving_variance)
    scale = 1 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        scale = scale * _numbers(layer.gamma)
    offset = -mean * scale
    if layer.center:
        offset = offset + _numbers(layer.beta)
    return affine(x, scale, offset)


def _convolution(nodes: Nodes, layer: Any, x: Value, *, apart: bool = False) -> Value:
    """Convolve all channels together, or each `apart`."""
    if not apart and layer.groups != 1:
        raise _unusual(layer)
    pads = _pads(layer, x)
    if x.offset is not None and np.any(x.offset) and any(pads):
        x = settled(nodes, x)  # what lies beyond the border is 0 after the offset, not before
    kernel = _numbers(layer.kernel)
    height, width, channels, filters = kernel.shape
    bias = _numbers(layer.bias) if layer.use_bias else np.zeros(channels * filters if apart else filters)
    if x.scale is not None and x.offset is not None:
        bias = bias + np.einsum("hwcf,c->cf" if apart else "hwcf,c->f", kernel, x.offset).ravel()
        kernel = kernel * x.scale[:, None]
    if apart:
        kernel = kernel.reshape(height, width, 1, -1)
    return _ending(
        nodes, layer, "Conv", x, Linear(kernel, bias), tuple(layer.output.shape[1:]),
        kernel_shape=(height, width), strides=tuple(layer.strides), pads=pads, **({"group": channels} if apart else {}),
    )  # fmt: skip


def _pads(layer: Any, x: Value) -> list[int]:
    """Rows and columns of zeros before the image, then behind it, as TensorFlow pads."""
    pads, ends = [0, 0], [0, 0]
    if tuple(layer.dilation_rate) != (1, 1) or layer.padding not in ("same", "valid"):
        raise _unusual(layer)
    if layer.padding == "same":
        windows = zip(x.shape, layer.kernel_size, layer.strides, strict=False)
        for axis, (size, side, stride) in enumerate(windows):
            lacking = max((-(-size // stride) - 1) * stride + side - size, 0)
            pads[axis], ends[axis] = lacking // 2, lacking - lacking // 2
    return pads + ends


def _unusual(layer: Any) -> ExportError:
    return ExportError(
        f"layer {layer.name} is a convolution in groups, dilated or causal; wanted a plain one"
    )


def _dense(nodes: Nodes, layer: Any, x: Value) -> Value:
    kernel = _numbers(layer.kernel)
    bias = _numbers(layer.bias) if layer.use_bias else np.zeros(kernel.shape[-1])
    if x.planes is not None:
        channels, height, width = x.planes
        kernel = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
    if x.scale is not None and x.offset is not None:
        bias = bias + x.offset @ kernel
        kernel = kernel * x.scale[:, None]
    return _ending(nodes, layer, "Gemm", x, Linear(kernel, bias), (kernel.shape[1],))


def _ending(
    nodes: Nodes, layer: Any, kind: str, x: Value, linear: Linear, shape: tuple[int, ...], **attributes: Any
) -> Value:
    """Add the layer's node and its activation."""
    activation = _activation_name(layer)
    if activation == "linear":
        nodes.linear(kind, layer.name, x.name, linear, layer.name, **attributes)
        return Value(layer.name, shape, linear=linear)
    nodes.linear(kind, layer.name, x.name, linear, f"{layer.name}/linear", **attributes)
    return Value(_cut(nodes, layer, activation, f"{layer.name}/linear"), shape)


def _activation(nodes: Nodes, layer: Any, x: Value) -> Value:
    kind = _activation_name(layer)
    if kind == "linear":
        return x
    x = settled(nodes, x)
    return Value(_cut(nodes, layer, kind, x.name), x.shape)


def _cut(nodes: Nodes, layer: Any, kind: str, source: str) -> str:
    """Set negative values to 0, and with relu6 values above 6 to 6."""
    if kind == "relu":
        return nodes.add("Relu", [source], layer.name)
    if kind != "relu6":
        raise ExportError(f"layer {layer.name} has the activation {kind}; wanted relu, relu6 or linear")
    bounds = [nodes.constant(f"relu6/{bound}", np.array(bound, np.float32)) for bound in (0, 6)]
    return nodes.add("Clip", [source, *bounds], layer.name)


def _maximum(nodes: Nodes, layer: Any, x: Value) -> Value:
    """Pooling keeps order, so a scale above 0 may wait until after it."""
    if layer.padding != "valid":
        raise ExportError(f"layer {layer.name} pools with padding {layer.padding}; wanted valid")
    if x.scale is not None and not np.all(x.scale > 0):
        x = settled(nodes, x)
    sides, strides = tuple(layer.pool_size), tuple(layer.strides)
    name = nodes.add("MaxPool", [x.name], layer.name, kernel_shape=sides, strides=strides)
    return replace(x, name=name, shape=tuple(layer.output.shape[1:]), pooled=True)


def _average(nodes: Nodes, layer: Any, x: Value) -> Value:
    """An average keeps what each channel is multiplied with and moved by."""
    if layer.padding != "valid":
        raise ExportError(f"layer {layer.name} pools with padding {layer.padding}; wanted valid")
    sides, strides = tuple(layer.pool_size), tuple(layer.strides)
    name = nodes.add("AveragePool", [x.name], layer.name, kernel_shape=sides, strides=strides)
    return Value(name, tuple(layer.output.shape[1:]), scale=x.scale, offset=x.offset)


def _global_maximum(nodes: Nodes, layer: Any, x: Value) -> Value:
    if x.scale is not None and not np.all(x.scale > 0):
        x = settled(nodes, x)
    return _globally(nodes, "GlobalMaxPool", layer, x)


def _global_average(nodes: Nodes, layer: Any, x: Value) -> Value:
    return _globally(nodes, "GlobalAveragePool", layer, x)


def _globally(nodes: Nodes, kind: str, layer: Any, x: Value) -> Value:
    pooled = nodes.add(kind, [x.name], f"{layer.name}/pooled")
    name = nodes.add("Flatten", [pooled], layer.name)
    return Value(name, x.shape[-1:], scale=x.scale, offset=x.offset)


def _flatten(nodes: Nodes, layer: Any, x: Value) -> Value:
    if len(x.shape) == 1:
        return x
    height, width, channels = x.shape
    name = nodes.add("Flatten", [x.name], layer.name)
    area = height * width
    return Value(
        name,
        (area * channels,),
        scale=None if x.scale is None else np.repeat(x.scale, area),
        offset=None if x.offset is None else np.repeat(x.offset, area),
        planes=(channels, height, width) if area > 1 else None,
    )


def _same(nodes: Nodes, layer: Any, x: Value) -> Value:
    return x


def _sum(nodes: Nodes, layer: Any, *given: Value) -> Value:
    first, *others = [settled(nodes, x) for x in given]
    name = first.name
    for place, other in enumerate(others, start=1):
        last = place == len(others)
        name = nodes.add("Add", [name, other.name], layer.name if last else f"{layer.name}/{place}")
    return Value(name, first.shape)


def _joined(nodes: Nodes, layer: Any, *given: Value) -> Value:
    parts = [settled(nodes, x) for x in given]
    name = nodes.add("Concat", [part.name for part in parts], layer.name, axis=1)
    return Value(name, tuple(layer.output.shape[1:]))


Emit = Callable[..., Value]
LAYERS: dict[str, Emit] = {
    "Activation": _activation,
    "Add": _sum,
    "AveragePooling2D": _average,
    "BatchNormalization": _normalisation,
    "Cast": fitting.cast,
    "Concatenate": _joined,
    "Conv2D": _convolution,
    "Dense": _dense,
    "DepthwiseConv2D": functools.partial(_convolution, apart=True),
    "Dropout": _same,
    "Flatten": _flatten,
    "Flip": fitting.reverse,
    "GlobalAveragePooling2D": _global_average,
    "GlobalMaxPooling2D": _global_maximum,
    "MaxPooling2D": _maximum,
    "RGBToGrayscale": fitting.grey,
    "Rescaling": _rescaling,
    "Resizing": fitting.resizing,
    "Round": fitting.rounded,
}


def emit(nodes: Nodes, layer: Any, given: Sequence[Value]) -> Value:
    """The layer's output; ExportError for a kind of layer that is not in the table, or for settings that it does not
    cover."""
    kind = type(layer).__name__
    if kind not in LAYERS or not _is_known(layer):
        raise ExportError(f"layer {layer.name} is a {kind}; wanted one of {', '.join(LAYERS)}")
    if not _is_plain(layer, given):
        raise ExportError(f"layer {layer.name} is a {kind} of other axes or shapes; wanted channels last")
    return LAYERS[kind](nodes, layer, *given)


def _is_known(thing: Any) -> bool:
    """Whether the layer is Keras's or ours, and not another one of the same name."""
    return str(getattr(thing, "__module__", "")).startswith(("keras.", "clothier."))


def _is_plain(layer: Any, given: Sequence[Value]) -> bool:
    """Whether the layer takes vectors, or images with the channels last, and mixes no axes but the usual ones."""
    ranks = {len(x.shape) for x in given}
    same_shapes = type(layer).__name__ != "Add" or len({x.shape for x in given}) == 1
    last = (-1, max(ranks))
    usual = type(layer).__name__ not in ("BatchNormalization", "Concatenate") or layer.axis in last
    vectors = type(layer).__name__ != "Dense" or ranks == {1}
    others = [
        getattr(layer, "data_format", "channels_last") not in (None, "channels_last"),
        getattr(layer, "keepdims", False),
        getattr(layer, "crop_to_aspect_ratio", False),
        getattr(layer, "pad_to_aspect_ratio", False),
    ]
    return ranks <= {1, 3} and len(ranks) == 1 and same_shapes and usual and vectors and not any(others)


def _activation_name(layer: Any) -> str:
    activation = layer.activation
    return (
        str(activation.__name__)
        if _is_known(activation) and hasattr(activation, "__name__")
        else "of your own"
    )


def _numbers(variable: Any) -> Array:
    return np.asarray(variable, dtype=np.float64)
