"""A session -> the ASGI application, for a browser on this machine alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clothier.errors import ClothierError, RefusedError
from clothier.label import pictures
from clothier.label.session import Session, StaleError, Wish
from clothier.serve.pages import KINDS, PageFiles

FOLDER = Path(__file__).parent / "page"
TOKEN = "x-clothier-token"
MOST_BODY = 2**20  # bytes
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def create(session: Session, token: str, port: int) -> ASGIApp:
    """The application. Requests must name this machine's own address and port, come from no other site's page and, but
    for the page's files, bring the token."""
    answers = _Answers(session)
    files = PageFiles(directory=FOLDER, html=True)
    names = [path.name for path in sorted(FOLDER.glob("*")) if path.suffix in KINDS]
    app = Starlette(
        routes=[
            Route("/api/state", answers.state),
            Route("/api/items", answers.items),
            Route("/api/items/{id:path}", answers.item),
            Route("/api/decisions", answers.decide, methods=["POST"]),
            Route("/api/undo", answers.undo, methods=["POST"]),
            Route("/image/{id:path}", answers.image),
            *(Route("/" if name == "index.html" else f"/{name}", files, methods=["GET"]) for name in names),
        ],
        exception_handlers={
            StaleError: _stale,
            ClothierError: _refused,
            HTTPException: _unknown,
            Exception: _fault,
        },
    )
    app.router.redirect_slashes = False
    return _Guard(app, token, port)


class _Answers:
    """The endpoints. What touches the log or a picture runs on a thread."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def state(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._session.state))

    async def items(self, request: Request) -> Response:
        asked = request.query_params
        order = asked.get("order", self._session.order)
        offset, count = (
            _number(asked.get("offset", "0"), "offset"),
            _number(asked.get("count", "20"), "count"),
        )
        undecided = asked.get("undecided", "0") == "1"

        def answer() -> dict[str, Any]:
            return self._session.items(order, offset, count, undecided=undecided)

        return JSONResponse(await run_in_threadpool(answer))

    async def item(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._session.item, request.path_params["id"]))

    async def decide(self, request: Request) -> Response:
        wishes = _wishes(await _body(request))
        return JSONResponse(await run_in_threadpool(self._session.decide, wishes))

    async def undo(self, request: Request) -> Response:
        await _body(request)
        return JSONResponse(await run_in_threadpool(self._session.undo))

    async def image(self, request: Request) -> Response:
        image, size = request.path_params["id"], _number(request.query_params.get("size", "512"), "size")
        if size not in pictures.SIZES:
            raise RefusedError(
                400, "bad_size", f"size is {size}; wanted {' or '.join(map(str, pictures.SIZES))}"
            )

        def answer() -> tuple[bytes, str]:
            return pictures.of(self._session.file(image), self._session.pixels(image), size)

        content, kind = await run_in_threadpool(answer)
        return Response(content, media_type=kind, headers={"Cache-Control": "private, max-age=3600"})


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise RefusedError(400, "bad_number", f"{name} is {ascii(text)[:40]}; wanted a whole number")
    return int(text)


async def _body(request: Request) -> dict[str, Any]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BODY:
            raise RefusedError(
                413, "too_large", f"the body has over {MOST_BODY:,} bytes; wanted fewer decisions"
            )
    try:
        read = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise RefusedError(400, "bad_json", "the body is not a JSON object; wanted one")
    return read


def _wishes(body: dict[str, Any]) -> list[Wish]:
    made = []
    given = body.get("decisions")
    for each in given if isinstance(given, list) else [None]:
        fields = each if isinstance(each, dict) else {}
        image, version, action, new = (fields.get(name) for name in ("id", "version", "action", "new"))
        is_right = isinstance(image, str) and type(version) is int and isinstance(action, str)
        if not is_right or not (new is None or type(new) is int):
            raise RefusedError(
                400,
                "bad_decisions",
                "a decision is not as it should be; wanted {id, version, action, new} in `decisions`",
            )
        made.append(Wish(str(image), int(version or 0), str(action), new))
    return made


class _Guard:
    """Refuses, before anything else is done, what does not come from the page of this service on this machine."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in _LOOPBACK}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = self._fault(scope)
        app: ASGIApp = self._app if refused is None else _error(*refused)
        await app(scope, receive, secured)

    def _fault(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host, origin = headers.getlist("host"), headers.get("origin", "")
        if len(host) != 1 or host[0].lower() not in self._hosts:
            return 421, "the request is for another host; open the address that `clothier label` printed"
        site = headers.get("sec-fetch-site", "same-origin")
        is_own = not origin or origin.partition("://")[2] == host[0]
        if not is_own or (site not in ("same-origin", "none") and scope["method"] != "GET"):
            return 403, "a web page of another site sent this; open the address that `clothier label` printed"
        if not scope["path"].startswith(("/api/", "/image/")):
            return None
        given = headers.get(TOKEN, "")
        if not given and scope["path"].startswith("/image/"):
            given = Request(scope).query_params.get("token", "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return 401, "the token is missing or wrong; open the address that `clothier label` printed"
        return None


def _error(status: int, words: str, **more: Any) -> JSONResponse:
    return JSONResponse({"error": words, **more}, status)


async def _stale(request: Request, error: Exception) -> Response:
    assert isinstance(error, StaleError)
    return _error(409, str(error), conflicts=error.conflicts)


async def _refused(request: Request, error: Exception) -> Response:
    """What was asked cannot be had (4xx), or the log cannot be read or written (507)."""
    return _error(error.status if isinstance(error, RefusedError) else 507, str(error))


async def _unknown(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.status_code, f"{ascii(request.url.path)[:100]}: {error.detail}")


async def _fault(request: Request, error: Exception) -> Response:
    return _error(500, "the service failed at this request; what was decided before is kept")


Handler = Callable[[Request, Exception], Awaitable[Response]]
