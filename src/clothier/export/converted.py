"""A Keras network of any layers -> ONNX nodes, by Keras's own export, for what our table of layers does not cover."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from clothier.backend.door import keras
from clothier.errors import ExportError, MissingExtraError
from clothier.export.nodes import IR_VERSION, OPSET, Nodes
from clothier.export.quiet import quietly

Arrays = dict[str, npt.NDArray[Any]]

_INPUT = "pixels"
_RESHAPING = ("Reshape", "Resize")


def add(nodes: Nodes, planes: str, model: keras.Model, outputs: Mapping[str, Any]) -> dict[str, str]:
    """Add the model's nodes; returns the ONNX names of `outputs`, which are Keras tensors by name.

    `planes` is the ONNX tensor that the model takes, float32 (n, channels, height, width). Raises ExportError for a
    network that Keras cannot convert, MissingExtraError where tf2onnx is not installed.
    """
    graph, constants = _simple(_exported(model, outputs), model.input)
    pixels = nodes.add("Transpose", [planes], "layers/planes", perm=[0, 2, 3, 1])
    if model.input.dtype == "uint8":
        pixels = nodes.add("Cast", [pixels], "layers/bytes", to=onnx.TensorProto.UINT8)
    renamed = {_INPUT: pixels, "": ""}
    for place, node in enumerate(graph.node):
        for name in node.input:
            if name not in renamed:
                # An empty one stands for an input that is left out.
                empty = not constants[name].size
                renamed[name] = "" if empty else nodes.constant(f"layers/{len(renamed)}", constants[name])
        renamed |= {name: f"layers/{place}/{number}" for number, name in enumerate(node.output) if name}
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        copy.input[:] = [renamed[name] for name in node.input]
        copy.output[:] = [renamed[name] for name in node.output]
        copy.ClearField("doc_string")
        nodes.nodes.append(copy)
    return {name: renamed[value.name] for name, value in zip(outputs, graph.output, strict=True)}


def _exported(model: keras.Model, outputs: Mapping[str, Any]) -> onnx.ModelProto:
    """The graph as Keras exports it."""
    whole = _without_groups(keras.Model(model.input, list(outputs.values())))
    signature = keras.InputSpec(shape=(None, *model.input.shape[1:]), dtype=model.input.dtype, name=_INPUT)
    with tempfile.TemporaryDirectory() as folder, _fixed(whole), quietly(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Keras's patches, about names that NumPy may give back one day
        file = Path(folder) / "model.onnx"
        try:
            whole.export(str(file), "onnx", verbose=False, input_signature=[signature], opset_version=OPSET)
        except ImportError as error:
            raise MissingExtraError(
                f"layers that clothier does not export itself need the package '{error.name or 'tf2onnx'}', which is "
                "not installed; install it with: pip install 'clothier[train]'"
            ) from error
        except Exception as error:  # whatever the converter meets
            first = " ".join(str(error).split())[:200]
            raise ExportError(
                f"Keras cannot export this network to ONNX ({type(error).__name__}: {first}); wanted layers that it can"
            ) from error
        made = onnx.load(file)
    if len(made.graph.input) != 1:
        raise ExportError(
            f"Keras exports this network to ONNX with {len(made.graph.input)} inputs; wanted the images alone"
        )
    return made


def _without_groups(model: keras.Model) -> keras.Model:
    """The network with depthwise layers in place of convolutions that have a group for each channel, which TensorFlow
    exports as a function that the converter does not open."""
    if not any(_is_depthwise(layer) for layer in model._flatten_layers()):
        return model

    def other(layer: Any) -> Any:
        if not _is_depthwise(layer):
            return layer.__class__.from_config(layer.get_config())
        names = (
            "name",
            "kernel_size",
            "strides",
            "padding",
            "dilation_rate",
            "activation",
            "use_bias",
            "dtype",
        )
        config = layer.get_config()
        return keras.layers.DepthwiseConv2D(**{name: config[name] for name in names})

    clone = keras.models.clone_model(model, clone_function=other)
    pairs = zip(model.get_weights(), clone.weights, strict=True)
    clone.set_weights(
        [value if value.shape == tuple(own.shape) else value.transpose(0, 1, 3, 2) for value, own in pairs]
    )
    return clone


def _is_depthwise(layer: Any) -> bool:
    return (
        type(layer) is keras.layers.Conv2D
        and 1 < layer.groups == layer.filters == layer.kernel.shape[2] * layer.groups
    )


@contextmanager
def _fixed(model: keras.Model) -> Iterator[None]:
    """Replace tensors that layers hold beside their weights, such as the mean of a Normalization, by arrays inside the
    block: the converter would make inputs of them."""
    held = [
        (layer, name, value)
        for layer in model._flatten_layers()
        for name, value in vars(layer).items()
        if keras.ops.is_tensor(value) and not isinstance(value, keras.Variable)
    ]
    try:
        for layer, name, value in held:
            setattr(layer, name, np.asarray(value))
        yield
    finally:
        for layer, name, value in held:
            setattr(layer, name, value)


def _simple(model: onnx.ModelProto, images: Any) -> tuple[onnx.GraphProto, Arrays]:
    """The graph with plain ONNX operators and without nodes that compute shapes, and its constants by name."""
    graph = model.graph
    graph.input[0].name, before = _INPUT, graph.input[0].name
    for node in graph.node:
        node.input[:] = [_INPUT if name == before else name for name in node.input]
    constants: Arrays = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    _replace_erfc(graph, constants)
    _settle_shapes(graph, constants, images)
    _drop_unused(graph)
    return graph, constants


def _replace_erfc(graph: onnx.GraphProto, constants: Arrays) -> None:
    """Replace TensorFlow's own operator Erfc, which the converter leaves and which is part of the GELU, by 1 - erf."""
    nodes = []
    for node in graph.node:
        if node.op_type != "Erfc":
            nodes.append(node)
            continue
        constants["one"] = np.array(1, np.float32)
        nodes.append(helper.make_node("Erf", [node.input[0]], [f"{node.output[0]}/erf"]))
        nodes.append(helper.make_node("Sub", ["one", f"{node.output[0]}/erf"], [node.output[0]]))
    del graph.node[:]
    graph.node.extend(nodes)


