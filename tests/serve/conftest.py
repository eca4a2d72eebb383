"""One service for the tests that only ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from serve.in_process import Here


@pytest.fixture(scope="session")
def here() -> Iterator[Here]:
    running = Here()
    yield running
    running.close()
