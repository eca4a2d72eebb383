"""Hostile weights and other arrays."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from support.hostile_files.common import MEGABYTE, Case, Harm
from support.model_files import headed, made, tensors, with_graph, with_member


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
        "statistics.safetensors has 37,748,818 bytes; wanted at most 33,604,864",
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
