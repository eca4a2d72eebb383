"""Files that are made to harm whoever opens them, and what is said of each. None may run code, touch another file, or
take much memory or time."""

from __future__ import annotations

import gzip
import json
import math
import os
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from clothier.bundle import pack
from support.model_files import (
    headed,
    made,
    members,
    sealed,
    tensors,
    with_graph,
    with_manifest,
    with_member,
    zipped,
)

Case = tuple[Callable[[], bytes], str]
MEGABYTE = 2**20


class Harm:
    """Unpickled, it runs a command."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch harmed",)


def good() -> bytes:
    return pack(made())


# The archive.


def _named(name: str, **settings: Any) -> bytes:
    """A good file with one more member of that name."""
    entry = zipfile.ZipInfo(name)
    for setting, value in settings.items():
        setattr(entry, setting, value)
    return zipped([*members().items(), (entry, b"print('harm')")])


def _patched(before: bytes, after: bytes, count: int = -1) -> bytes:
    data = good()
    assert before in data
    return data.replace(before, after, count)


def _central(name: bytes, offset: int, form: str, value: int) -> bytes:
    """A good file in which the table of contents tells something else of a member."""
    data = bytearray(good())
    place = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    struct.pack_into(form, data, place + offset, value)
    return bytes(data)


def _zip64() -> bytes:
    data = good()
    end = data.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<2L", data, end + 12)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    return data[:end] + locator + data[end : end + 12] + struct.pack("<2LH", size + len(locator), offset, 0)


def _bomb(name: str) -> bytes:
    """A member of 200 MB in 200 kB."""
    return zipped(members() | {name: bytes(200 * MEGABYTE)}, zipfile.ZIP_DEFLATED)


def _quiet_bomb() -> bytes:
    """The same, stated as small."""
    packer = zlib.compressobj(wbits=-15)
    squeezed = packer.compress(bytes(200 * MEGABYTE)) + packer.flush()
    data = zipped(members() | {"model.onnx": squeezed})
    for signature, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        changed = bytearray(data)
        place = changed.rindex(
            signature, 0, data.rindex(b"model.onnx") if size == 24 else data.index(b"model.onnx")
        )
        struct.pack_into("<H", changed, place + method, 8)
        struct.pack_into("<L", changed, place + size, len(made().graph))
        data = bytes(changed)
    return data


def _keras() -> bytes:
    layer = {"class_name": "Lambda", "config": {"function": "harm"}}
    return zipped(
        {"metadata.json": b"{}", "config.json": json.dumps(layer).encode(), "model.weights.h5": b"\x89HDF"}
    )


def _link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry


def _bad_checksum() -> bytes:
    data = bytearray(good())
    place = data.index(members()["statistics.safetensors"])
    data[place + 100] ^= 1
    return bytes(data)


def _without_member(name: str) -> bytes:
    content = json.loads(members()["manifest.json"])
    del content["members"][name]
    return json.dumps(content).encode()


ARCHIVE: dict[str, Case] = {
    "nothing": (lambda: b"", "is not a zip archive"),
    "text": (lambda: b"import os; os.system('touch harmed')", "is not a zip archive"),
    "pickle": (lambda: pickle.dumps(Harm(), 4), "is a pickle, which can run code"),
    "old pickle": (lambda: pickle.dumps(Harm(), 0), "is not a zip archive"),
    "h5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(100), "is an HDF5 file (.h5), whatever its name says"),
    "keras": (_keras, "is a Keras archive (.keras), which can run code"),
    "torch": (lambda: zipped({"m/data.pkl": pickle.dumps(Harm())}), "holds a pickle, which can run code"),
    "npz": (lambda: zipped({"a.npy": b"\x93NUMPY"}), "is a NumPy archive (.npz)"),
    "npy": (lambda: b"\x93NUMPY" + bytes(100), "is a NumPy array"),
    "gzip": (lambda: gzip.compress(good()), "is a gzip archive"),
    "bare graph": (lambda: made().graph, "is not a zip archive"),
    "empty zip": (lambda: zipped({}), "is an empty zip archive"),
    "cut short": (lambda: good()[:-30], "is a zip that is cut short or has something behind it"),
    "cut in half": (
        lambda: good()[: len(good()) // 2],
        "is a zip that is cut short or has something behind it",
    ),
    "something before": (lambda: b"#!/bin/sh\n" + good(), "is not a zip archive"),
    "something behind": (lambda: good() + b"more", "is a zip that is cut short or has something behind it"),
    "a gap": (lambda: good()[:-22] + bytes(9) + good()[-22:], "is a zip with an unusual table of contents"),
    "zip64": (_zip64, "is a zip64 archive"),
    "many members": (
        lambda: zipped([(f"{place}.json", b"") for place in range(5000)]),
        "is a zip with an unusual table of contents",
    ),
    "bomb": (lambda: _bomb("statistics.safetensors"), "as a zip bomb is; wanted at most 50 to 1"),
    "bomb for a graph": (lambda: _bomb("model.onnx"), "as a zip bomb is; wanted at most 50 to 1"),
    "quiet bomb": (_quiet_bomb, "model.onnx is damaged"),
    "stated smaller": (
        lambda: _central(b"statistics.safetensors", 24, "<L", 4),
        "statistics.safetensors is not what manifest.json says",
    ),
    "stated larger": (
        lambda: _central(b"statistics.safetensors", 24, "<L", 4000),
        "statistics.safetensors is not what manifest.json says",
    ),
    "leads elsewhere": (
        lambda: _central(b"statistics.safetensors", 42, "<L", 0),
        "statistics.safetensors is damaged (File name in directory",
    ),
    "leads nowhere": (
        lambda: _central(b"statistics.safetensors", 42, "<L", 2**31),
        "statistics.safetensors is damaged",
    ),
    "parent path": (
        lambda: _named("../../harmed"),
        "has a member '../../harmed'; wanted none but manifest.json",
    ),
    "absolute path": (lambda: _named("/tmp/harmed"), "has a member '/tmp/harmed'; wanted none but"),
    "windows path": (lambda: _named("C:\\harmed"), "has a member 'C:\\\\harmed'; wanted none but"),
    "code": (lambda: _named("sitecustomize.py"), "has a member 'sitecustomize.py'; wanted none but"),
    "escapes in a name": (lambda: _named("\x1b[2Jgone"), "has a member '\\x1b[2Jgone'; wanted none but"),
    "link": (
        lambda: zipped(
            [
                *((name, data) for name, data in members().items() if name != "model.onnx"),
                (_link("model.onnx"), b"/etc/passwd"),
            ]
        ),
        "has model.onnx as a link",
    ),
    "encrypted": (lambda: _central(b"model.onnx", 8, "<H", 1), "has model.onnx encrypted"),
    "bzip2": (lambda: zipped(members(), zipfile.ZIP_BZIP2), "packed by method 12; wanted stored or deflated"),
    "lzma": (lambda: zipped(members(), zipfile.ZIP_LZMA), "packed by method 14; wanted stored or deflated"),
    "twice": (
        lambda: _patched(b"statistics.safetensors", b"lookalikes.safetensors"[:22]),
        "holds a member twice",
    ),
    "no manifest": (
        lambda: zipped({name: data for name, data in members().items() if name != "manifest.json"}),
        "has no manifest.json",
    ),
    "no graph": (
        lambda: sealed({name: data for name, data in members().items() if name != "model.onnx"}),
        "has no model.onnx",
    ),
    "checksum": (
        _bad_checksum,
        "statistics.safetensors is damaged (Bad CRC-32",
    ),
    "another graph": (
        lambda: zipped(members() | {"model.onnx": made().graph[:-1] + b"\0"}),
        "model.onnx is not what manifest.json says (its SHA-256 differs)",
    ),
    "unlisted member": (
        lambda: zipped(members() | {"manifest.json": _without_member("statistics.safetensors")}),
        "wanted what is there, ",
    ),
}


# The manifest.


def _text(text: bytes) -> bytes:
    return zipped(members() | {"manifest.json": text})


def _in_manifest(before: str, after: str) -> bytes:
    text = members()["manifest.json"].decode()
    assert before in text
    return _text(text.replace(before, after, 1).encode())


def _plain(**changes: Any) -> bytes:
    """Without look-alikes, and with those changes in the manifest."""
    return sealed({name: data for name, data in members().items() if "lookalikes" not in name}, **changes)


def _first_format() -> bytes:
    """As clothier wrote it when weights were in the file twice."""
    weights = tensors({"logits/bias": np.zeros(3, np.float32)})
    return sealed({**members(), "weights.safetensors": weights}, format_version=1)


MANIFEST: dict[str, Case] = {
    "no JSON": (lambda: _text(b"__import__('os')"), "manifest.json is not JSON"),
    "no text": (lambda: _text(b'{"a": "\xff"}'), "manifest.json is not JSON"),
    "a list": (lambda: _text(b"[]"), "manifest.json holds a list"),
    "brackets": (lambda: _text(b"[" * 100_000), "manifest.json is not JSON (brackets 100000 deep"),
    "long manifest": (
        lambda: _text(b" " * 2 * MEGABYTE + b"{}"),
        "manifest.json has 2,097,154 bytes; wanted at most",
    ),
    "long number": (
        lambda: _in_manifest('"temperature": 1.25', f'"temperature": {"9" * 5000}'),
        "manifest.json is not JSON",
    ),
    "infinity": (
        lambda: _in_manifest("1.25", "Infinity"),
        "manifest.json is not JSON (Infinity is no number)",
    ),
    "overflow": (lambda: _in_manifest("1.25", "1e999"), "'temperature' is inf; wanted a number from"),
    "a key twice": (
        lambda: _in_manifest('"temperature"', '"source": "b", "temperature"'),
        "manifest.json is not JSON (a key is given twice)",
    ),
    "later format": (lambda: with_manifest(format_version=3), "has format version '3'; wanted 2"),
    "first format": (
        _first_format,
        "has format version 1; wanted 2; write it again from its run with `clothier export MODEL --format clothier`",
    ),
    "first format without weights": (
        lambda: with_manifest(format_version=1),
        "has format version '1'; wanted 2; write it again from its run with `clothier export MODEL --format clothier`",
    ),
    "unknown field": (
        lambda: with_manifest(post_load="harm()"),
        "manifest.json has unknown fields ('post_load')",
    ),
    "missing field": (lambda: _in_manifest('"card"', '"cart"'), "manifest.json has no 'card'"),
    "a plan": (
        lambda: with_manifest(plan={"model": "os.system"}),
        "manifest.json has unknown fields ('plan')",
    ),
    "vast images": (
        lambda: _plain(image_shape=[4096, 4096, 3]),
        "model.onnx takes [('images', 2, (6, 5, 1))]; wanted images, uint8 (n, 4096, 4096, 3)",
    ),
    "vaster images": (
        lambda: with_manifest(image_shape=[2**40, 28, 1]),
        "'image_shape' is a list of 3; wanted height",
    ),
    "tiny images": (
        lambda: with_manifest(image_shape=[0, 3, 1]),
        "'image_shape' is a list of 3; wanted height",
    ),
    "true for a number": (
        lambda: with_manifest(num_features=True),
        "'num_features' is True; wanted a whole number",
    ),
    "vast features": (
        lambda: with_manifest(num_features=2**40),
        "'num_features' is 1099511627776; wanted a whole number from 1 to 1048576",
    ),
    "other features than the graph's": (
        lambda: _plain(num_features=127),
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 127) and",
    ),
    "other classes than the graph's": (
        lambda: _plain(class_names=["a", "b"]),
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 128) and "
        "logits, float32 (n, 2)",
    ),
    "other features": (
        lambda: with_manifest(num_features=127),
        "lookalikes.safetensors has images or features of another shape than the network's",
    ),
    "deep brackets": (
        lambda: with_manifest(recipe={"a": json.loads("[" * 40 + "]" * 40)}),
        "manifest.json is not JSON (brackets",
    ),
    "other classes": (
        lambda: with_manifest(class_names=["a", "b"]),
        "lookalikes.safetensors has labels outside the classes; wanted 0 to 1",
    ),
    "equal classes": (
        lambda: with_manifest(class_names=["a", "b", "a"]),
        "'class_names': the classes 'a' and 'a' look the same when shown",
    ),
    "escapes in a class": (
        lambda: with_manifest(class_names=["a", "b", "\x1b]0;harm\x07"]),
        "class '\\x1b]0;harm\\x07' has U+001B (ESCAPE) in its name",
    ),
    "a number for a class": (
        lambda: with_manifest(class_names=["a", "b", 3]),
        "'class_names' is a list of 3; wanted 2 to 10000 names",
    ),
    "turned text": (
        lambda: with_manifest(source="a\u202eb"),
        "'source' is 'a\\u202eb'; wanted text in one line",
    ),
    "cold": (
        lambda: with_manifest(temperature=-1),
        "'temperature' is -1; wanted a number from 0.001 to 1000",
    ),
    "a threshold in words": (
        lambda: with_manifest(thresholds={"unsure": "x"}),
        "thresholds: 'unsure' is 'x'; wanted",
    ),
    "code for a recipe": (
        lambda: with_manifest(recipe={"a": {"b": 1}}),
        "recipe: 'a' is a group of 1; wanted a word",
    ),
    "other photos": (
        lambda: with_manifest(preprocessing={"photos": "eval"}),
        "'photos' is 'eval'; wanted one of",
    ),
    "bad hash": (lambda: _in_manifest('"sha256": "', '"sha256": "..'), "'sha256' is '.."),
}

# Weights and other arrays.


def _entry(**changes: Any) -> dict[str, Any]:
    return {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} | changes


def _statistics(data: bytes) -> bytes:
    return with_member("statistics.safetensors", data)


def _changed(name: str, change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> bytes:
    """A model file whose graph has that weight changed by that function."""
    model = onnx.load_from_string(made().graph)
    constant = next(constant for constant in model.graph.initializer if constant.name == name)
    constant.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(constant)), name))
    return with_member("model.onnx", model.SerializeToString())


def _first_not_a_number(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    changed = np.array(array)
    changed.flat[0] = np.nan
    return changed


ARRAYS: dict[str, Case] = {
    "pickled statistics": (
        lambda: _statistics(pickle.dumps(Harm())),
        "statistics.safetensors is not a safetensors file",
    ),
    "h5 for statistics": (
        lambda: _statistics(b"\x89HDF\r\n\x1a\n" + bytes(99)),
        "statistics.safetensors is not a safetensors file",
    ),
    "long header": (
        lambda: _statistics(struct.pack("<Q", 2**60) + b"{}"),
        "statistics.safetensors is not a safetensors file",
    ),
    "promised arrays": (
        lambda: _statistics(headed({"a": _entry(shape=[2**30], data_offsets=[0, 2**32])}, bytes(4))),
        "statistics.safetensors has 4 bytes of arrays, its header tells of 4,294,967,296",
    ),
    "overflowing arrays": (
        lambda: _statistics(headed({"a": _entry(shape=[2**33, 2**33])}, bytes(4))),
        "statistics.safetensors has 4 bytes of arrays, its header tells of 295,147,905,179,352,825,856",
    ),
    "arrays outside": (
        lambda: _statistics(headed({"a": _entry(data_offsets=[2**40, 2**40 + 4])}, bytes(4))),
        "statistics.safetensors is damaged",
    ),
    "arrays of objects": (
        lambda: _statistics(headed({"a": _entry(dtype="O")}, bytes(4))),
        "has an array 'a' of another type than F32, I64 and U8",
    ),
    "negative shape": (
        lambda: _statistics(headed({"a": _entry(shape=[-1])}, bytes(4))),
        "has an array 'a' of another type than F32, I64 and U8",
    ),
    "shape in words": (
        lambda: _statistics(headed({"a": _entry(shape=["1"])}, bytes(4))),
        "has an array 'a' of another type than F32, I64 and U8",
    ),
    "arrays without end": (
        lambda: _statistics(headed({str(place): _entry(shape=[0]) for place in range(40_000)}, b"")),
        "statistics.safetensors is not a safetensors file",
    ),
    "too many statistics": (
        lambda: _statistics(tensors({"a": np.zeros(9 * MEGABYTE, np.float32)})),
        "statistics.safetensors has 37,748,818 bytes; wanted at most 33,621,504",
    ),
    "half statistics": (
        lambda: _statistics(tensors({"a": np.zeros(3, np.float16)})),
        "has an array 'a' of another type than F32, I64 and U8",
    ),
    "no number in statistics": (
        lambda: _statistics(tensors({"a": np.array([np.nan], np.float32)})),
        "statistics.safetensors has numbers in 'a' that are not finite",
    ),
    "another type": (
        lambda: _changed("logits/bias", lambda array: array.astype(np.int64)),
        "has a Gemm on float32 (n, 128), float32 (128, 3), int64 (3,); wanted float32",
    ),
    "another shape": (
        lambda: _changed("logits/kernel", lambda array: array.T.copy()),
        "has a Gemm on float32 (n, 128), float32 (3, 128), float32 (3,); wanted",
    ),
    "a weight too few": (
        lambda: with_graph(lambda model: model.graph.initializer.pop()),
        "which nothing before it makes",
    ),
    "no number": (
        lambda: _changed("logits/bias", _first_not_a_number),
        "model.onnx has numbers in 'logits/bias' that are not finite",
    ),
    "strange look-alikes": (
        lambda: with_member("lookalikes.safetensors", tensors({"images": np.zeros(3, np.uint8)})),
        "lookalikes.safetensors has other arrays than images, labels, features and ids",
    ),
}

# The graph.


def _node(
    kind: str, *inputs: str, output: str = "extra", **attributes: Any
) -> Callable[[onnx.ModelProto], None]:
    """Puts one more node at the end."""
    return lambda model: model.graph.node.append(helper.make_node(kind, inputs, [output], **attributes))


def _constant(name: str, array: Any) -> Callable[[onnx.ModelProto], None]:
    return lambda model: model.graph.initializer.append(numpy_helper.from_array(array, name))


def _all(*changes: Callable[[onnx.ModelProto], Any]) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        for one in changes:
            one(model)

    return change


def _branch() -> onnx.GraphProto:
    output = helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])
    return helper.make_graph([helper.make_node("Identity", ["features"], ["b"])], "branch", [], [output])


def _external(model: onnx.ModelProto) -> None:
    constant = model.graph.initializer[0]
    constant.ClearField("raw_data")
    constant.data_location = TensorProto.EXTERNAL
    constant.external_data.add(key="location", value="../../etc/passwd")


def _floats(model: onnx.ModelProto) -> None:
    constant = model.graph.initializer[0]
    constant.float_data.extend(numpy_helper.to_array(constant).ravel().tolist())
    constant.ClearField("raw_data")


def _function(model: onnx.ModelProto) -> None:
    node = helper.make_node("Relu", ["x"], ["y"])
    model.functions.append(
        helper.make_function("", "Gemm", ["x"], ["y"], [node], [helper.make_opsetid("", 17)])
    )


def _grown(model: onnx.ModelProto) -> None:
    """Each node twice as wide as the one before."""
    name = "features"
    for place in range(40):
        _node("Concat", name, name, output=f"g{place}", axis=1)(model)
        name = f"g{place}"


def _busy(model: onnx.ModelProto) -> None:
    """Made large, and a large window moved over it, again and again."""
    for name, shape in {"wide": (3, 300), "high": (300, 4), "big": (1, 32, 40, 40), "none": (1,)}.items():
        _constant(name, np.zeros(shape, np.float32))(model)
    _node("MatMul", "conv1", "wide", output="wider")(model)
    _node("MatMul", "high", "wider", output="larger")(model)
    for place in range(1500):
        _node("Conv", "larger", "big", "none", output=f"b{place}", kernel_shape=[40, 40])(model)


def _first_input(**changes: Any) -> Callable[[onnx.ModelProto], None]:
    own: dict[str, Any] = {"name": "images", "elem_type": TensorProto.UINT8, "shape": ["n", 6, 5, 1]}
    value = helper.make_tensor_value_info(**(own | changes))
    return lambda model: model.graph.input[0].CopyFrom(value)


def _first_output(**changes: Any) -> Callable[[onnx.ModelProto], None]:
    own: dict[str, Any] = {"name": "logits", "elem_type": TensorProto.FLOAT, "shape": ["n", 3]}
    value = helper.make_tensor_value_info(**(own | changes))
    return lambda model: model.graph.output[0].CopyFrom(value)


def _scaled(axis: int) -> Callable[[onnx.ModelProto], None]:
    """Weights of 128 rows and 3 columns, and a scale for each row."""
    return _all(
        _constant("w", np.zeros((128, 3), np.int8)),
        _constant("scale", np.ones(128, np.float32)),
        _constant("zero", np.zeros(128, np.int8)),
        _node("DequantizeLinear", "w", "scale", "zero", axis=axis),
    )


def _attribute_twice(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.op_type == "Conv")
    node.attribute.append(node.attribute[0])


def _branch_beside(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.attribute)
    node.attribute[0].g.CopyFrom(_branch())


def _raw(data: bytes) -> bytes:
    return with_member("model.onnx", data)


def _raw_twice() -> bytes:
    """A constant whose data come twice, of which a parser takes the last."""
    tensor = TensorProto(
        dims=[1], data_type=TensorProto.FLOAT, name="c", raw_data=bytes(4)
    ).SerializeToString()
    tensor += b"\x4a\x04" + bytes(4)
    graph = b"\x2a" + bytes([len(tensor)]) + tensor
    return _raw(made().graph + b"\x3a" + bytes([len(graph)]) + graph)


def _four_classes(change: Callable[[onnx.ModelProto], object] = lambda model: None) -> bytes:
    """All fits but the graph, which was changed by that function."""
    model = onnx.load_from_string(made().graph)
    change(model)
    parts = {**members(), "model.onnx": model.SerializeToString()}
    return sealed(parts, class_names=["a", "b", "c", "d"])


GRAPH: dict[str, Case] = {
    "if": (
        lambda: with_graph(_node("If", "features", then_branch=_branch(), else_branch=_branch())),
        "model.onnx has the operator If; it is control flow, which hides what runs and how often; wanted a network",
    ),
    "loop": (
        lambda: with_graph(_node("Loop", "features", body=_branch())),
        "has the operator Loop; it is control flow",
    ),
    "scan": (
        lambda: with_graph(_node("Scan", "features", body=_branch())),
        "has the operator Scan; it is control flow",
    ),
    "hidden branch": (
        lambda: with_graph(_node("Relu", "features", then_branch=_branch())),
        "model.onnx has a Relu with 'then_branch'; wanted it without",
    ),
    "branch for an axis": (
        lambda: with_graph(_node("Concat", "features", axis=_branch())),
        "model.onnx has a Concat whose 'axis' is no number, word or constant",
    ),
    "constant node": (
        lambda: with_graph(_node("Constant", value_string="x")),
        "model.onnx has a Constant with 'value_string'; wanted it without",
    ),
    "python operator": (
        lambda: with_graph(_node("PyOp", "features", domain="ai.onnx.contrib")),
        "model.onnx has an operator of 'ai.onnx.contrib'; wanted ONNX's own alone",
    ),
    "known name, other domain": (
        lambda: with_graph(_node("Relu", "features", domain="com.microsoft")),
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
    "function": (lambda: with_graph(_function), "model.onnx has functions of its own; wanted none"),
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
        lambda: with_graph(_external),
        "keeps 'conv1/kernel' in another file; wanted everything in the",
    ),
    "external beside": (
        lambda: with_graph(
            lambda model: model.graph.initializer[0].external_data.add(key="location", value="a")
        ),
        "keeps 'conv1/kernel' in another file; wanted everything in the graph",
    ),
    "loose floats": (
        lambda: with_graph(_floats),
        "model.onnx has 0 bytes for its constant 'conv1/kernel' of float32",
    ),
    "short data": (
        lambda: with_graph(lambda model: setattr(model.graph.initializer[0], "raw_data", b"1234")),
        "model.onnx has 4 bytes for its constant 'conv1/kernel' of float32 (32, 1, 3, 3)",
    ),
    "data twice": (_raw_twice, "model.onnx has a constant with data twice"),
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
        lambda: with_graph(_constant("images", np.zeros((1, 6, 5, 1), np.uint8))),
        "model.onnx has two tensors named 'images'",
    ),
    "not finite": (
        lambda: with_graph(_constant("c", np.array([np.inf], np.float32))),
        "model.onnx has numbers in 'c' that are not finite",
    ),
    "one name, two makers": (
        lambda: with_graph(_node("Relu", "features", output="logits")),
        "model.onnx has two tensors named 'logits'",
    ),
    "notes": (
        lambda: with_graph(lambda model: setattr(model.graph.node[0], "doc_string", "abc")),
        "model.onnx has 5 bytes of fields that clothier does not write; wanted none",
    ),
    "branch beside a number": (
        lambda: with_graph(_branch_beside),
        "of fields that clothier does not write; wanted none",
    ),
    "circle": (
        lambda: with_graph(_node("Add", "extra", "features")),
        "model.onnx has a Add of 'extra', which nothing before it makes",
    ),
    "nothing in": (lambda: with_graph(_node("Relu")), "model.onnx has a Relu of 0 inputs and 1 outputs"),
    "nameless input": (
        lambda: with_graph(_node("Relu", "")),
        "has a Relu of '', which nothing before it makes",
    ),
    "other input": (
        lambda: with_graph(_first_input(name="x")),
        "model.onnx takes [('x', 2, (6, 5, 1))]; wanted images",
    ),
    "other pixels": (
        lambda: with_graph(_first_input(elem_type=TensorProto.STRING)),
        "model.onnx takes [('images', 8,",
    ),
    "other size": (
        lambda: with_graph(_first_input(shape=["n", 2**30, 5, 1])),
        "model.onnx takes [('images', 2, (1073741824, 5, 1))]; wanted images",
    ),
    "fixed count": (
        lambda: with_graph(_first_input(shape=[1, 6, 5, 1])),
        "model.onnx takes [('images', 2, ())]",
    ),
    "no logits": (
        lambda: with_graph(lambda model: model.graph.output.pop()),
        "model.onnx gives [('logits', 1, (3,))]; wanted features, float32 (n, 128) and logits, float32 (n, 3)",
    ),
    "other logits": (
        _four_classes,
        "model.onnx gives [('features', 1, (128,)), ('logits', 1, (3,))]; wanted features, float32 (n, 128) and "
        "logits, float32 (n, 4)",
    ),
    "wider logits than made": (
        lambda: _four_classes(_first_output(shape=["n", 4])),
        "model.onnx: logits are float32 (n, 3); wanted float32 (n, 4)",
    ),
    "logits of another type": (
        lambda: with_graph(_first_output(elem_type=TensorProto.INT64)),
        "model.onnx gives [('features', 1, (128,)), ('logits', 7, (3,))]; wanted",
    ),
    "output not text": (
        lambda: _raw(made().graph.replace(b"logits", b"logi\xff\xff")),
        "model.onnx is not an ONNX graph; wanted",
    ),
    "dimension not text": (
        lambda: _raw(made().graph.replace(b"\x12\x01n", b"\x12\x01\xff")),
        "model.onnx is not an ONNX graph; wanted",
    ),
    "future format": (
        lambda: with_graph(lambda model: setattr(model, "ir_version", 2**40)),
        "model.onnx is of IR version 1099511627776; wanted one from 7 to 10",
    ),
    "scales along no axis": (
        lambda: with_graph(_scaled(axis=7)),
        "has a DequantizeLinear on int8 (128, 3), float32 (128,), int8 (128,); wanted a scale for all or",
    ),
    "scales along another axis": (
        lambda: with_graph(_scaled(axis=1)),
        "has a DequantizeLinear on int8 (128, 3), float32 (128,), int8 (128,); wanted a scale for all or",
    ),
    "grows": (lambda: with_graph(_grown), "model.onnx costs more than 4,294,967,296 values"),
    "busy": (lambda: with_graph(_busy), "multiplications per image; wanted less"),
    "many nodes": (
        lambda: with_graph(lambda model: model.graph.node.extend([onnx.NodeProto(op_type="Relu")] * 3000)),
        "nodes; wanted at most 2,000",
    ),
    "nodes of nothing": (
        lambda: _raw(b"\x3a\x80\x80\x20" + b"\x0a\x00" * (2**18)),
        "model.onnx has more than 524,288 bytes besides its weights",
    ),
    "axis of images": (
        lambda: with_graph(_node("Concat", "features", axis=0)),
        "that is not the images' own",
    ),
    "far axis": (lambda: with_graph(_node("Concat", "features", axis=2**62)), "wanted an axis from -2 to 1"),
    "list for an axis": (
        lambda: with_graph(_node("Concat", "features", axis=[1, 1])),
        "wanted an axis from -2 to 1",
    ),
    "places outside": (
        lambda: with_graph(
            _all(_constant("p", np.array([0, 2**40])), _node("Gather", "features", "p", axis=1)),
        ),
        "model.onnx has a Gather on float32 (n, 128), int64 (2,); wanted constant places from -128 to 127",
    ),
    "kernel of images": (
        lambda: with_graph(_node("Conv", "conv1", "conv1", "conv1/bias", kernel_shape=[3, 3])),
        "wanted a constant kernel of 4 axes",
    ),
    "vast padding": (
        lambda: with_graph(
            _node("MaxPool", "conv1", kernel_shape=[2, 2], pads=[2**31, 0, 0, 0]),
        ),
        "wanted pads of 4 numbers from 0 to 1",
    ),
    "no stride": (
        lambda: with_graph(_node("MaxPool", "conv1", kernel_shape=[2, 2], strides=[0, 1])),
        "wanted strides of 2 numbers from 1 to 64",
    ),
    "an attribute twice": (lambda: with_graph(_attribute_twice), "model.onnx has a Conv with 'kernel_shape'"),
    "vast constants to fold": (
        lambda: with_graph(
            _all(_constant("sides", np.array([2**20, 2**20])), _node("ConstantOfShape", "sides")),
        ),
        "model.onnx costs more than 4,294,967,296 values",
    ),
    "unknown operator": (
        lambda: with_graph(_node("Rellu", "features")),
        "model.onnx has the unknown operator 'Rellu'; wanted those that docs/export.md lists",
    ),
    "garbage": (lambda: _raw(np.random.default_rng(0).bytes(5000)), "model.onnx is not an ONNX graph"),
    "half a graph": (lambda: _raw(made().graph[: len(made().graph) // 2]), "model.onnx is not an ONNX graph"),
    "old groups": (lambda: _raw(b"\x0b" * 1000), "model.onnx is not an ONNX graph"),
    "no graph in it": (lambda: _raw(b""), "model.onnx has operators of version []"),
    "torch for a graph": (lambda: _raw(zipped({"data.pkl": pickle.dumps(Harm())})), "model.onnx"),
}

CASES: dict[str, Case] = {**ARCHIVE, **MANIFEST, **ARRAYS, **GRAPH}


def largest() -> bytes:
    """A file that is read, with every member as large as it may be, and packed as tightly."""
    side = 183

    def loose(shape: tuple[int, ...], dtype: str) -> npt.NDArray[Any]:
        """Zeros, among which a byte of 50 is anything: that packs nearly 50 to 1."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        data = np.zeros(size, np.uint8)
        data[::50] = np.random.default_rng(0).integers(0, 64, len(data[::50]))
        return data.view(dtype).reshape(shape)

    constants = {
        "up": np.ones((1, 128)),
        "up/bias": np.ones(128),
        "down": np.ones((128, 3)),
        "down/bias": np.ones(3),
    }
    nodes = [
        helper.make_node("Transpose", ["images"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["floats"], to=1),
        helper.make_node("GlobalMaxPool", ["floats"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "up", "up/bias"], ["features"]),
        helper.make_node("Gemm", ["features", "down", "down/bias"], ["logits"]),
    ]
    model = onnx.load_from_string(made().graph)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    _first_input(shape=["n", side, side, 1])(model)
    for name, array in constants.items():
        _constant(name, array.astype(np.float32))(model)
    _constant("unused", loose((33_170_000,), "float32"))(model)
    count = 32 * MEGABYTE // (side * side + 4 * 128 + 16) - 1
    lookalikes = {
        "images": loose((count, side, side, 1), "uint8"),
        "labels": np.zeros(count, np.int64),
        "features": np.zeros((count, 128), np.float32),
        "ids": np.arange(count),
    }
    parts = {
        "manifest.json": members()["manifest.json"],
        "model.onnx": model.SerializeToString(),
        "statistics.safetensors": tensors({"x": loose((8 * MEGABYTE - 100,), "float32")}),
        "lookalikes.safetensors": tensors(lookalikes),
    }
    return sealed(parts, zipfile.ZIP_DEFLATED, image_shape=[side, side, 1])


def written() -> dict[str, bytes]:
    """Every one of them."""
    return {name: make() for name, (make, _) in CASES.items()}
