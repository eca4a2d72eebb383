"""A graph of unknown origin: whether it is one that may be run. Nothing is run here, and no weight is copied.

What passes has our operators alone, each on shapes that fit, in a line from the images to logits and features; no
control flow, no functions, no operators of others, nothing outside the file; and costs no more than it may.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.bundle import bounds
from clothier.bundle.messages import check_fields, parsed
from clothier.bundle.operators import OPERATORS, work
from clothier.bundle.steps import Step, Tensor
from clothier.bundle.tensors import finite
from clothier.bundle.wire import Span, without_weights
from clothier.errors import BundleError, unknown_name

OPSETS = (13, 21)  # the operators' versions that are known to mean what we take them to mean
IR_VERSIONS = (7, 10)  # of the format, which came with those
MOST_NODES = 2000
_FLOAT32, _UINT8 = 1, 2
_KINDS = {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64"}  # onnx.TensorProto.DataType
Sides = tuple[int, ...]
_INT, _INTS = 2, 7  # onnx.AttributeProto.AttributeType


@dataclass(frozen=True)
class Cost:
    """Of one image: how many numbers all activations have, how many multiplications make them, and the most `memory` in
    bytes that its weights and the activations in use take at any time."""

    values: int
    multiplications: int
    memory: int


def width_of_features(graph: bytes) -> int:
    """The width of the features that the graph says it gives; BundleError where it says none."""
    skeleton, _ = without_weights(graph)
    outputs = {name: shape for name, _, shape in map(_described, parsed(skeleton).graph.output)}
    if len(outputs.get("features", ())) != 1:
        raise BundleError(
            f"model.onnx gives {ascii(sorted(outputs))[:100]}; wanted features, float32 (n, width)"
        )
    return outputs["features"][0]


def check(graph: bytes, image_shape: Sides, num_classes: int, num_features: int) -> Cost:
    """What the graph costs; BundleError unless it takes images of that shape and gives so many logits and features, as
    said above."""
    widths = {"logits": num_classes, "features": num_features}
    skeleton, spans = without_weights(graph)
    model = parsed(skeleton)
    _check_model(model)
    tensors = {"images": Tensor((None, *image_shape), "uint8")}
    for constant, span in zip(model.graph.initializer, spans, strict=True):
        if not constant.name or constant.name in tensors:
            raise BundleError(
                f"model.onnx has two tensors named {ascii(constant.name)[:60]}; wanted names of their own"
            )
        tensors[constant.name] = _constant(constant, span, graph)
    _check_ends(model, image_shape, widths)
    cost = _check_nodes(model, tensors)
    for name, width in widths.items():
        made = tensors.get(name)
        if made is None or made.shape != (None, width) or made.kind != "float32":
            came = f"{made.kind} {made.shape}" if made else "missing"
            raise BundleError(f"model.onnx: {name} are {came}; wanted float32 (n, {width})")
    check_fields(model)
    return cost


def _check_model(model: Any) -> None:
    for what, there in {
        "functions of its own": model.functions,
        "a training part": model.training_info,
        "devices to run on": model.configuration,
        "metadata": model.metadata_props,
        "sparse constants": model.graph.sparse_initializer,
        "quantisation notes": model.graph.quantization_annotation,
        "shape notes": model.graph.value_info,
    }.items():
        if len(there):
            raise BundleError(f"model.onnx has {what}; wanted none")
    opsets = [(opset.domain, opset.version) for opset in model.opset_import]
    if any(domain not in ("", "ai.onnx") for domain, _ in opsets):
        foreign = next(domain for domain, _ in opsets if domain not in ("", "ai.onnx"))
        raise BundleError(f"model.onnx takes operators of {ascii(foreign)[:60]}; wanted ONNX's own alone")
    if len(opsets) != 1 or not OPSETS[0] <= opsets[0][1] <= OPSETS[1]:
        raise BundleError(
            f"model.onnx has operators of version {opsets[:3]}; wanted one from {OPSETS[0]} to {OPSETS[1]}"
        )
    if not IR_VERSIONS[0] <= model.ir_version <= IR_VERSIONS[1]:
        raise BundleError(
            f"model.onnx is of IR version {model.ir_version}; wanted one from {IR_VERSIONS[0]} to {IR_VERSIONS[1]}"
        )
    if len(model.graph.node) > MOST_NODES:
        raise BundleError(f"model.onnx has {len(model.graph.node):,} nodes; wanted at most {MOST_NODES:,}")


def _constant(constant: Any, span: Span | None, graph: bytes) -> Tensor:
    name = ascii(constant.name)[:60]
    if constant.data_location or constant.external_data:
        raise BundleError(f"model.onnx keeps {name} in another file; wanted everything in the graph")
    kind, shape = _KINDS.get(constant.data_type), tuple(constant.dims)
    if kind is None or len(shape) > 4 or not all(0 < side < 2**31 for side in shape):
        raise BundleError(
            f"model.onnx has a constant {name} of another type or shape than a network's weights"
        )
    if span is None or span.length != math.prod(shape) * np.dtype(kind).itemsize:
        given = span.length if span else 0
        raise BundleError(
            f"model.onnx has {given:,} bytes for its constant {name} of {kind} {shape}; wanted as many as it takes"
        )
    values = np.frombuffer(graph, kind, math.prod(shape), span.start)
    if not finite(values):
        raise BundleError(f"model.onnx has numbers in {name} that are not finite; wanted none")
    return Tensor(shape, kind, values if kind == "int64" else None)


def _check_ends(model: Any, image_shape: Sides, widths: dict[str, int]) -> None:
    """What the graph says of its ends; that its outputs are so is seen once its nodes are known."""
    inputs = [_described(value) for value in model.graph.input]
    if inputs != [("images", _UINT8, image_shape)]:
        raise BundleError(
            f"model.onnx takes {str(inputs)[:100]}; wanted images, uint8 (n, {', '.join(map(str, image_shape))})"
        )
    outputs = sorted(_described(value) for value in model.graph.output)
    wanted = sorted((name, _FLOAT32, (width,)) for name, width in widths.items())
    if outputs != wanted:
        words = " and ".join(f"{name}, float32 (n, {width})" for name, _, (width,) in wanted)
        raise BundleError(f"model.onnx gives {ascii(outputs)[:100]}; wanted {words}")


def _described(value: Any) -> tuple[str, int, tuple[int, ...]]:
    """(name, type, shape behind the images); the images' own side must be open."""
    tensor = value.type.tensor_type
    first, *others = [*tensor.shape.dim] or [None]
    if first is None or first.HasField("dim_value"):
        return value.name, tensor.elem_type, ()
    return value.name, tensor.elem_type, tuple(side.dim_value for side in others)


