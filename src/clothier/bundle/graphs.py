"""A graph of unknown origin: whether it is one that may be run. Nothing is run here, and no weight is copied.

What passes has our operators alone, each on shapes that fit, in a line from the images to logits and features; no
control flow, no functions, no operators of others, nothing outside the file; and costs no more than it may.
"""

from __future__ import annotations

from typing import Any

from clothier.bundle.messages import check_fields, parsed
from clothier.bundle.node import Shape
from clothier.bundle.nodes import Cost, Walk
from clothier.bundle.wire import without_weights
from clothier.errors import BundleError

OPSETS = (13, 21)  # the operators' versions that are known to mean what we take them to mean
IR_VERSIONS = (7, 10)  # of the format, which came with those
MOST_NODES = 2000
_FLOAT32, _UINT8 = 1, 2


def width_of_features(graph: bytes) -> int:
    """The width of the features that the graph says it gives; BundleError where it says none."""
    skeleton, _ = without_weights(graph)
    outputs = {name: shape for name, _, shape in map(_described, parsed(skeleton).graph.output)}
    if len(outputs.get("features", ())) != 1:
        raise BundleError(
            f"model.onnx gives {ascii(sorted(outputs))[:100]}; wanted features, float32 (n, width)"
        )
    return outputs["features"][0]


def check(graph: bytes, image_shape: Shape, num_classes: int, num_features: int) -> Cost:
    """The cost of the graph.

    Raises BundleError unless it takes images of that shape and returns these numbers of logits and features, as
    described above.
    """
    widths = {"logits": num_classes, "features": num_features}
    skeleton, spans = without_weights(graph)
    model = parsed(skeleton)
    _check_model(model)
    walk = Walk(graph, model.opset_import[0].version, image_shape)
    for constant, span in zip(model.graph.initializer, spans, strict=True):
        walk.add_constant(constant, span)
    _check_ends(model, image_shape, widths)
    cost = walk.run(model.graph.node)
    for name, width in widths.items():
        made = walk.tensors.get(name)
        if made is None or made.shape != (-1, width) or made.kind != "float32":
            raise BundleError(f"model.onnx: {name} are {made or 'missing'}; wanted float32 (n, {width})")
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


def _check_ends(model: Any, image_shape: Shape, widths: dict[str, int]) -> None:
    """Check what the graph declares about its inputs and outputs; whether the outputs really are so is checked with
    its nodes."""
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
