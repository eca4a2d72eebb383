"""GET /openapi.json: everything that is answered, as OpenAPI 3.1."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from clothier.photo import MEDIA_TYPES
from clothier.serve import oip, oip_messages, responses
from clothier.serve.predict import SHOWN
from clothier.serve.responses import Json
from clothier.serve.service import Service
from clothier.system.version import __version__

REASONS = {
    400: "The query, form or tensor is invalid.",
    403: "A web page of another site sent the request.",
    404: "The service has no model of this name.",
    408: "The body did not arrive in time.",
    413: "The body is too large, or the request costs more than the service accepts.",
    415: "The service does not read the body's type or encoding.",
    421: "The request names a host that this service does not answer as.",
    422: "The request holds one picture, which cannot be read.",
    429: "The service is busy. Retry after the number of seconds in Retry-After.",
    503: (
        "The model is loading, the service is shutting down, or its system is short of memory or files. Retry after "
        "the number of seconds in Retry-After."
    ),
    504: "The answer took too long.",
}
_, SCHEMAS = msgspec.json.schema_components(
    [
        responses.State,
        responses.Error,
        responses.Answers,
        responses.ModelDescription,
        oip_messages.Fault,
        oip_messages.ServerMetadata,
        oip_messages.ServerLive,
        oip_messages.ServerReady,
        oip_messages.ModelMetadata,
        oip_messages.ModelReady,
        oip_messages.InferRequest,
        oip_messages.InferResponse,
    ],
    ref_template="#/components/schemas/{name}",
)
# The data follow as bytes, and only then have a size, where the body is not JSON alone.
SCHEMAS["InputTensor"]["required"].append("data")
del SCHEMAS["InputParameters"]["properties"]["binary_data_size"]
SCHEMAS["Anything"] = {"type": "object"}
BODY = (400, 403, 408, 413, 415, 429, 503, 504)  # what may become of any request with a body


async def openapi(request: Request) -> Response:
    """The description of this service."""
    return Json(document(request.app.state.service))


def document(service: Service) -> dict[str, Any]:
    """OpenAPI 3.1 for a service, whose model it names where that is loaded."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "clothier",
            "version": __version__,
            "description": "Classifies pictures with a trained network.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/predict": {"post": _predict(service)},
            "/v1/model": {"get": _get("model", "Describe the model", "ModelDescription", (503,))},
            "/livez": {"get": _health("livez", "Check that the process is alive")},
            "/readyz": {"get": _health("readyz", "Check that the service accepts requests")},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _get("openapi", "Describe this interface", "Anything", ())},
            **_protocol(service),
        },
        "components": {"schemas": _schemas(service)},
    }


def _schemas(service: Service) -> dict[str, Any]:
    """All schemas; where a model is loaded, a request names only outputs that it has."""
    if not service.is_loaded:
        return SCHEMAS
    asked = copy.deepcopy(SCHEMAS["RequestedOutput"])
    asked["properties"]["name"]["enum"] = [output.name for output in oip.outputs(service.model)]
    return {**SCHEMAS, "RequestedOutput": asked}


def _predict(service: Service) -> dict[str, Any]:
    binary: dict[str, Any] = {"schema": {}}
    form = {"type": "array", "items": binary["schema"], "minItems": 1, "maxItems": service.settings.pictures}
    return {
        "operationId": "predict",
        "summary": "Classify pictures",
        "description": "The body is one picture (any image/*), or a form in which each part is named file and holds "
        "one picture. Other query keys are rejected with 400.",
        "parameters": [
            {
                "name": "show",
                "in": "query",
                "description": "What to add to each answer: the image that the network saw, a heat map of what "
                "mattered, and the most similar training images.",
                "style": "form",
                "explode": False,
                "schema": {"type": "array", "items": {"enum": list(SHOWN)}, "minItems": 1},
            },
            {
                "name": "whole",
                "in": "query",
                "description": "1 uses the whole photo: nothing is cut out and nothing off.",
                "schema": {"enum": ["0", "1"]},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                **dict.fromkeys(MEDIA_TYPES, binary),
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": form},
                        "required": ["file"],
                        "additionalProperties": False,
                    },
                    "encoding": {"file": {"contentType": ", ".join(MEDIA_TYPES)}},
                },
            },
        },
        "responses": _responses("Answers", (*BODY, 422)),
    }