def _check_nodes(model: Any, tensors: dict[str, Tensor]) -> Cost:
    """Adds what each node makes to `tensors`."""
    last = {name: place for place, node in enumerate(model.graph.node) for name in node.input}
    values = total = 0
    made_here: set[str] = set()
    held = peak = sum(tensor.num_bytes for tensor in tensors.values())
    for place, node in enumerate(model.graph.node):
        step = _step(node, tensors)
        made = OPERATORS[step.kind].rule(step)
        (output,) = node.output
        if not output or output in tensors:
            raise BundleError(
                f"model.onnx has two tensors named {ascii(output)[:60]}; wanted names of their own"
            )
        tensors[output] = made
        values, total = values + made.size, total + work(step, made)
        if values > bounds.MOST_VALUES or total > bounds.MOST_WORK:
            raise BundleError(
                f"model.onnx costs more than {bounds.MOST_VALUES:,} values or {bounds.MOST_WORK:,} multiplications an "
                "image; wanted less"
            )
        held += made.num_bytes
        peak = max(peak, held)
        held -= sum(
            tensors[name].num_bytes for name in set(node.input) if last[name] == place and name in made_here
        )
        made_here.add(output)
    return Cost(values, total, peak)


def _step(node: Any, tensors: dict[str, Tensor]) -> Step:
    kind = node.op_type
    if node.domain not in ("", "ai.onnx"):
        raise BundleError(f"model.onnx has an operator of {ascii(node.domain)[:60]}; wanted ONNX's own alone")
    if kind not in OPERATORS:
        raise BundleError(f"model.onnx has {unknown_name('operator', ascii(kind)[1:-1][:60], OPERATORS)}")
    if len(node.output) != 1 or not 1 <= len(node.input) <= 8:
        raise BundleError(
            f"model.onnx has a {kind} of {len(node.input)} inputs and {len(node.output)} outputs"
        )
    for name in node.input:
        if name not in tensors:
            raise BundleError(f"model.onnx has a {kind} of {ascii(name)[:60]}, which nothing before it makes")
    attributes: dict[str, Any] = {}
    for attribute in node.attribute:
        if attribute.name not in OPERATORS[kind].attributes or attribute.name in attributes:
            raise BundleError(f"model.onnx has a {kind} with {ascii(attribute.name)[:60]}; wanted it without")
        attributes[attribute.name] = _attribute(attribute, kind)
    return Step(kind, tuple(tensors[name] for name in node.input), attributes)


def _attribute(attribute: Any, kind: str) -> int | list[int]:
    if attribute.type == _INT and not attribute.ref_attr_name:
        return int(attribute.i)
    if attribute.type == _INTS and not attribute.ref_attr_name and len(attribute.ints) <= 8:
        return list(attribute.ints)
    raise BundleError(f"model.onnx has a {kind} whose {ascii(attribute.name)[:60]} is no whole number")
