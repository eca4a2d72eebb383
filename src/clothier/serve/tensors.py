"""Tensors of the Open Inference Protocol <-> arrays: as lists in JSON, or as bytes behind it.

Source: Open Inference Protocol, version 2, REST, and its binary tensor data extension.
"""

from __future__ import annotations

import asyncio
import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.errors import RefusedError
from clothier.values import Images

HEAD = "Inference-Header-Content-Length"
OUTPUTS = ("probabilities", "status", "strangeness", "logits", "features")
DATATYPES = {"f": "FP32", "U": "BYTES"}
_BYTES_LENGTH = struct.Struct("<I")
MOST_JSON = 4 * 2**20  # bytes
TOO_MUCH_MEMORY = "the JSON needs more memory than it may; wanted fewer lists; send binary tensors"
_PIECE = 1024  # numbers that are written as JSON at a time: more would hold up all others


@dataclass(frozen=True, eq=False)
class Asked:
    """A request: its id, "" without one; its images; and for each output asked for, whether it is wanted as bytes.
    Without outputs, all are wanted, in the manner of `binary`."""

    id: str
    images: Images
    outputs: dict[str, bool]
    binary: bool


def json_length(head: str | None, most: int) -> int:
    """Bytes of the JSON in a body of so many, by the header HEAD. Raises RefusedError where that is none, or too
    large."""
    length = most if head is None else _number(head, most)
    if length > MOST_JSON:
        raise RefusedError(
            413,
            "too_large",
            f"the JSON has {length:,} bytes; wanted at most {MOST_JSON:,}; send binary tensors",
        )
    return length


def parse(body: bytes, length: int, shape: tuple[int, int, int], rows: int) -> Asked:
    """A request for images of that (height, width, channels), at most so many rows. The first `length` bytes are JSON.

    Raises RefusedError naming what is not as it should be.
    """
    try:
        content = json.loads(body[:length])
    except (ValueError, RecursionError) as error:
        raise _wrong("the body is not JSON", "an object with inputs") from error
    inputs = content.get("inputs") if isinstance(content, dict) else None
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise _wrong("the body has no inputs, or several", "an object with inputs, a list of one")
    parameters, name = _parameters(content), content.get("id", "")
    if not isinstance(name, str):
        raise _wrong("id is not a string", "one, or none")
    return Asked(
        name,
        _images(inputs[0], memoryview(body)[length:], shape, rows),
        _outputs(content.get("outputs", []), parameters.get("binary_data_output") is True),
        parameters.get("binary_data_output") is True,
    )


async def pack(model: str, asked: Asked, arrays: dict[str, npt.NDArray[Any]]) -> tuple[bytes, dict[str, str]]:
    """(body, headers) of a response with those of the arrays that were asked for. Others have their turn meanwhile."""
    wanted = asked.outputs or dict.fromkeys(arrays, asked.binary)
    outputs, tail = list[bytes](), list[bytes]()
    for name, as_bytes in wanted.items():
        array = arrays[name]
        entry: dict[str, Any] = {
            "name": name,
            "datatype": DATATYPES[array.dtype.kind],
            "shape": list(array.shape),
        }
        if as_bytes:
            tail.append(_as_bytes(array))
            entry["parameters"] = {"binary_data_size": len(tail[-1])}
        head = _compact(entry)
        outputs.append(head if as_bytes else head[:-1] + b',"data":' + await _as_list(array) + b"}")
    said = {"model_name": model, "model_version": "1"} | ({"id": asked.id} if asked.id else {})
    content = _compact(said)[:-1] + b',"outputs":[' + b",".join(outputs) + b"]}"
    if not tail:
        return content, {"Content-Type": "application/json"}
    return b"".join([content, *tail]), {
        "Content-Type": "application/octet-stream",
        HEAD: str(len(content)),
    }


def _number(head: str, most: int) -> int:
    if not (head.isascii() and head.isdecimal() and len(head) < 12 and int(head) <= most):
        raise _wrong(f"{HEAD} is {ascii(head)[:40]}", f"a number from 0 to {most}, the bytes of the body")
    return int(head)


def _images(given: dict[str, Any], tail: memoryview, shape: tuple[int, int, int], rows: int) -> Images:
    words = "x".join(map(str, shape))
    if given.get("name") != "images" or given.get("datatype") != "UINT8":
        raise _wrong("the input has another name or datatype", "images of UINT8")
    sides = given.get("shape")
    if (
        not isinstance(sides, list)
        or any(type(side) is not int for side in sides)
        or sides[1:] != list(shape)
    ):
        raise _wrong(f"the input's shape is {ascii(sides)[:60]}", f"[n, {', '.join(map(str, shape))}]")
    if not 1 <= sides[0] <= rows:
        raise _wrong(f"the input has {ascii(sides[0])[:20]} rows", f"1 to {rows}; send the rest apart")
    size = sides[0] * shape[0] * shape[1] * shape[2]
    claimed = _parameters(given).get("binary_data_size")
    if claimed is not None:
        if "data" in given or claimed != size or len(tail) != size:
            raise _wrong(
                f"{len(tail)} bytes follow the JSON", f"{size}, as many as {sides[0]} images of {words} have"
            )
        return np.frombuffer(tail, np.uint8).reshape(sides)
    try:
        made = np.array(given.get("data"), object).ravel()
    except ValueError:
        made = np.empty(0, object)
    if len(made) != size or any(type(value) is not int or not 0 <= value <= 255 for value in made.tolist()):
        raise _wrong("the input's data do not fit its shape", f"{size} whole numbers from 0 to 255")
    return made.astype(np.uint8).reshape(sides)


def _outputs(given: Any, binary: bool) -> dict[str, bool]:
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise _wrong("outputs is not a list of objects", "one, or none")
    made = {}
    for entry in given:
        name = entry.get("name")
        if name not in OUTPUTS:
            raise _wrong(f"there is no output {ascii(name)[:60]}", f"some of {', '.join(OUTPUTS)}")
        as_bytes = _parameters(entry).get("binary_data", binary)
        if not isinstance(as_bytes, bool):
            raise _wrong("binary_data is neither true nor false", "one of them")
        made[name] = as_bytes
    return made


def _parameters(given: dict[str, Any]) -> dict[str, Any]:
    made = given.get("parameters", {})
    if not isinstance(made, dict):
        raise _wrong("parameters is not an object", "one, or none")
    return made


async def _as_list(array: npt.NDArray[Any]) -> bytes:
    """A list of all values, made piece by piece."""
    flat, pieces = array.ravel(), list[bytes]()
    for start in range(0, len(flat), _PIECE):
        pieces.append(_compact(flat[start : start + _PIECE].tolist())[1:-1])
        await asyncio.sleep(0)
    return b"[" + b",".join(pieces) + b"]"


def _compact(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _as_bytes(array: npt.NDArray[Any]) -> bytes:
    if array.dtype.kind == "f":
        return np.ascontiguousarray(array, "<f4").tobytes()
    words = [word.encode() for word in array.ravel().tolist()]
    return b"".join(_BYTES_LENGTH.pack(len(word)) + word for word in words)


def _wrong(came: str, wanted: str) -> RefusedError:
    return RefusedError(400, "bad_tensor", f"{came}; wanted {wanted}")
