from __future__ import annotations

import re

from serve.in_process import JPEG, Here, bundle, photo

from clothier.serve import Settings
from clothier.serve.metrics import HELP, Metrics


def test_metrics_count_what_was_done() -> None:
    running = Here(Settings(decoders=1), bundle())
    try:
        for content in (photo(), photo(), b"no picture"):
            running.post("/v1/predict", content=content, headers=JPEG)
        running.get("/never/heard/of")
        response = running.get("/metrics")
    finally:
        running.close()
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = response.text.splitlines()
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    assert typed == {f"clothier_{name}" for name in HELP}
    for line in lines:
        assert re.fullmatch(
            r"# HELP \w+ [A-Z][\w ',]+\."
            r'|# TYPE \w+ (counter|gauge|histogram)|\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+',
            line,
        ), line
    assert 'clothier_requests_total{path="/v1/predict",status="200"} 2' in lines
    assert 'clothier_requests_total{path="/v1/predict",status="422"} 1' in lines
    assert 'clothier_requests_total{path="other",status="404"} 1' in lines
    assert 'clothier_pictures_total{status="unreadable"} 1' in lines
    assert 'clothier_request_seconds_bucket{le="+Inf"} 4' in lines
    assert "clothier_batch_images_total 2" in lines
    assert "clothier_pictures_in_work 0" in lines
    assert "clothier_requests_in_progress 1" in lines


def test_a_large_count_is_not_rounded() -> None:
    text = Metrics().text({"batches_total": 12_345_678}, {"ready": True})
    assert "\nclothier_batches_total 12345678\n" in text
    assert "\nclothier_ready 1\n" in text


def test_it_says_that_it_is_ready(here: Here) -> None:
    for path in ("/livez", "/readyz"):
        assert (here.get(path).status_code, here.get(path).json()) == (200, {"state": "ready"})
