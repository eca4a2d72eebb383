"""Tensors of the Open Inference Protocol <-> arrays: as lists in JSON, or as bytes behind it."""

from __future__ import annotations

import asyncio
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Any, get_args

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Raw, Struct

from clothier.errors import RefusedError
from clothier.serve.oip_messages import (
    BinaryParameters,
    InferRequest,
    InferResponse,
    InputTensor,
    OutputTensor,
    RequestedOutput,
)
from clothier.values import Images

JSON_LENGTH = "Inference-Header-Content-Length"
OUTPUTS: tuple[str, ...] = get_args(msgspec.structs.fields(RequestedOutput)[0].type)
DATATYPES = {"f": "FP32", "U": "BYTES"}
MAX_JSON_BYTES = 4 * 2**20
TOO_MUCH_MEMORY = "the JSON needs more memory than is allowed; wanted fewer lists; send binary tensors"
_BYTES_LENGTH = struct.Struct("<I")
_CHUNK = 1024  # numbers that are written as JSON at a time: more would hold up all others

_Pixel = Annotated[int, Meta(ge=0, le=255)]
# By how deep the lists lie within each other.
_PIXEL_DECODERS: tuple[msgspec.json.Decoder[Any], ...] = (
    msgspec.json.Decoder(list[_Pixel]),
    msgspec.json.Decoder(list[list[_Pixel]]),
    msgspec.json.Decoder(list[list[list[_Pixel]]]),
    msgspec.json.Decoder(list[list[list[list[_Pixel]]]]),
)
_OPENING = re.compile(rb"[\[\s]*")
_REQUEST = msgspec.json.Decoder(InferRequest)
# What is said of a field that msgspec refuses, in place of its own words: what came, and what was wanted.
_REQUEST_FAULTS = {
    "inputs": ("the body does not have exactly one input", "an object whose inputs is a list of one"),
    "id": ("id is not a string", "a string, or no id"),
    "outputs": ("outputs is not a list of objects", "a list of objects, or no outputs"),
    "parameters": (
        "parameters are invalid",
        "an object in which binary_data_output is true or false, or no parameters",
    ),
}
_INPUT_FAULTS = {
    "name": ("the input has a wrong name or datatype", "name images and datatype UINT8"),
    "datatype": ("the input has a wrong name or datatype", "name images and datatype UINT8"),
    "parameters": (
        "the input's parameters are invalid",
        "an object in which binary_data_size is a number, or no parameters",
    ),
}


@dataclass(frozen=True, eq=False)
class TensorRequest:
    """A request: its id, "" without one; its images; and for each output asked for, whether it is wanted as bytes.
    Without outputs, all are wanted, as bytes where `binary` is true."""

    id: str
    images: Images
    outputs: dict[str, bool]
    binary: bool


def json_length(header: str | None, body_length: int) -> int:
    """The number of bytes of JSON in a body of `body_length` bytes, from the header JSON_LENGTH.

    Raises RefusedError if the header is not such a number, or it is too large.
    """
    length = body_length if header is None else _number(header, body_length)
    if length > MAX_JSON_BYTES:
        raise RefusedError(
            413,
            "too_large",
            f"the JSON has {length:,} bytes; wanted at most {MAX_JSON_BYTES:,}; send binary tensors",
        )
    return length


def parse(body: bytes, length: int, image_shape: tuple[int, int, int], max_rows: int) -> TensorRequest:
    """A request for images of that (height, width, channels), with at most `max_rows` rows.

    The first `length` bytes are JSON. Raises RefusedError, which names what is wrong.
    """
    try:
        text = str(
            memoryview(body)[:length], "utf-8"
        )  # of strings that it skips, msgspec does not look at the bytes
    except UnicodeDecodeError:
        raise _wrong("the body is not JSON", "an object with inputs") from None
    try:
        content = _REQUEST.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _fault(text, image_shape) from None
    binary = content.parameters.binary_data_output
    outputs: dict[str, bool] = {
        output.name: binary
        if output.parameters.binary_data is msgspec.UNSET
        else output.parameters.binary_data
        for output in content.outputs
    }
    images = _images(content.inputs[0], memoryview(body)[length:], image_shape, max_rows)
    return TensorRequest(content.id, images, outputs, binary)


