from __future__ import annotations

import asyncio
import dataclasses
import errno
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.serve import Settings
from clothier.serve.admission import OccupancyLimit
from clothier.serve.service import Service


@pytest.fixture
def impatient(settings: Settings) -> Iterator[InProcessService]:
    running = InProcessService(dataclasses.replace(settings, body_seconds=0.3), bundle())
    yield running
    running.close()


def test_every_answer_has_an_id_and_the_headers_of_a_careful_service(here: InProcessService) -> None:
    for response in (here.get("/livez"), here.get("/nowhere"), here.post("/v1/predict", content=b"")):
        assert len(response.headers["X-Request-ID"]) == 16
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in response.headers
    assert here.get("/livez").headers["X-Request-ID"] != here.get("/livez").headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("given", "kept"), [("order-7.a_B", True), ("a b", False), ("x" * 65, False), ("", False)]
)
def test_a_plain_id_of_the_client_is_kept(here: InProcessService, given: str, kept: bool) -> None:
    assert (here.get("/livez", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given) == kept


def test_paths_and_methods_that_are_not_there_are_refused_in_words(here: InProcessService) -> None:
    response = here.get("/nowhere")
    assert response.status_code == 404
    assert (
        response.json()["error"]["message"]
        == "'/nowhere' does not exist; wanted a path that /openapi.json lists"
    )
    response = here.get("/v1/predict")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.json()["error"]["message"] == "'/v1/predict' does not accept GET; wanted POST"
    assert isinstance(here.post("/v2/health/live").json()["error"], str)


@pytest.mark.parametrize(
    "path", ["/v1/model", "/livez", "/v2", "/v2/models/cnn1/ready", "/page.js", "/metrics"]
)
def test_a_slash_at_the_end_of_a_path_changes_nothing(here: InProcessService, path: str) -> None:
    assert here.get(f"{path}/").status_code == here.get(path).status_code == 200
    assert here.get(f"{path}//").status_code == 404


def test_a_body_sent_to_a_path_with_a_slash_at_its_end_is_answered_without_a_redirect(
    here: InProcessService,
) -> None:
    response = here.post("/v1/predict/?show=image", content=photo(), headers=JPEG)
    assert (response.status_code, response.json()["answers"][0]["image"] is None) == (200, False)
    assert here.post("/v1/predict//", content=photo(), headers=JPEG).status_code == 404


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(small: InProcessService) -> None:
    async def unsaid() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield bytes(1000)

    for content, came in ((bytes(5001), "5,001"), (unsaid(), "over 5,000")):
        response = small.post("/v1/predict", content=content, headers=JPEG)
        assert response.status_code == 413
        message = response.json()["error"]["message"]
        assert message == f"the body has {came} bytes; wanted at most 5,000; send fewer or smaller pictures"
    assert small.service.bodies.budget.used == 0


def test_a_body_that_does_not_come_is_given_up_and_its_connection_closed(impatient: InProcessService) -> None:
    sent: list[Any] = []

    async def dripping() -> dict[str, Any]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def asking() -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/predict",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [
                (b"host", b"localhost"),
                (b"content-type", b"image/png"),
                (b"content-length", b"999"),
            ],
        }

        async def send(message: Any) -> None:
            sent.append(message)

        await impatient.app(scope, dripping, send)

    impatient.do(asking)
    start, body = sent
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["error"]["message"] == (
        "the body did not arrive within 0.3 s; wanted a faster upload; send fewer or smaller pictures"
    )


@pytest.mark.parametrize(
    ("header", "length", "read"),
    [("accept", b"4000000", True), ("accept", b"4194305", False), ("expect", b"4000000", False)],
)
def test_a_refused_body_is_drained_only_where_that_gets_its_client_the_answer(
    here: InProcessService, header: str, length: bytes, read: bool
) -> None:
    reads, sent = list[int](), list[Any]()

    async def receive() -> dict[str, Any]:
        reads.append(1)
        return {"type": "http.request", "body": bytes(4_000_000), "more_body": False}

    async def asking() -> None:
        headers = {"host": b"localhost", "content-type": b"text/plain", "content-length": length}
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/predict",
            "query_string": b"",
            "http_version": "1.1",
            "headers": [
                (name.encode(), value) for name, value in {**headers, header: b"100-continue"}.items()
            ],
        }

        async def send(message: Any) -> None:
            sent.append(message)

        await here.app(scope, receive, send)

    here.do(asking)
    assert sent[0]["status"] == 415
    assert bool(reads) == read
    assert ((b"connection", b"close") in sent[0]["headers"]) != read


def test_large_bodies_together_are_refused_before_memory_runs_short(small: InProcessService) -> None:
    async def asking() -> list[int]:
        refused = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield bytes(4000)
            await refused.wait()
            yield b"x"

        async def one() -> int:
            response = await small.asking("POST", "/v1/predict", content=slowly(), headers=JPEG)
            return response.status_code

        statuses: list[int] = []
        for answered in asyncio.as_completed([one() for _ in range(4)]):
            statuses.append(await answered)
            if len(statuses) == 2:
                refused.set()
        return statuses

    assert small.do(asking) == [429, 429, 422, 422]
    assert small.service.bodies.budget.used == 0


def test_a_fault_of_ours_is_told_without_its_inside(
    here: InProcessService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: Service, crowd: OccupancyLimit) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Service, "admit", failing)
    response = here.post("/v1/predict", content=photo(), headers=JPEG)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "fault"
    assert "secret" not in response.text
    assert response.json()["error"]["request_id"] == response.headers["X-Request-ID"]


def test_what_the_system_refuses_is_busy_and_no_fault(
    here: InProcessService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(self: Service, crowd: OccupancyLimit) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(Service, "admit", failing)
    response = here.post("/v1/predict", content=photo(), headers=JPEG)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert response.json()["error"]["message"] == (
        "the service is busy: its system refuses more (Too many open files); wanted fewer requests; try again later"
    )
    assert [record.exc_info for record in caplog.records if record.name == "clothier.faults"] == [None]


def test_what_is_logged_is_one_line_of_json_without_contents(
    here: InProcessService, caplog: pytest.LogCaptureFixture
) -> None:
    content = photo()
    with caplog.at_level(logging.INFO, "clothier.access"):
        response = here.post("/v1/predict?show=image", content=content, headers=JPEG)
    line = json.loads(caplog.messages[-1])
    assert line["id"] == response.headers["X-Request-ID"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/predict", 200)
    assert (line["received"], line["sent"]) == (len(content), len(response.content))
    assert len(caplog.messages[-1]) < 400


def test_while_it_ends_a_service_refuses_new_work_and_says_so() -> None:
    running = InProcessService(Settings(decoders=1), bundle())
    try:
        started = asyncio.run_coroutine_threadsafe(running.service.drain(), running.loop)
        while running.service.state != "draining":
            pass
        response = running.post("/v1/predict", content=photo(), headers=JPEG)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert response.headers["Connection"] == "close"
        assert response.json()["error"]["message"] == (
            "the service is shutting down; wanted one that is ready; try again later"
        )
        assert running.get("/readyz").status_code == running.get("/v2/health/ready").status_code == 503
        assert running.get("/livez").status_code == 200
        started.result(60)
    finally:
        running.close()
