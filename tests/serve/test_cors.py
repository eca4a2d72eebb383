"""Which web pages of other sites may read answers."""

from __future__ import annotations

import pytest
from support.in_process_service import InProcessService, bundle

from clothier.serve import Settings


def test_only_pages_of_the_named_origins_may_read_answers(
    small: InProcessService, here: InProcessService
) -> None:
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    response = small.ask("OPTIONS", "/v1/predict", headers=asked)
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (
        204,
        "https://a.example",
    )
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert small.get("/livez", headers=asked).headers["Access-Control-Allow-Origin"] == "https://a.example"
    for running, origin in ((small, "https://b.example"), (here, "https://a.example")):
        response = running.ask("OPTIONS", "/v1/predict", headers={**asked, "Origin": origin})
        assert response.status_code == (403 if running is small else 405)
        assert "Access-Control-Allow-Origin" not in response.headers


ASKED = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
ASKED_HEADERS = "Access-Control-Request-Headers"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({ASKED_HEADERS: "content-type, x-request-id, inference-header-content-length"}, 204),
        ({"Access-Control-Request-Private-Network": "true"}, 204),
        ({"Access-Control-Request-Method": "PUT"}, 403),
        ({ASKED_HEADERS: "X-Other"}, 403),
        ({"Origin": "https://a.example.evil"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://a.example"}, 403),
    ],
)
def test_a_preflight_is_answered_without_a_body_or_refused_in_one_line(
    small: InProcessService, more: dict[str, str], status: int
) -> None:
    response = small.ask("OPTIONS", "/v1/predict", headers={**ASKED, **more})
    assert response.status_code == status
    if status == 204:
        assert (response.content, "Content-Type" in response.headers) == (b"", False)
        assert "Origin" in response.headers["Vary"]
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
    else:
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.json()["error"]["code"] == "cross_site"
        assert (
            response.json()["error"]["message"].startswith("a web page of another site ('http")
            or "null" in more.values()
        )
        assert "CORS" not in response.text


def test_a_page_of_an_allowed_origin_may_read_answers_and_refusals(small: InProcessService) -> None:
    page = {"Origin": "https://a.example", "Sec-Fetch-Site": "cross-site"}
    for path, more, status in (
        ("/livez", {}, 200),
        ("/nowhere", {}, 404),
        ("/livez", {"Host": "rebound.example"}, 421),
    ):
        response = small.get(path, headers={**page, **more})
        assert response.status_code == status
        assert response.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Vary"] == "Origin"
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]
    response = small.get("/livez")
    assert (response.headers["Cross-Origin-Resource-Policy"], response.headers["Vary"]) == (
        "same-origin",
        "Origin",
    )


def test_where_any_origin_is_allowed_every_page_may_read_answers() -> None:
    running = InProcessService(Settings(decoders=1, origins=("*",)), bundle())
    try:
        response = running.get("/livez", headers={"Origin": "https://b.example"})
        preflight = running.ask("OPTIONS", "/v1/predict", headers={**ASKED, "Origin": "null"})
    finally:
        running.close()
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
