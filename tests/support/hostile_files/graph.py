"""Hostile graphs."""

from __future__ import annotations

import pickle

import numpy as np
import onnx
from onnx import TensorProto, helper

from support.hostile_files.common import Case, Harm
from support.hostile_files.graph_changes import (
    add_constant,
    add_node,
    all_of,
    attribute_twice,
    branch,
    branch_beside,
    busy,
    external,
    first_input,
    first_output,
    floats,
    four_classes,
    function,
    grown,
    raw,
    raw_twice,
    scaled,
)
from support.model_files import made, with_graph, zipped

GRAPH: dict[str, Case] = {
    "if": (
        lambda: with_graph(add_node("If", "features", then_branch=branch(), else_branch=branch())),
        "model.onnx has the operator If; it is control flow, which hides what runs and how often; wanted a network",
    ),
    "loop": (
        lambda: with_graph(add_node("Loop", "features", body=branch())),
        "has the operator Loop; it is control flow",
    ),
    "scan": (
        lambda: with_graph(add_node("Scan", "features", body=branch())),
        "has the operator Scan; it is control flow",
    ),
    "hidden branch": (
        lambda: with_graph(add_node("Relu", "features", then_branch=branch())),
        "model.onnx has a Relu with 'then_branch'; wanted it without",
    ),
    "branch for an axis": (
        lambda: with_graph(add_node("Concat", "features", axis=branch())),
        "model.onnx has a Concat whose 'axis' is no number, word or constant",
    ),
    "constant node": (
        lambda: with_graph(add_node("Constant", value_string="x")),
        "model.onnx has a Constant with 'value_string'; wanted it without",
    ),
    "python operator": (
        lambda: with_graph(add_node("PyOp", "features", domain="ai.onnx.contrib")),
        "model.onnx has an operator of 'ai.onnx.contrib'; wanted ONNX's own alone",
    ),
    "known name, other domain": (
        lambda: with_graph(add_node("Relu", "features", domain="com.microsoft")),
        "model.onnx has an operator of 'com.microsoft'; wanted ONNX's own alone",
    ),
    "other domain": (
        lambda: with_graph(lambda model: model.opset_import.append(helper.make_opsetid("com.microsoft", 1))),
        "model.onnx takes operators of 'com.microsoft'; wanted ONNX's own alone",
    ),
    "two versions": (
        lambda: with_graph(lambda model: model.opset_import.append(helper.make_opsetid("", 7))),
        "model.onnx has operators of version",
    ),
    "later operators": (
        lambda: with_graph(lambda model: setattr(model.opset_import[0], "version", 99)),
        "model.onnx has operators of version [('', 99)]; wanted one from 13 to 21",
    ),
    "function": (lambda: with_graph(function), "model.onnx has functions of its own; wanted none"),
    "training": (
        lambda: with_graph(lambda model: model.training_info.add()),
        "model.onnx has a training part; wanted none",
    ),
    "metadata": (
        lambda: with_graph(lambda model: model.metadata_props.add(key="a", value="b")),
        "model.onnx has metadata; wanted none",
    ),
    "sparse constants": (
        lambda: with_graph(lambda model: model.graph.sparse_initializer.add(dims=[2**40])),
        "model.onnx has sparse constants; wanted none",
    ),
    "shape notes": (
        lambda: with_graph(lambda model: model.graph.value_info.add(name="conv1")),
        "model.onnx has shape notes; wanted none",
    ),
    "external data": (
        lambda: with_graph(external),
        "keeps 'conv1/kernel' in another file; wanted everything in the",
    ),
    "external beside": (
        lambda: with_graph(
            lambda model: model.graph.initializer[0].external_data.add(key="location", value="a")
        ),
        "keeps 'conv1/kernel' in another file; wanted everything in the graph",
    ),
    "loose floats": (
        lambda: with_graph(floats),
        "model.onnx has 0 bytes for its constant 'conv1/kernel' of float32",
    ),
    "short data": (
        lambda: with_graph(lambda model: setattr(model.graph.initializer[0], "raw_data", b"1234")),
        "model.onnx has 4 bytes for its constant 'conv1/kernel' of float32 (32, 1, 3, 3)",
    ),
    "data twice": (raw_twice, "model.onnx has a constant with data twice"),
    "negative side": (
        lambda: with_graph(lambda model: model.graph.initializer[0].dims.__setitem__(0, -32)),
        "has a constant 'conv1/kernel' of another type or shape",
    ),
    "vast constant": (
        lambda: with_graph(lambda model: model.graph.initializer[0].dims.extend([2**62])),
        "has a constant 'conv1/kernel' of another type or shape",
    ),
    "text constant": (
        lambda: with_graph(
            lambda model: setattr(model.graph.initializer[0], "data_type", TensorProto.STRING)
        ),
        "has a constant 'conv1/kernel' of another type or shape",
    ),
    "constant for images": (
        lambda: with_graph(add_constant("images", np.zeros((1, 6, 5, 1), np.uint8))),
        "model.onnx has two tensors named 'images'",
    ),
    "not finite": (
        lambda: with_graph(add_constant("c", np.array([np.inf], np.float32))),
        "model.onnx has numbers in 'c' that are not finite",
    ),
    "one name, two makers": (
        lambda: with_graph(add_node("Relu", "features", output="logits")),
        "model.onnx has two tensors named 'logits'",
    ),
    "notes": (
        lambda: with_graph(lambda model: setattr(model.graph.node[0], "doc_string", "abc")),
        "model.onnx has 5 bytes of fields that clothier does not write; wanted none",
    ),
    "branch beside a number": (
        lambda: with_graph(branch_beside),
        "of fields that clothier does not write; wanted none",
    ),
    "circle": (
        lambda: with_graph(add_node("Add", "extra", "features")),
        "model.onnx has a Add of 'extra', which nothing before it makes",
    ),
    "nothing in": (lambda: with_graph(add_node("Relu")), "model.onnx has a Relu of 0 inputs and 1 outputs"),
    "nameless input": (
        lambda: with_graph(add_node("Relu", "")),
        "has a Relu of '', which nothing before it makes",
    ),
    "other input": (
        lambda: with_graph(first_input(name="x")),
        "model.onnx takes [('x', 2, (6, 5, 1))]; wanted images",
    ),
    "other pixels": (
        lambda: with_graph(first_input(elem_type=TensorProto.STRING)),
        "model.onnx takes [('images', 8,",
    ),
    "other size": (
        lambda: with_graph(first_input(shape=["n", 2**30, 5, 1])),
        "model.onnx takes [('images', 2, (1073741824, 5, 1))]; wanted images",
    ),
    "fixed count": (
        lambda: with_graph(first_input(shape=[1, 6, 5, 1])),
        "model.onnx takes [('images', 2, ())]",
    ),
    "no logits": (
        lambda: with_graph(lambda model: model.graph.output.pop()),
        "model.onnx gives [('logits', 1, (3,))]; wanted features, float32 (n, 128) and logits, float32 (n, 3)",
    ),
    "other logits": (
        four_classes,
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 128) and "
        "logits, float32 (n, 4)",
    ),
    "wider logits than made": (
        lambda: four_classes(first_output(shape=["n", 4])),
        "model.onnx: logits are float32 (n, 3); wanted float32 (n, 4)",
    ),
    "logits of another type": (
        lambda: with_graph(first_output(elem_type=TensorProto.INT64)),
        "model.onnx gives [('features', 1, (128,)), ('logits', 7, (3,))]; wanted",
    ),
    "output not text": (
        lambda: raw(made().graph.replace(b"logits", b"logi\xff\xff")),
        "model.onnx is not an ONNX graph; wanted",
    ),
    "dimension not text": (
        lambda: raw(made().graph.replace(b"\x12\x01n", b"\x12\x01\xff")),
        "model.onnx is not an ONNX graph; wanted",
    ),
    "future format": (
        lambda: with_graph(lambda model: setattr(model, "ir_version", 2**40)),
        "model.onnx is of IR version 1099511627776; wanted one from 7 to 10",
    ),
    "scales along no axis": (
        lambda: with_graph(scaled(axis=7)),
        "has a DequantizeLinear on int8 (128, 3), float32 (128,), int8 (128,); wanted a scale for all or",
    ),
    "scales along another axis": (
        lambda: with_graph(scaled(axis=1)),
        "has a DequantizeLinear on int8 (128, 3), float32 (128,), int8 (128,); wanted a scale for all or",
    ),
    "grows": (lambda: with_graph(grown), "model.onnx costs more than 4,294,967,296 values"),
    "busy": (lambda: with_graph(busy), "multiplications per image; wanted less"),
    "many nodes": (
        lambda: with_graph(lambda model: model.graph.node.extend([onnx.NodeProto(op_type="Relu")] * 3000)),
        "nodes; wanted at most 2,000",
    ),
    "nodes of nothing": (
        lambda: raw(b"\x3a\x80\x80\x20" + b"\x0a\x00" * (2**18)),
        "model.onnx has more than 524,288 bytes besides its weights",
    ),
    "axis of images": (
        lambda: with_graph(add_node("Concat", "features", axis=0)),
        "that is not the images' own",
    ),
    "far axis": (
        lambda: with_graph(add_node("Concat", "features", axis=2**62)),
        "wanted an axis from -2 to 1",
    ),
    "list for an axis": (
        lambda: with_graph(add_node("Concat", "features", axis=[1, 1])),
        "wanted an axis from -2 to 1",
    ),
    "places outside": (
        lambda: with_graph(
            all_of(add_constant("p", np.array([0, 2**40])), add_node("Gather", "features", "p", axis=1)),
        ),
        "model.onnx has a Gather on float32 (n, 128), int64 (2,); wanted constant places from -128 to 127",
    ),
    "kernel of images": (
        lambda: with_graph(add_node("Conv", "conv1", "conv1", "conv1/bias", kernel_shape=[3, 3])),
        "wanted a constant kernel of 4 axes",
    ),
    "vast padding": (
        lambda: with_graph(
            add_node("MaxPool", "conv1", kernel_shape=[2, 2], pads=[2**31, 0, 0, 0]),
        ),
        "wanted pads of 4 numbers from 0 to 1",
    ),
    "no stride": (
        lambda: with_graph(add_node("MaxPool", "conv1", kernel_shape=[2, 2], strides=[0, 1])),
        "wanted strides of 2 numbers from 1 to 64",
    ),
    "an attribute twice": (lambda: with_graph(attribute_twice), "model.onnx has a Conv with 'kernel_shape'"),
    "vast constants to fold": (
        lambda: with_graph(
            all_of(add_constant("sides", np.array([2**20, 2**20])), add_node("ConstantOfShape", "sides")),
        ),
        "model.onnx costs more than 4,294,967,296 values",
    ),
    "unknown operator": (
        lambda: with_graph(add_node("Rellu", "features")),
        "model.onnx has the unknown operator 'Rellu'; wanted those that docs/export.md lists",
    ),
    "garbage": (lambda: raw(np.random.default_rng(0).bytes(5000)), "model.onnx is not an ONNX graph"),
    "half a graph": (lambda: raw(made().graph[: len(made().graph) // 2]), "model.onnx is not an ONNX graph"),
    "old groups": (lambda: raw(b"\x0b" * 1000), "model.onnx is not an ONNX graph"),
    "no graph in it": (lambda: raw(b""), "model.onnx has operators of version []"),
    "torch for a graph": (lambda: raw(zipped({"data.pkl": pickle.dumps(Harm())})), "model.onnx"),
}
