"""Clients that trouble a service from a thread of their own while something else is measured."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Iterator


@contextlib.contextmanager
def clients(count: int, client: Callable[[int], Awaitable[None]]) -> Iterator[None]:
    """Run `client(number)` so many times at once until the end of the block, at which all are cancelled."""
    stop = threading.Event()

    async def run() -> None:
        tasks = [asyncio.ensure_future(client(number)) for number in range(count)]
        while not stop.is_set():
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
