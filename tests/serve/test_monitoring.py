from __future__ import annotations

import re

import prometheus_client
import pytest
from prometheus_client.parser import text_string_to_metric_families
from support.in_process_service import JPEG, InProcessService, bundle, photo

from clothier.serve import Settings
from clothier.serve.metrics import HELP, Metrics


def test_metrics_count_what_was_done() -> None:
    running = InProcessService(Settings(decoders=1), bundle())
    try:
        for content in (photo(), photo(), b"no picture"):
            running.post("/v1/predict", content=content, headers=JPEG)
        running.get("/never/heard/of")
        response = running.get("/metrics")
    finally:
        running.close()
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert {family.documentation for family in families.values()} == set(HELP.values())
    counts = {
        (sample.name.removeprefix("clothier_"), *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    lines = response.text.splitlines()
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    assert typed == {f"clothier_{name}" for name in HELP}
    for line in lines:
        assert re.fullmatch(
            r"# HELP \w+ [A-Z][\w ',]+\."
            r'|# TYPE \w+ (counter|gauge|histogram)|\w+(\{(\w+="[^"]*",?)+\})? [\d.e+-]+',
            line,
        ), line
    assert counts["requests_total", "/v1/predict", "200"] == 2
    assert counts["requests_total", "/v1/predict", "422"] == 1
    assert counts["requests_total", "other", "404"] == 1
    assert counts["pictures_total", "unreadable"] == 1
    assert counts["request_seconds_bucket", "+Inf"] == counts["request_seconds_count",] == 4
    assert counts["batch_images_total",] == 2
    assert counts["pictures_in_work",] == 0
    assert counts["requests_in_progress",] == 1


@pytest.mark.parametrize("count", [1_000_001, 12_345_678, 2**53 - 1])
def test_a_large_count_is_not_rounded(count: int) -> None:
    metrics = Metrics()
    text = metrics.text({"batches_total": count}, {"ready": True}).decode()
    read = {family.name: family.samples for family in text_string_to_metric_families(text)}
    assert [sample.value for sample in read["clothier_batches"]] == [count]
    assert [sample.value for sample in read["clothier_ready"]] == [1]


def test_each_service_counts_for_itself_and_for_nobody_else() -> None:
    first, second = Metrics(), Metrics()
    first.picture("sure")
    assert b'clothier_pictures_total{status="sure"} 1.0\n' in first.text({}, {})
    assert b"sure" not in second.text({}, {})
    assert b"clothier" not in prometheus_client.generate_latest()


def test_it_says_that_it_is_ready(here: InProcessService) -> None:
    for path in ("/livez", "/readyz"):
        assert (here.get(path).status_code, here.get(path).json()) == (200, {"state": "ready"})
