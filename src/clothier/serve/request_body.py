"""Bodies of requests: each is admitted before a byte of it is read, and keeps its room until it is answered."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from clothier.errors import RefusedError
from clothier.serve.budget import Budget

_GRACE = 1.0  # seconds in which a body need not have come far


class BodyLimiter:
    """At most `limit` bytes of bodies are held together, and a body comes within so many seconds. Where there is no
    room for another, those that come too slowly to end in time give theirs up."""

    def __init__(self, limit: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = Budget("bytes of memory", "send fewer or smaller pictures", lambda: limit)
        self.seconds, self.clock = seconds, clock
        self.coming: set[RequestBody] = set()

    @contextlib.contextmanager
    def admitted(self, request: Request, limit: int) -> Iterator[RequestBody]:
        """The body of that request, of at most so many bytes. Raises RefusedError where it is larger, encoded, or finds
        no room."""
        encoding = request.headers.get("content-encoding", "identity")
        if encoding.lower() != "identity":
            raise RefusedError(
                415,
                "unsupported_encoding",
                f"the body has Content-Encoding {ascii(encoding)[:40]}; wanted no encoding",
            )
        limit = min(limit, self.budget.largest)
        length = content_length(request.headers)
        claim = limit if length is None else length
        if claim > limit:
            raise too_large(f"{claim:,}", limit)
        self._make_room(claim)
        self.budget.check(claim)
        body = RequestBody(self, request, claim)
        self.budget.used += claim
        try:
            yield body
        finally:
            self.budget.used -= body.claim
            self.coming.discard(body)

    def _make_room(self, claim: int) -> None:
        """Give up those that come slowest, as far as that helps."""
        for body in sorted(self.coming, key=RequestBody.pace):
            if self.budget.fits(claim):
                return
            if body.is_late():
                body.give_up()


class RequestBody:
    """A body that was admitted. `received_bytes` counts its bytes, `claim` those that it has room for."""

    def __init__(self, bodies: BodyLimiter, request: Request, claim: int) -> None:
        self.claim, self.received_bytes = claim, 0
        self.request = request
        self._deadline: asyncio.Timeout
        self._wanted = f"within {bodies.seconds:g} s"
        self._bodies, self._began = bodies, bodies.clock()

    async def read(self) -> bytes:
        """All of it."""
        async with self.receiving():
            return b"".join([chunk async for chunk in self.chunks()])

    @contextlib.asynccontextmanager
    async def receiving(self) -> AsyncIterator[None]:
        """While it comes. RefusedError 408 where that takes too long."""
        self._bodies.coming.add(self)
        try:
            async with asyncio.timeout(self._bodies.seconds) as self._deadline:
                yield
        except TimeoutError:
            raise RefusedError(
                408,
                "too_slow",
                f"the body did not arrive {self._wanted}; wanted a faster upload; send fewer or smaller pictures",
            ) from None
        finally:
            self._bodies.coming.discard(self)
        # Without Content-Length it claimed as much as it might have had.
        self._bodies.budget.used += self.received_bytes - self.claim
        self.claim = self.received_bytes

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Its bytes as they come, to be read within `receiving`."""
        try:
            async for chunk in self.request.stream():
                self.received_bytes += len(chunk)
                if self.received_bytes > self.claim:
                    raise too_large(f"over {self.claim:,}", self.claim)
                yield chunk
        except ClientDisconnect:
            raise RefusedError(
                400, "gone", "the client disconnected before its request was complete"
            ) from None

    def pace(self) -> float:
        """Bytes a second so far."""
        return self.received_bytes / max(self._age, 1e-9)

    def is_late(self) -> bool:
        """Whether it comes too slowly to end within its time."""
        return (
            self._age > _GRACE
            and self.received_bytes < self.claim * (self._age - _GRACE) / self._bodies.seconds
        )

    def give_up(self) -> None:
        """Let its room go to another; whoever reads it gets a timeout."""
        self._bodies.budget.used -= self.claim
        self._wanted = f"faster than {self.pace():,.0f} bytes a second while other requests waited for memory"
        self.claim = 0
        self._bodies.coming.discard(self)
        self._deadline.reschedule(asyncio.get_running_loop().time())

    @property
    def _age(self) -> float:
        return self._bodies.clock() - self._began


def content_length(headers: Headers) -> int | None:
    """The bytes of the body in Content-Length, of a number of thousands of digits the first ones; None without it."""
    text = headers.get("content-length", "")
    # int() refuses numbers of thousands of digits, which may all be zeros.
    return int(text.lstrip("0")[:19] or "0") if text.isdecimal() else None


def too_large(came: str, limit: int) -> RefusedError:
    """The body has more bytes than it may."""
    return RefusedError(
        413,
        "too_large",
        f"the body has {came} bytes; wanted at most {limit:,}; send fewer or smaller pictures",
    )
