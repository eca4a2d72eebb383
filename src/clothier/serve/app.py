"""Settings and a model -> the ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from clothier.bundle import Bundle
from clothier.errors import RefusedError
from clothier.serve import monitoring, oip, openapi, pages, predict, responses
from clothier.serve.guards import CrossOriginMiddleware, GuardMiddleware
from clothier.serve.middleware import FAULTS, ExchangeMiddleware
from clothier.serve.service import Service
from clothier.serve.settings import Settings

Watch = Callable[[Service], Awaitable[None]]

_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
CODES = {404: "not_found", 405: "method_not_allowed"}


def create(
    settings: Settings | None = None, content: Bundle | None = None, watch: Watch | None = None
) -> ExchangeMiddleware:
    """The application. `content` is served in place of settings.model; `watch` runs beside it from its start to its
    end."""
    service = Service(settings or Settings(), content)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        service.start()
        watching = asyncio.ensure_future(watch(service)) if watch else None
        try:
            yield
        finally:
            if watching:
                watching.cancel()
            await service.stop()

    app = Starlette(
        routes=routes(),
        lifespan=lifespan,
        exception_handlers={
            RefusedError: _refused,
            HTTPException: _unknown,
            OSError: _short,
            Exception: _fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.service = service
    guarded: ASGIApp = GuardMiddleware(app, service.settings)
    if service.settings.origins:
        # Outside the guard: a page that may read answers may read refusals as well.
        guarded = CrossOriginMiddleware(guarded, service.settings.origins)
    return ExchangeMiddleware(guarded, service)


def routes() -> list[Route]:
    """Everything that is answered."""
    return [
        Route("/v1/predict", predict.predict, methods=["POST"]),
        Route("/v1/model", predict.model),
        Route("/livez", monitoring.livez),
        Route("/readyz", monitoring.readyz),
        Route("/metrics", monitoring.metrics),
        Route("/openapi.json", openapi.openapi),
        *oip.routes(),
        *pages.routes(),
    ]


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    return responses.refusal(error, request.scope["path"], request.state.request_id)


async def _fault(request: Request, error: Exception) -> Response:
    """What we did not foresee, without its inside."""
    words = "the service failed at this request; wanted an answer; report the request's id to whoever runs the service"
    return await _refused(request, RefusedError(500, "fault", words))


async def _short(request: Request, error: Exception) -> Response:
    """Where the machine has no more of what every request needs: files, or memory for another process."""
    if not isinstance(error, OSError) or error.errno not in _SHORT:
        raise error
    reason = os.strerror(error.errno)
    FAULTS.warning("request %s was refused: %s", request.state.request_id, reason)
    words = f"the service is busy: its system refuses more ({reason}); wanted fewer requests; try again later"
    return await _refused(request, RefusedError(503, "busy", words, 1))


async def _unknown(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself: a path or a method that is not there."""
    if not isinstance(error, HTTPException):
        raise error
    path = ascii(request.url.path)[:100]
    words = {
        404: f"{path} does not exist; wanted a path that /openapi.json lists",
        405: f"{path} does not accept {request.method[:20]}; wanted {(error.headers or {}).get('Allow', '')}",
    }
    code = CODES.get(error.status_code, "refused")
    refused = RefusedError(error.status_code, code, words.get(error.status_code, error.detail))
    response = await _refused(request, refused)
    response.headers.update(error.headers or {})
    return response
