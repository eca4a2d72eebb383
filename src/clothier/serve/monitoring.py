"""GET /livez, /readyz and /metrics."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from clothier.serve.metrics import CONTENT_TYPE
from clothier.serve.responses import Json, State
from clothier.serve.service import FAILED, READY, Service


async def livez(request: Request) -> Response:
    """200 as long as this process is of any use."""
    state = request.app.state.service.state
    return Json(State(state), 503 if state == FAILED else 200)


async def readyz(request: Request) -> Response:
    """200 while new work is taken, 503 before and after."""
    state = request.app.state.service.state
    return Json(State(state), 200 if state == READY else 503)


async def metrics(request: Request) -> Response:
    """Counters and gauges as Prometheus reads them."""
    service: Service = request.app.state.service
    counters: dict[str, int] = {}
    if service.state == READY:
        model = service.model
        counters = {
            "batches_total": model.batcher.batches,
            "batch_images_total": model.batcher.rows,
            "decoders_replaced_total": model.decoders.replaced + model.reader.replaced,
        }
    gauges: dict[str, int] = {
        "ready": service.state == READY,
        "pictures_in_work": service.picture_slots.count + service.pictures.used,
        "passes_in_work": service.passes.used,
        "requests_in_progress": service.requests,
        "bytes_in_work": service.bodies.budget.used,
    }
    return Response(service.metrics.text(counters, gauges), headers={"Content-Type": CONTENT_TYPE})
