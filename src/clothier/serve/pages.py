"""The page: every file of the folder `page` beside this one; index.html is /. And pictures to try."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

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
    """A route a file of the page, and one a sample. Other paths reach no file."""
    files = PageFiles(directory=FOLDER, html=True)
    names = [path.name for path in sorted(FOLDER.glob("*")) if path.suffix in KINDS]
    paths = ["/" if name == "index.html" else f"/{name}" for name in names]
    return [*(Route(path, files, methods=["GET"]) for path in paths), *samples.routes()]


class PageFiles(StaticFiles):
    """Starlette's static files, with the page's headers."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        # A page of 40 KB needs no ranges, and refusals of a wrong one would be in Starlette's words.
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"range"]
        response = super().file_response(full_path, stat_result, scope, status_code)
        # With 304 as well: a browser takes over the headers of that answer.
        response.headers.update(HEADERS)
        if response.status_code == 200:
            response.headers["Accept-Ranges"] = "none"
            # Not what this machine's table of types says.
            response.headers["Content-Type"] = f"{KINDS[Path(full_path).suffix]}; charset=utf-8"
        return response
