"""Files that are made to harm whoever opens them, and what is said of each. None may run code, touch another file, or
take much memory or time."""

from __future__ import annotations

import math
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper

from support.hostile_files.archive import ARCHIVE
from support.hostile_files.arrays import ARRAYS
from support.hostile_files.common import MEGABYTE, Case
from support.hostile_files.graph import GRAPH
from support.hostile_files.graph_changes import add_constant, first_input
from support.hostile_files.manifest import MANIFEST
from support.model_files import made, members, sealed, tensors

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
    first_input(shape=["n", side, side, 1])(model)
    for name, array in constants.items():
        add_constant(name, array.astype(np.float32))(model)
    add_constant("unused", loose((33_170_000,), "float32"))(model)
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
