"""Requests that come whether or not those before were answered: a process of its own, cheap, as it shares the cores.

    python -m benchmarks.serve.load PORT PATH FOLDER RATE:SECONDS [RATE:SECONDS ...] [--even] [--seed 1] [--give-up 0.1]

Every picture below FOLDER is sent as a form, in an order of dice. Each RATE (requests a second) holds for so many
seconds; arrivals are those of a Poisson process, their number fixed, or evenly spaced with --even. A request's time
counts from the moment it was due, not from when it was sent: where this process or the service is late, that is in
the figures (no coordinated omission). Printed as JSON: [due, seconds, status] of each request, `due` from the start;
status 0 where no answer came.

With --give-up, nothing more is sent once more than one request of a hundred must be later than so many seconds.

Requests are written once, into sockets of asyncio without streams: one costs about 0.1 ms of a core. Connections stay
open and take turns, the one longest idle first; a new one is opened where none is idle.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np

PATIENCE = 20.0  # seconds for an answer
PERCENT = 0.01
BOUNDARY = "clothes"

Shot = tuple[float, float, int]  # due and seconds, and the status
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def form(path: str, content: bytes) -> bytes:
    """A whole request: POST of a form with one file."""
    part = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = part.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def arrivals(phases: Sequence[tuple[float, float]], even: bool, dice: np.random.Generator) -> Iterator[float]:
    """When requests are due, in seconds from the start, ascending: of each phase (rate, seconds) its share."""
    start = 0.0
    for rate, seconds in phases:
        count = round(rate * seconds)
        # Of a Poisson process, so many arrivals lie anywhere, each for itself.
        yield from start + (np.arange(count) / rate if even else np.sort(dice.uniform(0, seconds, count)))
        start += seconds


class Line(asyncio.Protocol):
    """A connection with one request at a time."""

    def __init__(self) -> None:
        self.open = False
        self._came = bytearray()
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """(status, body); ConnectionError where the other end closed."""
        self._came.clear()
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        self.open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.open = cast(asyncio.Transport, transport), True

    def data_received(self, data: bytes) -> None:
        self._came += data
        if (end := self._came.find(b"\r\n\r\n")) < 0:
            return
        length = _LENGTH.search(self._came, 0, end)
        if length is None:
            self.connection_lost(ConnectionError("an answer without Content-Length"))
        elif len(self._came) >= end + 4 + int(length[1]) and self._waiting and not self._waiting.done():
            self.open &= b"connection: close" not in bytes(self._came[:end]).lower()
            self._waiting.set_result((int(self._came[9:12]), bytes(self._came[end + 4 :])))

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("closed"))


@dataclass
class Barrage:
    """What is sent where, and what became of it."""

    port: int
    requests: Sequence[bytes]
    give_up: float | None = None
    shots: list[Shot] = field(default_factory=list)
    _idle: deque[Line] = field(default_factory=deque)
    _late: int = 0

    async def send(self, due: Sequence[float], dice: np.random.Generator) -> None:
        """All requests, each when it is due; done once each has its answer."""
        loop = asyncio.get_running_loop()
        began, tasks = loop.time(), set()
        for when, which in zip(due, dice.integers(len(self.requests), size=len(due)), strict=True):
            if (wait := began + when - loop.time()) > 0:
                await asyncio.sleep(wait)
            if self._late > PERCENT * len(due):
                break
            task = loop.create_task(self._one(began, when, self.requests[which]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        while tasks:
            await asyncio.wait(tasks)

    def close(self) -> None:
        """Let the connections go."""
        while self._idle:
            self._idle.pop().close()

    async def _one(self, began: float, due: float, request: bytes) -> None:
        loop, line = asyncio.get_running_loop(), None
        # Counted at once where it is late, not when its answer comes.
        alarm = loop.call_at(began + due + self.give_up, self._count) if self.give_up else None
        try:
            async with asyncio.timeout(PATIENCE):
                line = await self._line()
                status, _ = await line.ask(request)
        except (OSError, TimeoutError):
            status = 0
            if line is not None:
                line.close()
        if alarm:
            alarm.cancel()
        self.shots.append((round(due, 5), round(loop.time() - began - due, 5), status))
        if line is not None and line.open:
            self._idle.append(line)

    async def _line(self) -> Line:
        while self._idle:
            line = self._idle.popleft()
            if line.open:
                return line
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(Line, "127.0.0.1", self.port)
        return made

    def _count(self) -> None:
        self._late += 1


def pictures(folder: Path, most: int = 300) -> list[bytes]:
    """The contents of JPEGs below a folder, at most so many, spread over it evenly."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    return [path.read_bytes() for path in found[:: -(-len(found) // most)]]


def _phase(text: str) -> tuple[float, float]:
    rate, _, seconds = text.partition(":")
    return float(rate), float(seconds)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("port", type=int)
    words.add_argument("path")
    words.add_argument("folder", type=Path)
    words.add_argument("phases", type=_phase, nargs="+")
    words.add_argument("--even", action="store_true")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--give-up", type=float)
    given = words.parse_args()
    dice = np.random.default_rng(given.seed)
    barrage = Barrage(
        given.port, [form(given.path, content) for content in pictures(given.folder)], given.give_up
    )
    asyncio.run(barrage.send(list(arrivals(given.phases, given.even, dice)), dice))
    print(json.dumps(sorted(barrage.shots)))


if __name__ == "__main__":
    main()
