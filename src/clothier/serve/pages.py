"""The page: every file of the folder `page` beside this one, from memory; index.html is /. And pictures to try."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from clothier.serve import samples

FOLDER = Path(__file__).parent / "page"
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def routes() -> list[Route]:
    """A route a file of the page, and one a sample."""
    files = [_route(path) for path in sorted(FOLDER.glob("*")) if path.suffix in KINDS]
    return [*files, *samples.routes()]


def _route(path: Path) -> Route:
    content, kind = path.read_bytes(), KINDS[path.suffix]

    async def page(request: Request) -> Response:
        return Response(content, media_type=kind, headers=HEADERS)

    return Route("/" if path.name == "index.html" else f"/{path.name}", page)
