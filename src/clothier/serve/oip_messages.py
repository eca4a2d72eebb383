"""The JSON of the Open Inference Protocol, version 2, as types: they read what comes and describe it in /openapi.json.

Source: Open Inference Protocol, version 2, REST, and its binary tensor data extension.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

# An image tensor's data are lists within lists, at most as deep as its shape has sides.
_Data = Annotated[Raw, Meta(extra_json_schema={"type": "array", "items": {"type": ["integer", "array"]}})]
_Values = Annotated[Raw, Meta(extra_json_schema={"type": "array"})]


class InputParameters(Struct, frozen=True):
    binary_data_size: int | UnsetType = UNSET


class InputTensor(Struct, frozen=True):
    name: Literal["images"]
    datatype: Literal["UINT8"]
    shape: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(min_length=4, max_length=4)]
    data: _Data | UnsetType = UNSET
    parameters: InputParameters = InputParameters()


class OutputParameters(Struct, frozen=True):
    binary_data: bool | UnsetType = UNSET


class RequestedOutput(Struct, frozen=True):
    # What is not calibrated has a name of its own; a model has either the first or the last.
    name: Literal[
        "probabilities", "status", "strangeness", "logits", "features", "uncalibrated_probabilities"
    ]
    parameters: OutputParameters = OutputParameters()


class RequestParameters(Struct, frozen=True):
    binary_data_output: bool = False


class InferRequest(Struct, frozen=True):
    inputs: Annotated[list[InputTensor], Meta(min_length=1, max_length=1)]
    id: str = ""
    outputs: list[RequestedOutput] = []
    parameters: RequestParameters = RequestParameters()


class BinaryParameters(Struct, frozen=True):
    binary_data_size: int


class OutputTensor(Struct, omit_defaults=True, forbid_unknown_fields=True):
    name: str
    datatype: str
    shape: list[int]
    parameters: BinaryParameters | UnsetType = UNSET
    data: _Values | UnsetType = UNSET


class InferResponse(Struct, omit_defaults=True, forbid_unknown_fields=True):
    model_name: str
    model_version: str
    outputs: list[OutputTensor]
    id: str = ""


class TensorMetadata(Struct, forbid_unknown_fields=True):
    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(Struct, forbid_unknown_fields=True):
    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ServerMetadata(Struct, forbid_unknown_fields=True):
    name: str
    version: str
    extensions: list[str]


class ServerLive(Struct, forbid_unknown_fields=True):
    live: bool


class ServerReady(Struct, forbid_unknown_fields=True):
    ready: bool


class ModelReady(Struct, forbid_unknown_fields=True):
    name: str
    ready: bool


class Fault(Struct):
    error: str
