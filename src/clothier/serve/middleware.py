"""Around every request: its id, whom it is for, security headers, CORS, what is logged and counted."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clothier.errors import RefusedError
from clothier.serve import responses
from clothier.serve.guards import Hosts, check_site
from clothier.serve.service import Service

ID = "X-Request-ID"
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
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": f"Content-Type, Inference-Header-Content-Length, {ID}",
    "Access-Control-Max-Age": "600",
}
EXPOSED = f"Retry-After, Inference-Header-Content-Length, {ID}"
# So much of a refused body is still received, and thrown away, before its answer goes out. Clients that send all of it
# before they read (Python's http.client and what is built on it) would else get a broken pipe in place of the answer.
_DRAINED_BYTES, _DRAINED_SECONDS = 4 * 2**20, 1.0


@dataclass
class _Exchange:
    """One request and its response, as far as they have come."""

    request_id: str
    origin: str  # that may read the answer, "" for none but our own
    began: float = field(default_factory=time.perf_counter)
    came: int = 0
    sent: int = 0
    ended: bool = False  # the body has come to its end
    drainable: bool = True  # what is left of a refused body is received
    status: int = 0
    answered: bool = False


class Around:
    """The application, with all of that."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self.service = app, service
        self._hosts = Hosts((service.settings.host, *service.settings.allow_hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A path with a slash at its end is the same; a redirect would lose the body.
        scope["path"] = scope["path"].removesuffix("/") or "/"
        headers = Headers(scope=scope)
        exchange = _Exchange(
            responses.request_id(headers.get(ID, "")), self._allowed(headers.get("origin", ""))
        )
        scope.setdefault("state", {})["request_id"] = exchange.request_id
        length = headers.get("content-length", "0")
        exchange.ended = length == "0" and "transfer-encoding" not in headers
        # Who waits for 100 Continue reads the answer first; what is longer than is drained is cut off in any case.
        exchange.drainable = (
            "expect" not in headers and length.isdecimal() and int(length[:19]) <= _DRAINED_BYTES
        )

        async def received() -> Message:
            message = await receive()
            exchange.came += len(message.get("body", b""))
            exchange.ended |= message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                if exchange.drainable:
                    await _drain(exchange, received)
                self._mark(exchange, message)
            exchange.sent += len(message.get("body", b""))
            exchange.answered = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        self.service.requests += 1
        try:
            await self._answer(scope, headers, exchange, received, sending)
        finally:
            self.service.requests -= 1
            self._note(scope, exchange)

    async def _answer(
        self, scope: Scope, headers: Headers, exchange: _Exchange, receive: Receive, send: Send
    ) -> None:
        try:
            self._hosts.check(headers, scope.get("http_version", ""))
            check_site(scope["method"], headers, self.service.settings.origins)
        except RefusedError as error:
            await responses.refusal(error, scope["path"], exchange.request_id)(scope, receive, send)
            return
        asked = "access-control-request-method" in headers
        if scope["method"] == "OPTIONS" and exchange.origin and asked:
            await Response(status_code=204, headers=ALLOWED)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception:
            FAULTS.exception("request %s failed", exchange.request_id)
            if not exchange.answered:
                raise  # at which the server closes the connection: half an answer is none

    def _allowed(self, origin: str) -> str:
        origins = self.service.settings.origins
        return origin if origin and (origin in origins or "*" in origins) else ""

    def _mark(self, exchange: _Exchange, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in SECURITY.items():
            headers.setdefault(name, value)
        headers[ID] = exchange.request_id
        if not exchange.ended or self.service.is_ending:
            headers["Connection"] = "close"
        if self.service.settings.origins:
            headers.add_vary_header("Origin")
        if exchange.origin:
            headers["Access-Control-Allow-Origin"] = exchange.origin
            headers["Access-Control-Expose-Headers"] = EXPOSED
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    def _note(self, scope: Scope, exchange: _Exchange) -> None:
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
                "received": exchange.came,
                "sent": exchange.sent,
            }
            ACCESS.info("%s", json.dumps(content))


async def _drain(exchange: _Exchange, receive: Receive) -> None:
    most = exchange.came + _DRAINED_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAINED_SECONDS):
            while not exchange.ended and exchange.came < most:
                await receive()
