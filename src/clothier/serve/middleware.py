"""What every exchange of a request and its response gets: an id, security headers, a line in the log, counts."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clothier.errors import RefusedError
from clothier.serve import responses
from clothier.serve.request_body import content_length
from clothier.serve.service import Service

ACCESS = logging.getLogger("clothier.access")
FAULTS = logging.getLogger("clothier.faults")
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
# So much of a refused body is still received, and thrown away, before its answer goes out. Clients that send all of it
# before they read (Python's http.client and what is built on it) would else get a broken pipe in place of the answer.
_DRAIN_BYTES, _DRAIN_SECONDS = 4 * 2**20, 1.0


@dataclass
class _Exchange:
    """One request and its response so far."""

    request_id: str
    began: float = field(default_factory=time.perf_counter)
    received_bytes: int = 0
    sent_bytes: int = 0
    body_ended: bool = False  # all of the body was received
    drainable: bool = True  # what is left of a refused body is received
    status: int = 0
    answered: bool = False


class ExchangeMiddleware:
    """The application, with all of that; the outermost."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A path with a slash at its end is the same; a redirect would lose the body.
        scope["path"] = scope["path"].removesuffix("/") or "/"
        headers = Headers(scope=scope)
        exchange = _Exchange(responses.request_id(headers.get(responses.REQUEST_ID, "")))
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        length = 0 if "content-length" not in headers else content_length(headers)
        exchange.body_ended = length == 0 and "transfer-encoding" not in headers
        # Who waits for 100 Continue reads the answer first; what is longer than is drained is cut off in any case.
        exchange.drainable = "expect" not in headers and length is not None and length <= _DRAIN_BYTES

        async def counted_receive() -> Message:
            message = await receive()
            exchange.received_bytes += len(message.get("body", b""))
            exchange.body_ended |= message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        async def marked_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                if exchange.drainable:
                    await _drain(exchange, counted_receive)
                self._set_headers(exchange, message)
            exchange.sent_bytes += len(message.get("body", b""))
            exchange.answered = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        self.service.requests += 1
        try:
            await self._answer(scope, exchange, counted_receive, marked_send)
        finally:
            self.service.requests -= 1
            self._log(scope, exchange)

    async def _answer(self, scope: Scope, exchange: _Exchange, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except RefusedError as error:
            await responses.refusal(error, scope["path"], exchange.request_id)(scope, receive, send)
        except Exception:
            FAULTS.exception("request %s failed", exchange.request_id)
            if not exchange.answered:
                raise  # so that the server closes the connection after half an answer

    def _set_headers(self, exchange: _Exchange, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        headers[responses.REQUEST_ID] = exchange.request_id
        if not exchange.body_ended or self.service.is_ending:
            headers["Connection"] = "close"
        if "Access-Control-Allow-Origin" in headers:
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    def _log(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.began
        route = scope.get("route")
        self.service.metrics.request(getattr(route, "path", "other"), exchange.status, seconds)
        if ACCESS.isEnabledFor(logging.INFO):
            content = {
                "time": round(time.time(), 3),
                "id": exchange.request_id,
                "client": (scope.get("client") or ("",))[0],
                "method": scope["method"],
                "path": scope["path"][:200],
                "status": exchange.status,
                "seconds": round(seconds, 4),
                "received": exchange.received_bytes,
                "sent": exchange.sent_bytes,
            }
            ACCESS.info("%s", json.dumps(content))


async def _drain(exchange: _Exchange, receive: Receive) -> None:
    most = exchange.received_bytes + _DRAIN_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while not exchange.body_ended and exchange.received_bytes < most:
                await receive()
