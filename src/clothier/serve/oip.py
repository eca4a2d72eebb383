"""The Open Inference Protocol, version 2, for clients that know it: /v2."""

from __future__ import annotations

import math

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clothier.errors import RefusedError
from clothier.serve import tensors
from clothier.serve.batcher import FEW
from clothier.serve.oip_messages import (
    ModelMetadata,
    ModelReady,
    ServerLive,
    ServerMetadata,
    ServerReady,
    TensorMetadata,
)
from clothier.serve.request_body import content_length
from clothier.serve.responses import Json
from clothier.serve.service import READY, ServedModel, Service
from clothier.serve.tensors import TensorRequest
from clothier.system.version import __version__
from clothier.values import Predictions

VERSION = "1"
_KINDS = ("", "application/json", "application/octet-stream")


def routes() -> list[Route]:
    """Health, metadata and inference, of the model and of its only version."""
    found = [
        Route("/v2", server),
        Route("/v2/health/live", live),
        Route("/v2/health/ready", ready),
    ]
    for path in ("/v2/models/{name}", f"/v2/models/{{name}}/versions/{VERSION}"):
        found += [
            Route(path, metadata),
            Route(f"{path}/ready", model_ready),
            Route(f"{path}/infer", infer, methods=["POST"]),
        ]
    return found


async def server(request: Request) -> Response:
    """What this service is."""
    return Json(ServerMetadata("clothier", __version__, ["binary_tensor_data"]))


async def live(request: Request) -> Response:
    """200 as long as this process answers."""
    return Json(ServerLive(True))


async def ready(request: Request) -> Response:
    """200 while new work is taken, 503 before and after."""
    service: Service = request.app.state.service
    return Json(ServerReady(service.state == READY), _status(service))


async def model_ready(request: Request) -> Response:
    """The same, of the model of that name."""
    service, _ = _named(request)
    return Json(ModelReady(service.name, service.state == READY), _status(service))


async def metadata(request: Request) -> Response:
    """The names, types and shapes of what goes in and comes out."""
    service, model = _named(request)
    images = TensorMetadata("images", "UINT8", [-1, *model.batcher.predictor.image_shape])
    return Json(ModelMetadata(service.name, [VERSION], "onnxruntime_onnx", [images], outputs(model)))


def outputs(model: ServedModel) -> list[TensorMetadata]:
    """What can be asked of the model."""
    predictor = model.batcher.predictor
    shapes = {
        _probabilities(predictor.calibration.is_fitted): ("FP32", [-1, predictor.num_classes]),
        "status": ("BYTES", [-1]),
        "strangeness": ("FP32", [-1]),
        "logits": ("FP32", [-1, predictor.num_classes]),
        "features": ("FP32", [-1, predictor.num_features]),
    }
    return [TensorMetadata(name, datatype, shape) for name, (datatype, shape) in shapes.items()]


async def infer(request: Request) -> Response:
    """Images as the network takes them -> probabilities, verdicts, logits and features."""
    service, model = _named(request)
    service.admit(service.tensor_slots)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise RefusedError(
            415, "unsupported_type", f"the body has type {ascii(kind)[:60]}; wanted {' or '.join(_KINDS[1:])}"
        )
    images = service.settings.rows * math.prod(model.batcher.predictor.image_shape)
    most = min(service.settings.body_bytes, tensors.MAX_JSON_BYTES + images)
    head = request.headers.get(tensors.JSON_LENGTH)
    with service.bodies.admitted(request, most) as body:
        model.reader.check(content_length(request.headers), head)
        content = await body.read()
        async with service.deadline():
            tensor_request = await model.reader.read(content, head)
            rows = len(tensor_request.images)
            with service.slot(service.tensor_slots) if rows <= FEW else service.price(0, rows):
                predictions = await model.batcher.predict(tensor_request.images)
                content, headers = await _packed(service, tensor_request, predictions)
    return Response(content, headers=headers)


async def _packed(
    service: Service, tensor_request: TensorRequest, predictions: Predictions
) -> tuple[bytes, dict[str, str]]:
    arrays = {
        _probabilities(predictions.temperature is not None): predictions.named_probabilities[1],
        "status": predictions.statuses,
        "strangeness": np.nan_to_num(predictions.strangeness),  # JSON has no NaN
        "logits": predictions.logits,
        "features": predictions.features,
    }
    for name in tensor_request.outputs:
        if name not in arrays:
            raise RefusedError(
                400,
                "bad_tensor",
                f"this model has no output '{name}'; wanted one or more of {', '.join(arrays)}",
            )
    async with service.packing:
        return await tensors.pack(service.name, tensor_request, arrays)


def _probabilities(is_calibrated: bool) -> str:
    return "probabilities" if is_calibrated else "uncalibrated_probabilities"


def _status(service: Service) -> int:
    return 200 if service.state == READY else 503


def _named(request: Request) -> tuple[Service, ServedModel]:
    """The service and its model, where that has the name in the path. Raises RefusedError."""
    service: Service = request.app.state.service
    model = service.model
    if request.path_params["name"] != service.name:
        name = ascii(request.path_params["name"])[:60]
        raise RefusedError(404, "not_found", f"the service has no model {name}; wanted '{service.name}'")
    return service, model
