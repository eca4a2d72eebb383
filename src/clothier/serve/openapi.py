"""GET /openapi.json: everything that is answered, as OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from clothier import __version__
from clothier.serve import oip_messages, responses
from clothier.serve.oip import VERSION
from clothier.serve.predict import SHOWN
from clothier.serve.responses import Json
from clothier.serve.service import Service

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp")
REASONS = {
    400: "The request is not as it should be.",
    403: "A web page of another site sent the request.",
    404: "There is no such model.",
    408: "The body did not come in time.",
    413: "The body is too large, or the request costs more than the service ever takes.",
    415: "The body is of a type or an encoding that is not read.",
    421: "The request names a host that this service does not answer as.",
    422: "The only picture of the request cannot be read.",
    429: "Too much waits already; try again after so many seconds.",
    503: "The model is being loaded, or the service ends; try again after so many seconds.",
    504: "The answer was not found in time.",
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
SCHEMAS["InputTensor"]["required"].append(
    "data"
)  # which only follows as bytes where the body is no JSON alone
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
            "description": "What a trained network makes of pictures.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/v1/predict": {"post": _predict(service)},
            "/v1/model": {"get": _get("model", "What is known of the network", "ModelDescription", (503,))},
            "/livez": {"get": _health("livez", "Whether this process is of any use")},
            "/readyz": {"get": _health("readyz", "Whether new work is taken")},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _get("openapi", "This description", "Anything", ())},
            **_protocol(service),
        },
        "components": {"schemas": SCHEMAS},
    }


def _predict(service: Service) -> dict[str, Any]:
    binary: dict[str, Any] = {"schema": {}}
    form = {"type": "array", "items": binary["schema"], "minItems": 1, "maxItems": service.settings.pictures}
    return {
        "operationId": "predict",
        "summary": "What the network makes of pictures",
        "description": "The body is one picture (any image/*), or a form with parts named file, each a picture. "
        "A query key other than show is refused with 400.",
        "parameters": [
            {
                "name": "show",
                "in": "query",
                "description": "What is wanted beside the predictions: the image that the network saw, where it "
                "looked, "
                "and the training images that are most alike.",
                "style": "form",
                "explode": False,
                "schema": {"type": "array", "items": {"enum": list(SHOWN)}, "minItems": 1},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                **dict.fromkeys(PICTURES, binary),
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": form},
                        "required": ["file"],
                        "additionalProperties": False,
                    },
                    "encoding": {"file": {"contentType": ", ".join(PICTURES)}},
                },
            },
        },
        "responses": _responses("Answers", (*BODY, 422)),
    }


def _protocol(service: Service) -> dict[str, Any]:
    """The paths of the Open Inference Protocol."""
    name = {"name": "name", "in": "path", "required": True, "schema": _name(service)}
    paths: dict[str, Any] = {
        "/v2": {"get": _get("server", "What this service is", "ServerMetadata", (), "Fault")},
        "/v2/health/live": {"get": _get("live", "Whether this process answers", "Anything", (), "Fault")},
        "/v2/health/ready": {"get": _ready("ready", "Whether new work is taken", ())},
    }
    paths_of_model = {"": "/v2/models/{name}", "OfVersion": f"/v2/models/{{name}}/versions/{VERSION}"}
    for suffix, path in paths_of_model.items():
        metadata = _get(
            f"metadata{suffix}", "What goes in and comes out", "ModelMetadata", (404, 503), "Fault"
        )
        paths[path] = {"parameters": [name], "get": metadata}
        paths[f"{path}/ready"] = {
            "parameters": [name],
            "get": _ready(f"modelReady{suffix}", "Whether the model answers", (404,)),
        }
        paths[f"{path}/infer"] = {"parameters": [name], "post": _infer(f"infer{suffix}")}
    return paths


def _infer(identity: str) -> dict[str, Any]:
    responses = _responses("InferResponse", (*BODY, 404), "Fault")
    responses["200"]["content"]["application/octet-stream"] = {"schema": {}}
    return {
        "operationId": identity,
        "summary": "What the network makes of images that are as it takes them",
        "description": "Open Inference Protocol, version 2. data has as many numbers as shape says. Where binary "
        "tensors follow the JSON, the header Inference-Header-Content-Length says how many bytes it has.",
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
    operation["responses"]["503"] = {**operation["responses"]["200"], "description": "It is not so."}
    return operation


def _ready(identity: str, summary: str, refusals: tuple[int, ...]) -> dict[str, Any]:
    operation = _get(identity, summary, "Anything", refusals, "Fault")
    operation["responses"]["503"] = {**operation["responses"]["200"], "description": "It is not so."}
    return operation


def _metrics() -> dict[str, Any]:
    operation = _get("metrics", "Counters and gauges for Prometheus", "Anything", ())
    operation["responses"]["200"]["content"] = {"text/plain": {"schema": {"type": "string"}}}
    return operation


def _responses(schema: str, refusals: tuple[int, ...], error: str = "Error") -> dict[str, Any]:
    responses: dict[str, Any] = {"200": _response("As wanted.", schema)}
    for status in sorted({*refusals, 421}):
        responses[str(status)] = _response(REASONS[status], error)
        if status in (429, 503):
            responses[str(status)]["headers"]["Retry-After"] = {"schema": {"type": "integer", "minimum": 1}}
    responses["default"] = _response("A fault, or a request that HTTP itself rules out.", error)
    return responses


def _response(description: str, schema: str) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {"X-Request-ID": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
