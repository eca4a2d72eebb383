"""What a service counts, in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
HELP = {
    "requests_total": "Requests by route and status.",
    "pictures_total": "Pictures by the status of their answer.",
    "request_seconds": "Seconds from a request's headers to the end of its answer.",
    "batches_total": "Batches that went through the network.",
    "batch_images_total": "Images that went through the network.",
    "decoders_replaced_total": "Decoders replaced because they were killed, hung, or their request was abandoned.",
    "ready": "Whether the service accepts requests.",
    "pictures_in_work": "Pictures in progress or waiting.",
    "passes_in_work": "Network passes that large requests in progress cost.",
    "requests_in_progress": "Requests without an answer yet.",
    "bytes_in_work": "Bytes of request bodies being received or processed.",
}
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds

# Else each counter comes with a gauge of when it was made.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The counts of one service, in a registry of its own: `requests` by path and status with their `seconds`, and
    `pictures` by their answers' status."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._readings = _Readings()
        self._requests = Counter(*_named("requests_total"), ("path", "status"), registry=self._registry)
        self._pictures = Counter(*_named("pictures_total"), ("status",), registry=self._registry)
        self._seconds = Histogram(*_named("request_seconds"), registry=self._registry, buckets=BUCKETS)
        self._registry.register(self._readings)

    def request(self, path: str, status: int, seconds: float) -> None:
        """Count a request, whose path is a route's."""
        self._requests.labels(path, str(status)).inc()
        self._seconds.observe(seconds)

    def picture(self, status: str) -> None:
        """Count a picture by the status of its answer."""
        self._pictures.labels(status).inc()

    def text(self, counters: Mapping[str, int], gauges: Mapping[str, int]) -> bytes:
        """All of it, and those counters and gauges, named in HELP."""
        self._readings.counters, self._readings.gauges = counters, gauges
        return generate_latest(self._registry)


class _Readings(Collector):
    """What is counted elsewhere, and read when it is asked for."""

    counters: Mapping[str, int] = {}
    gauges: Mapping[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        for name, value in self.counters.items():
            yield CounterMetricFamily(*_named(name), value)
        for name, value in self.gauges.items():
            yield GaugeMetricFamily(*_named(name), value)


def _named(name: str) -> tuple[str, str]:
    return f"clothier_{name}", HELP[name]
