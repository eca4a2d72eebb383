"""One service for the tests that only ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.in_process_service import InProcessService


@pytest.fixture(scope="session")
def here() -> Iterator[InProcessService]:
    running = InProcessService()
    yield running
    running.close()