def _protocol(service: Service) -> dict[str, Any]:
    """The paths of the Open Inference Protocol."""
    name = {"name": "name", "in": "path", "required": True, "schema": _name(service)}
    paths: dict[str, Any] = {
        "/v2": {"get": _get("server", "Describe the server", "ServerMetadata", (), "Fault")},
        "/v2/health/live": {"get": _get("live", "Check that the process is alive", "Anything", (), "Fault")},
        "/v2/health/ready": {"get": _ready("ready", "Check that the service accepts requests", ())},
    }
    paths_of_model = {"": "/v2/models/{name}", "OfVersion": f"/v2/models/{{name}}/versions/{oip.VERSION}"}
    for suffix, path in paths_of_model.items():
        metadata = _get(
            f"metadata{suffix}", "Describe the inputs and outputs", "ModelMetadata", (404, 503), "Fault"
        )
        paths[path] = {"parameters": [name], "get": metadata}
        paths[f"{path}/ready"] = {
            "parameters": [name],
            "get": _ready(f"modelReady{suffix}", "Check that the model is ready", (404,)),
        }
        paths[f"{path}/infer"] = {"parameters": [name], "post": _infer(f"infer{suffix}")}
    return paths


def _infer(identity: str) -> dict[str, Any]:
    responses = _responses("InferResponse", (*BODY, 404), "Fault")
    responses["200"]["content"]["application/octet-stream"] = {"schema": {}}
    return {
        "operationId": identity,
        "summary": "Classify images that already have the model's shape",
        "description": "Open Inference Protocol, version 2. The length of data must match shape. If binary tensors "
        "follow the JSON, the header Inference-Header-Content-Length gives the length of the JSON in bytes.",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/InferRequest"}},
                "application/octet-stream": {"schema": {}},
            },
        },
        "responses": responses,
    }


def _name(service: Service) -> dict[str, Any]:
    return {"type": "string", **({"enum": [service.name]} if service.name else {})}


def _get(
    identity: str, summary: str, schema: str, refusals: tuple[int, ...], error: str = "Error"
) -> dict[str, Any]:
    return {"operationId": identity, "summary": summary, "responses": _responses(schema, refusals, error)}


def _health(identity: str, summary: str) -> dict[str, Any]:
    operation = _get(identity, summary, "State", ())
    operation["responses"]["503"] = {**operation["responses"]["200"], "description": "The check failed."}
    return operation


def _ready(identity: str, summary: str, refusals: tuple[int, ...]) -> dict[str, Any]:
    operation = _get(identity, summary, "Anything", refusals, "Fault")
    operation["responses"]["503"] = {**operation["responses"]["200"], "description": "The check failed."}
    return operation


def _metrics() -> dict[str, Any]:
    operation = _get("metrics", "Counters and gauges for Prometheus", "Anything", ())
    operation["responses"]["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    return operation


def _responses(schema: str, refusals: tuple[int, ...], error: str = "Error") -> dict[str, Any]:
    responses: dict[str, Any] = {"200": _response("Success.", schema)}
    for status in sorted({*refusals, 421}):
        responses[str(status)] = _response(REASONS[status], error)
        if status in (429, 503):
            responses[str(status)]["headers"]["Retry-After"] = {"schema": {"type": "integer", "minimum": 1}}
    responses["default"] = _response("The service failed, or the request is not valid HTTP.", error)
    return responses


def _response(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {"X-Request-ID": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
