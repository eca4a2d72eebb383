"""The files of the page over HTTP."""

from __future__ import annotations

import pytest
from support.in_process_service import InProcessService

from clothier.serve import pages

KINDS = {"page.js": "text/javascript", "page.css": "text/css", "icon.svg": "image/svg+xml", "": "text/html"}


@pytest.mark.parametrize(("name", "kind"), KINDS.items())
def test_files_of_the_page_come_with_their_type_and_policy(
    here: InProcessService, name: str, kind: str
) -> None:
    response = here.get(f"/{name}")
    assert response.status_code == 200
    assert response.content == (pages.FOLDER / (name or "index.html")).read_bytes()
    assert response.headers["Content-Type"] == f"{kind}; charset=utf-8"
    for header, value in pages.HEADERS.items():
        assert response.headers[header] == value
    assert here.ask("HEAD", f"/{name}").headers["Content-Length"] == str(len(response.content))


def test_a_file_that_the_browser_has_is_not_sent_again_and_keeps_its_policy(here: InProcessService) -> None:
    first = here.get("/")
    again = here.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Content-Security-Policy"] == pages.HEADERS["Content-Security-Policy"]
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("value", ["bytes=0-9", "bytes=0-1,3-4", "bytes=9-1", "lines=1", "bytes=999999999-"])
def test_a_file_comes_whole_whatever_range_is_asked_for(here: InProcessService, value: str) -> None:
    response = here.get("/page.js", headers={"Range": value})
    assert (response.status_code, response.content) == (200, here.get("/page.js").content)


@pytest.mark.parametrize(
    "path", ["/index.html", "/.", "/%2e%2e/app.py", "/..%2fapp.py", "/page.js/x", "/%00", "/" + "x" * 5000]
)
def test_no_other_path_reaches_a_file(here: InProcessService, path: str) -> None:
    response = here.get(path)
    if response.status_code != 200:
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    else:
        assert response.content == here.get("/").content


def test_what_is_posted_to_a_page_is_refused_with_what_may_be_done(here: InProcessService) -> None:
    response = here.post("/page.js")
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (405, {"GET", "HEAD"})
