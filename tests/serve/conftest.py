"""Services to ask: one for the whole session, and one with small limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.in_process_service import InProcessService, bundle

from clothier.serve import Settings


@pytest.fixture(scope="session")
def here() -> Iterator[InProcessService]:
    running = InProcessService()
    yield running
    running.close()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        decoders=1, body_bytes=5000, reading_bytes=16_000, body_seconds=60, origins=("https://a.example",)
    )


@pytest.fixture
def small(settings: Settings) -> Iterator[InProcessService]:
    running = InProcessService(settings, bundle())
    yield running
    running.close()
