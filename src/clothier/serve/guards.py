"""Which hosts this service answers as, and which web pages may post to it.

A page of a stranger reaches a service on this machine in two ways: it binds a name of its own to this address (DNS
rebinding), or it posts a form here. Neither needs the page to be allowed to read what another origin says. So names
that nobody gave to this service are refused, and so is what a browser sends for a page of another site. A number is
no name and cannot be bound to another address; clients that are no browser say nothing of sites.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from clothier.errors import RefusedError
from clothier.serve import responses
from clothier.serve.settings import Settings

ANY = "*"
_HOST = re.compile(r"(\[[0-9A-Za-z:.%_~-]+\]|[A-Za-z0-9._-]+)(:[0-9]{0,5})?")
_SAFE = ("GET", "HEAD", "OPTIONS")
_METHODS = ("GET", "POST")
_REQUEST_HEADERS = ("Content-Type", "Inference-Header-Content-Length", responses.REQUEST_ID)
_RESPONSE_HEADERS = ("Retry-After", "Inference-Header-Content-Length", responses.REQUEST_ID)


class GuardMiddleware:
    """Refuses requests for other hosts and from pages of other sites before anything is done for them."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._origins = app, settings.origins
        self._hosts = HostPolicy((settings.host, *settings.allow_hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            try:
                self._hosts.check(headers, scope.get("http_version", ""))
                check_same_site(scope["method"], headers, self._origins)
            except RefusedError as error:
                answer = responses.refusal(error, scope["path"], scope["state"]["request_id"])
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


class CrossOriginMiddleware(CORSMiddleware):
    """Lets pages of `origins` post and read answers. What a preflight asks for and may not have is refused in words of
    ours."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_REQUEST_HEADERS,
            allow_private_network=True,
            expose_headers=_RESPONSE_HEADERS,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        allowed = super().preflight_response(request_headers)
        if allowed.status_code != 200:
            origin, method = request_headers["origin"], request_headers["access-control-request-method"]
            raise RefusedError(
                403,
                "cross_site",
                f"a web page of another site ({ascii(origin)[:80]}) may not send {ascii(method)[1:-1][:20]} with these "
                f"headers; wanted GET or POST with {', '.join(_REQUEST_HEADERS)} from an origin that "
                "the service allows; start it with --origin to allow others",
            )
        del allowed.headers["content-length"], allowed.headers["content-type"]
        return Response(status_code=204, headers=allowed.headers)


class HostPolicy:
    """The names of a service: `localhost`, this machine's own, and `names`; ANY of them stands for all. Every address
    in numbers is answered as well."""

    def __init__(self, names: Sequence[str]) -> None:
        self._any = ANY in names
        self._names = {_plain(name) for name in ("localhost", socket.gethostname(), *names)}

    def check(self, headers: Headers, version: str) -> None:
        """RefusedError unless the request is for this service: 400 where it names no host, or several, 421 for the name
        of another. HTTP/1.0 need not name one."""
        hosts = [value for value in headers.getlist("host") if value]  # Granian makes up an empty one
        if not hosts and version in ("1.0", "1"):  # the latter is Granian's word for it
            return
        if len(hosts) != 1:
            came = "no Host header" if not hosts else f"{len(hosts)} Host headers"
            raise RefusedError(400, "bad_host", f"the request has {came}; wanted exactly one")
        found = _HOST.fullmatch(hosts[0])
        if found is None or (found[1][0] == "[" and not _is_number(_plain(found[1]))):
            raise RefusedError(
                400,
                "bad_host",
                f"Host is {ascii(hosts[0])[:80]}; wanted a name or an address, and perhaps a port",
            )
        name = _plain(found[1])
        if not (self._any or name in self._names or _is_number(name)):
            raise RefusedError(
                421,
                "unknown_host",
                f"the service does not answer as {ascii(name)[:80]}; wanted an IP address, localhost or an allowed "
                "name; start it with --allow-host NAME to add one",
            )


def check_same_site(method: str, headers: Headers, origins: Sequence[str]) -> None:
    """RefusedError 403 where a browser posts for a page of another site, unless `origins` names that or has ANY."""
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if method in _SAFE or ANY in origins or origin in origins:
        return
    # Browsers tell the site only to hosts that they trust, such as localhost; elsewhere there is the origin alone.
    if site in ("same-origin", "none") or (not site and origin.partition("://")[2] == headers.get("host")):
        return
    if site or origin:
        raise RefusedError(
            403,
            "cross_site",
            f"a web page of another site ({ascii(origin)[:80]}) sent this; wanted a page of this service; start it "
            "with --origin to allow others",
        )


def _plain(name: str) -> str:
    """Without brackets, the last dot and capitals."""
    return name.strip("[]").removesuffix(".").lower()


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.replace("%25", "%"))
    except ValueError:
        return False
    return True
