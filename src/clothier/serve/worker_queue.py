"""Whose turn it is where few serve many: ordinary work goes first, and bulk is not forgotten."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

# When both kinds wait, every BULK_EVERY-th turn goes to bulk work, because accepted bulk work must also finish in time.
BULK_EVERY = 4


class WorkerQueue(Generic[T]):
    """Those who serve, one of whom is taken at a time and given back. First come, first served, among ordinary work
    and among bulk."""

    def __init__(self, idle: Iterable[T]) -> None:
        self._idle = deque(idle)
        self._ordinary: deque[asyncio.Future[T]] = deque()
        self._bulk: deque[asyncio.Future[T]] = deque()
        self._passed = 0  # turns in which bulk waited and ordinary work went first

    async def acquire(self, bulk: bool = False) -> T:
        """One of them, once it is this one's turn."""
        if self._idle:
            return self._idle.popleft()
        waiting: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        (self._bulk if bulk else self._ordinary).append(waiting)
        try:
            return await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.release(waiting.result())
            raise

    def release(self, one: T) -> None:
        """Let the next have it."""
        for queue in (self._ordinary, self._bulk):
            while queue and queue[0].done():  # cancelled
                queue.popleft()
        if not (self._ordinary or self._bulk):
            self._idle.append(one)
            return
        bulk = bool(self._bulk) and (not self._ordinary or self._passed >= BULK_EVERY - 1)
        self._passed = 0 if bulk or not self._bulk else self._passed + 1
        (self._bulk if bulk else self._ordinary).popleft().set_result(one)
