"""One service, one browser for all tests of the page; they are skipped where there is no browser."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.serve_in_browser import BROWSER, BROWSERS, Opened, bundle, photos

from clothier.bundle import pack

WIDE = {"width": 1280, "height": 900}
ARGUMENTS = [
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
Open = Callable[..., Opened]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service listens."""
    if BROWSER is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    folder = tmp_path_factory.mktemp("service")
    (folder / "made.clothier").write_bytes(pack(bundle()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", "made.clothier", "--port", str(port), "--max-megabytes", "1", "--no-access-log"]
    source = str(Path(__file__).parents[3] / "src")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "clothier", *words],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(f"http://127.0.0.1:{port}", process, folder / "log")
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):
            return
        time.sleep(0.05)
    raise AssertionError(f"the service never was ready: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest, address: str) -> Iterator[Any]:
    driver = request.getfixturevalue("playwright_driver")
    browser = driver.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def pictures() -> dict[str, bytes]:
    return photos()


@pytest.fixture
def opening(browser: Any, address: str, pictures: dict[str, bytes]) -> Iterator[Open]:
    """Opens the page in a fresh visit of some kind; afterwards no error may have been said, and nothing asked of
    anybody but the service."""
    opened: list[Opened] = []

    def opens(**options: Any) -> Opened:
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(20_000)
        opened.append(Opened(context.new_page(), address, pictures))
        opened[-1].open()
        return opened[-1]

    yield opens
    for each in opened:
        each.page.context.close()
        assert each.errors == []
        outside = [url for url in each.requests if not url.startswith((address, "blob:", "data:"))]
        assert outside == []


@pytest.fixture
def opened(opening: Open) -> Opened:
    return opening()
