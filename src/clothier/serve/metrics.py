"""What a service counts, in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

HELP = {
    "requests_total": "Requests by route and status.",
    "pictures_total": "Pictures by the status of their answer.",
    "request_seconds": "Time from a request's head to the end of its answer.",
    "batches_total": "Batches that went through the network.",
    "batch_images_total": "Images that went through the network.",
    "decoders_replaced_total": "Decoders that were killed or hung, or whose request was given up.",
    "ready": "Whether new work is taken.",
    "pictures_in_work": "Pictures that are worked on or wait.",
    "passes_in_work": "Passes of the network that large requests in work cost.",
    "requests_in_progress": "Requests that are not answered yet.",
    "bytes_in_work": "Bytes of the bodies of requests that are received or worked on.",
}
BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds


class Metrics:
    """Requests by path and status, their seconds, and pictures by their answers' status."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.pictures: Counter[str] = Counter()
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def request(self, path: str, status: int, seconds: float) -> None:
        """One more, of a path that is a route's."""
        self.requests[path, status] += 1
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def text(self, counters: dict[str, int], gauges: dict[str, int]) -> str:
        """All of it, and those counters and gauges, named in HELP."""
        lines = _head("requests_total", "counter")
        for (path, status), count in sorted(self.requests.items()):
            lines.append(f'clothier_requests_total{{path="{path}",status="{status}"}} {count}')
        lines += _head("pictures_total", "counter")
        for name, count in sorted(self.pictures.items()):
            lines.append(f'clothier_pictures_total{{status="{name}"}} {count}')
        lines += _head("request_seconds", "histogram")
        total = 0
        for most, count in zip((*BUCKETS, "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'clothier_request_seconds_bucket{{le="{most}"}} {total}')
        lines += [
            f"clothier_request_seconds_sum {self._seconds:.6f}",
            f"clothier_request_seconds_count {total}",
        ]
        for kind, values in (("counter", counters), ("gauge", gauges)):
            for name, value in values.items():
                lines += [*_head(name, kind), f"clothier_{name} {int(value)}"]
        return "\n".join(lines) + "\n"


def _head(name: str, kind: str) -> list[str]:
    return [f"# HELP clothier_{name} {HELP[name]}", f"# TYPE clothier_{name} {kind}"]
