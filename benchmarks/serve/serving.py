"""What measurements of the service share: the service as processes, and what those take up."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO


def free_port() -> int:
    """One that nobody listens to now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Served:
    """`clothier serve` with those words, ready to answer; without a model, the one in the box."""

    def __init__(self, model: str | None, *words: str, log: IO[str] | None = None) -> None:
        self.port = free_port()
        named = [model] if model else []
        command = [sys.executable, "-m", "clothier", "serve", *named, "--port", str(self.port), *words]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log or sys.stderr)
        self.ready_after = self.wait_ready()
        self.name: str = json.loads(self.get("/v1/model")[1])["name"]

    def wait_ready(self) -> float:
        """Seconds until /readyz says so."""
        began = time.perf_counter()
        while time.perf_counter() - began < 120:
            if self.process.poll() is not None:
                sys.exit(f"the service ended with status {self.process.returncode}")
            try:
                if self.get("/readyz")[0] == 200:
                    return time.perf_counter() - began
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.01)
        sys.exit("the service is not ready after two minutes")

    def get(self, path: str) -> tuple[int, str]:
        """(status, text) of one request on a connection of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET", path)
            response = line.getresponse()
            return response.status, response.read().decode()
        finally:
            line.close()

    def metric(self, name: str) -> float:
        """A counter or gauge by its name."""
        for text in self.get("/metrics")[1].splitlines():
            if text.startswith(f"clothier_{name} "):
                return float(text.split()[1])
        raise KeyError(name)

    def worker(self) -> int:
        """The process that answers."""
        return children(self.process.pid)[0]

    def decoders(self) -> list[int]:
        """The processes that decode."""
        return children(self.worker())

    def megabytes(self) -> float:
        """Memory that its processes made: files that they map, such as libraries, do not count, as they are shared with
        whatever else of the machine has them loaded, and their share changes with that."""
        return sum(map(_megabytes, self._family()))

    def descriptors(self) -> int:
        """Open files and sockets of all its processes."""
        return sum(len(list(Path(f"/proc/{one}/fd").iterdir())) for one in self._family())

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        self.process.send_signal(how)
        return self.process.wait(120)

    def _family(self) -> list[int]:
        return [self.process.pid, self.worker(), *self.decoders()]


def children(process: int) -> list[int]:
    """Processes that it started."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def _megabytes(process: int) -> float:
    for text in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if text.startswith("Anonymous:"):
            return int(text.split()[1]) / 2**10
    return 0.0
