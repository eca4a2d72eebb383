"""Hostile archives."""

from __future__ import annotations

import gzip
import json
import pickle
import struct
import zipfile
import zlib
from typing import Any

from support.hostile_files.common import MEGABYTE, Case, Harm, good
from support.model_files import made, members, sealed, zipped


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
