"""The JSON that comes and goes, as JSON Schema (2020-12)."""

from __future__ import annotations

from typing import Any

from clothier.serve import tensors
from clothier.values import STATUSES

_WORD: dict[str, Any] = {"type": "string"}
_PERHAPS_WORD: dict[str, Any] = {"type": ["string", "null"]}
_PERHAPS_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_NUMBER: dict[str, Any] = {"type": "number"}
_WHOLE: dict[str, Any] = {"type": "integer"}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_FREE: dict[str, Any] = {"type": "object"}


def _object(**properties: Any) -> dict[str, Any]:
    """An object with these, all of them required, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _some(**properties: Any) -> dict[str, Any]:
    """An object with some of these, and perhaps others."""
    return {"type": "object", "properties": properties}


_TENSOR = _object(name=_WORD, datatype=_WORD, shape=_list(_WHOLE))
_BINARY = _some(binary_data={"type": "boolean"})

SCHEMAS: dict[str, Any] = {
    "Anything": _FREE,
    "State": _object(state={"enum": ["loading", "ready", "draining", "failed"]}),
    "Error": _object(
        error=_object(
            status={"type": "integer", "minimum": 400, "maximum": 599},
            code=_WORD,
            message=_WORD,
            request_id=_WORD,
        )
    ),
    "Fault": {"type": "object", "properties": {"error": _WORD}, "required": ["error"]},
    "Answers": _object(model=_WORD, answers=_list({"$ref": "#/components/schemas/Answer"}, minItems=1)),
    "Answer": _object(
        filename=_PERHAPS_WORD,
        status={"enum": list(STATUSES)},
        label=_PERHAPS_WORD,
        probabilities={"type": "object", "additionalProperties": _SHARE},
        second=_PERHAPS_WORD,
        strangeness=_PERHAPS_NUMBER,
        warnings=_list(_WORD),
        reason=_PERHAPS_WORD,
        image=_PERHAPS_WORD,
        heat=_PERHAPS_WORD,
        lookalikes=_list(_object(label=_WORD, distance=_NUMBER, id=_WHOLE, image=_WORD)),
    ),
    "Model": _object(
        name=_WORD,
        classes=_list(_WORD, minItems=2),
        image_shape=_list(_WHOLE, minItems=3, maxItems=3),
        photos={"enum": ["centre", "doctor", "pad"]},
        source=_WORD,
        fingerprint=_WORD,
        scores={
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _NUMBER},
        },
        temperature=_NUMBER,
        thresholds={"type": "object", "additionalProperties": _NUMBER},
        recipe=_FREE,
        versions={"type": "object", "additionalProperties": _WORD},
        card=_WORD,
        lookalikes=_WHOLE,
        limits=_object(bytes=_WHOLE, pictures=_WHOLE, megapixels=_WHOLE),
    ),
    "Server": _object(name=_WORD, version=_WORD, extensions=_list(_WORD)),
    "Metadata": _object(
        name=_WORD, versions=_list(_WORD), platform=_WORD, inputs=_list(_TENSOR), outputs=_list(_TENSOR)
    ),
    "Infer": {
        "type": "object",
        "properties": {
            "id": _WORD,
            "inputs": _list(
                {
                    "type": "object",
                    "properties": {
                        "name": {"const": "images"},
                        "datatype": {"const": "UINT8"},
                        "shape": _list({"type": "integer", "minimum": 1}, minItems=4, maxItems=4),
                        "data": _list({"type": ["integer", "array"]}),
                    },
                    "required": ["name", "datatype", "shape", "data"],
                },
                minItems=1,
                maxItems=1,
            ),
            "outputs": _list(
                {
                    "type": "object",
                    "properties": {"name": {"enum": list(tensors.OUTPUTS)}, "parameters": _BINARY},
                    "required": ["name"],
                }
            ),
            "parameters": _some(binary_data_output={"type": "boolean"}),
        },
        "required": ["inputs"],
    },
    "Inferred": {
        "type": "object",
        "properties": {
            "model_name": _WORD,
            "model_version": _WORD,
            "id": _WORD,
            "outputs": _list(
                {
                    "type": "object",
                    "properties": {
                        "name": _WORD,
                        "datatype": _WORD,
                        "shape": _list(_WHOLE),
                        "data": {"type": "array"},
                        "parameters": _some(binary_data_size=_WHOLE),
                    },
                    "required": ["name", "datatype", "shape"],
                    "additionalProperties": False,
                }
            ),
        },
        "required": ["model_name", "model_version", "outputs"],
        "additionalProperties": False,
    },
}
