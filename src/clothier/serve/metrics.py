"""What a service counts, in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

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

    def text(self, counters: dict[str, float], gauges: dict[str, float]) -> str:
        """All of it, and those counters and gauges by name."""
        lines = ["# TYPE clothier_requests_total counter"]
        for (path, status), count in sorted(self.requests.items()):
            lines.append(f'clothier_requests_total{{path="{path}",status="{status}"}} {count}')
        lines.append("# TYPE clothier_pictures_total counter")
        for name, count in sorted(self.pictures.items()):
            lines.append(f'clothier_pictures_total{{status="{name}"}} {count}')
        lines.append("# TYPE clothier_request_seconds histogram")
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
                lines += [f"# TYPE clothier_{name} {kind}", f"clothier_{name} {value:g}"]
        return "\n".join(lines) + "\n"