def _settle_shapes(graph: onnx.GraphProto, constants: Arrays, images: Any) -> None:
    """Put constants in place of what depends on nothing but the number of images, as it is for two and for three of
    them. A Reshape leaves the side open that differs; a Resize to a size becomes one by scales."""
    pixels = {_INPUT}
    for node in graph.node:
        if node.op_type not in ("Shape", "Size") and pixels & set(node.input):
            pixels |= set(node.output)
    nodes = [node for node in graph.node if pixels & set(node.output)]
    wanted = {name for node in nodes for name in node.input if name and name not in {*constants, _INPUT}}
    wanted |= {name for node in nodes if node.op_type in _RESHAPING for name in node.output}
    few, more = (_values(graph, constants, sorted(wanted), images, count) for count in (2, 3))
    for node in nodes:
        values = {name: _constant(node.op_type, few[name], more[name]) for name in node.input if name in few}
        for place, name in enumerate(node.input):
            value = None if name in pixels else values.get(name)
            if value is not None:
                node.input[place] = f"{name}/{node.op_type}"
                constants[node.input[place]] = value
        if node.op_type == "Reshape":
            before, after = few[node.output[0]].shape, more[node.output[0]].shape
            sides = [one if one == other else -1 for one, other in zip(before, after, strict=True)]
            node.input[1] = f"{node.output[0]}/shape"
            constants[node.input[1]] = np.array(sides, np.int64)
        if node.op_type == "Resize" and len(node.input) == 4:
            node.input[2] = f"{node.output[0]}/scales"
            del node.input[3]
            sizes = zip(few[node.output[0]].shape, few[node.input[0]].shape, strict=True)
            constants[node.input[2]] = np.array([_scale(new, old) for new, old in sizes], np.float32)


def _scale(new: int, old: int) -> np.float32:
    """The least scale that turns `old` into `new` when sizes are rounded down."""
    scale = np.float32(new / old)
    return scale if np.floor(old * scale) == new else np.nextafter(scale, np.float32(np.inf))


def _constant(kind: str, few: npt.NDArray[Any], more: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """What the tensor is for any number of images, where that is known."""
    if few.shape == more.shape and np.array_equal(few, more):
        return few
    if kind == "Expand" and few.shape == more.shape and (few != more).sum() == 1:
        return np.where(few != more, 1, few)  # to as many images as there are, which changes nothing
    return None


def _values(graph: onnx.GraphProto, constants: Arrays, names: list[str], images: Any, count: int) -> Arrays:
    """The values of those tensors for `count` images."""
    if not names:
        return {}
    probe = onnx.GraphProto()
    probe.CopyFrom(graph)
    del probe.initializer[:], probe.output[:]
    probe.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    probe.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    model = helper.make_model(probe, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    batch = np.zeros((count, *images.shape[1:]), images.dtype)
    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        values = session.run(names, {_INPUT: batch})
    except (
        Exception
    ) as error:  # ONNX Runtime has an exception for each of its statuses, with no base but this
        raise ExportError(
            f"ONNX Runtime cannot run what Keras exports of this network ({_suspects(graph)}); wanted layers without "
            "loops and random draws; leave such layers out"
        ) from error
    return dict(zip(names, values, strict=True))


def _suspects(graph: onnx.GraphProto) -> str:
    """The operators that ONNX does not have, or else those that loop."""
    kinds = dict.fromkeys(node.op_type for node in graph.node)
    strange = [kind for kind in kinds if not onnx.defs.has(kind)] or [
        kind for kind in kinds if kind in ("If", "Loop", "Scan")
    ]
    return ", ".join(strange or ["an invalid graph"])


def _drop_unused(graph: onnx.GraphProto) -> None:
    used, kept = {output.name for output in graph.output}, []
    for node in reversed(graph.node):
        if used & set(node.output):
            used |= set(node.input)
            kept.append(node)
    kept.reverse()
    del graph.node[:]
    graph.node.extend(kept)
