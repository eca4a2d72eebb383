"""BentoML with its adaptive batching.

WORKERS=1 python -m bentoml serve benchmarks.serve.peers.bentoml_app:Clothes --port PORT
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bentoml

from benchmarks.serve.peers.shared import Network


@bentoml.service(workers=int(os.environ.get("WORKERS", "1")))
class Clothes:
    def __init__(self) -> None:
        self.network = Network()

    # The values of its page on adaptive batching; with less patience it refuses what it could answer in time.
    @bentoml.api(batchable=True, max_batch_size=32, max_latency_ms=1000)  # type: ignore[untyped-decorator]  # no types here
    def predict(self, file: list[Path]) -> list[dict[str, Any]]:
        return self.network.answers([self.network.prepare(path) for path in file])