async def pack(
    model: str, request: TensorRequest, arrays: Mapping[str, npt.NDArray[Any]]
) -> tuple[bytes, dict[str, str]]:
    """(body, headers) of a response with those of the arrays that were asked for. Others have their turn meanwhile."""
    wanted = request.outputs or dict.fromkeys(arrays, request.binary)
    outputs, binary_data = list[OutputTensor](), list[bytes]()
    for name, as_bytes in wanted.items():
        array = arrays[name]
        output = OutputTensor(name, DATATYPES[array.dtype.kind], list(array.shape))
        if as_bytes:
            binary_data.append(_as_bytes(array))
            output.parameters = BinaryParameters(len(binary_data[-1]))
        else:
            output.data = Raw(await _as_list(array))
        outputs.append(output)
    content = msgspec.json.encode(InferResponse(model, "1", outputs, request.id))
    if not binary_data:
        return content, {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/octet-stream", JSON_LENGTH: str(len(content))}
    return b"".join([content, *binary_data]), headers


def _number(header: str, largest: int) -> int:
    if not (header.isascii() and header.isdecimal() and len(header) < 12 and int(header) <= largest):
        raise _wrong(
            f"{JSON_LENGTH} is {ascii(header)[:40]}",
            f"a number from 0 to {largest}, the length of the body in bytes",
        )
    return int(header)


def _images(
    tensor: InputTensor, binary_data: memoryview, shape: tuple[int, int, int], max_rows: int
) -> Images:
    rows, *sides = tensor.shape
    if sides != list(shape):
        raise _wrong_shape(str(tensor.shape), shape)
    if rows > max_rows:
        raise _wrong(
            f"the input has {ascii(rows)[:20]} rows", f"1 to {max_rows}; send the rest in another request"
        )
    size = rows * shape[0] * shape[1] * shape[2]
    claimed = tensor.parameters.binary_data_size
    if claimed is msgspec.UNSET:
        return _pixels(tensor.data, size).reshape(tensor.shape)
    if tensor.data is not msgspec.UNSET or claimed != size or len(binary_data) != size:
        words = "x".join(map(str, shape))
        raise _wrong(
            f"{len(binary_data)} bytes follow the JSON", f"{size}, the size of {rows} images of {words}"
        )
    return np.frombuffer(binary_data, np.uint8).reshape(tensor.shape)


def _pixels(data: Raw | msgspec.UnsetType, size: int) -> Images:
    """uint8 (size,), from a flat list or from lists of equal lengths within each other."""
    wrong = _wrong("the input's data do not match its shape", f"{size} whole numbers from 0 to 255")
    if data is msgspec.UNSET:
        raise wrong
    opening = _OPENING.match(memoryview(data))
    depth = opening[0].count(b"[") if opening else 0
    if not 1 <= depth <= len(_PIXEL_DECODERS):
        raise wrong
    try:
        values = _PIXEL_DECODERS[depth - 1].decode(data)
    except msgspec.ValidationError:
        raise wrong from None
    for _ in range(depth - 1):
        if len(set(map(len, values))) > 1:
            raise wrong
        values = list(chain.from_iterable(values))
    if len(values) != size:
        raise wrong
    return np.array(values, np.uint8)


def _fault(text: str, shape: tuple[int, int, int]) -> RefusedError:
    """What is wrong with JSON that is no InferRequest, by its first field that is not as it should be."""
    try:
        msgspec.json.decode(text, type=Raw)
    except (msgspec.DecodeError, RecursionError):
        return _wrong("the body is not JSON", "an object with inputs")
    name, value = _first_wrong_field(text, InferRequest)
    if name == "inputs":
        try:
            (tensor,) = msgspec.json.decode(value, type=list[Raw])
        except (ValueError, msgspec.DecodeError):
            return _wrong(*_REQUEST_FAULTS[name])
        name, value = _first_wrong_field(tensor, InputTensor)
        if name == "shape":
            return _wrong_shape(_shown(value), shape)
        return _wrong(*_INPUT_FAULTS.get(name, _REQUEST_FAULTS["inputs"]))
    if name == "outputs":
        return _output_fault(value)
    return _wrong(*_REQUEST_FAULTS.get(name, _REQUEST_FAULTS["inputs"]))


def _output_fault(text: Raw) -> RefusedError:
    try:
        outputs = msgspec.json.decode(text, type=list[dict[str, Raw]])
    except msgspec.DecodeError:
        return _wrong(*_REQUEST_FAULTS["outputs"])
    for output in outputs:
        name, value = _first_wrong_field(msgspec.json.encode(output), RequestedOutput)
        if name == "name":
            return _wrong(f"there is no output {_shown(value)[:60]}", f"one or more of {', '.join(OUTPUTS)}")
        if name:
            return _wrong("binary_data is not a boolean", "true or false")
    return _wrong(*_REQUEST_FAULTS["outputs"])


def _first_wrong_field(text: bytes | str | Raw, kind: type[Struct]) -> tuple[str, Raw]:
    """The name of the first field of an object that is not as `kind` has it, and its JSON, empty where it is missing.
    The name is empty where that is no object, or nothing is wrong."""
    try:
        values = msgspec.json.decode(text, type=dict[str, Raw])
    except msgspec.DecodeError:
        return "", Raw()
    for field in msgspec.structs.fields(kind):
        value = values.get(field.name)
        if value is None:
            if field.required:
                return field.name, Raw()
            continue
        try:
            msgspec.json.decode(value, type=field.type)
        except msgspec.DecodeError:
            return field.name, value
    return "", Raw()


def _shown(value: Raw) -> str:
    """JSON in one line of plain characters, strings in single quotes; None where there is none."""
    try:
        return ascii(msgspec.json.decode(value)) if memoryview(value) else "None"
    except msgspec.DecodeError:
        return "a number out of range"


async def _as_list(array: npt.NDArray[Any]) -> bytes:
    """A list of all values, written chunk by chunk."""
    flat, chunks = array.ravel(), list[bytes]()
    for start in range(0, len(flat), _CHUNK):
        chunks.append(msgspec.json.encode(flat[start : start + _CHUNK].tolist())[1:-1])
        await asyncio.sleep(0)
    return b"[" + b",".join(chunks) + b"]"


def _as_bytes(array: npt.NDArray[Any]) -> bytes:
    if array.dtype.kind == "f":
        return np.ascontiguousarray(array, "<f4").tobytes()
    words = [word.encode() for word in array.ravel().tolist()]
    return b"".join(_BYTES_LENGTH.pack(len(word)) + word for word in words)


def _wrong_shape(came: str, shape: tuple[int, int, int]) -> RefusedError:
    return _wrong(f"the input's shape is {came[:60]}", f"[n, {', '.join(map(str, shape))}]")


def _wrong(came: str, wanted: str) -> RefusedError:
    return RefusedError(400, "bad_tensor", f"{came}; wanted {wanted}")
