"""A function of many photos, computed ahead on threads: Pillow decodes, and hashing works, outside the interpreter's
lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

WAITING = 64


def ahead(
    function: Callable[[T], R], items: Iterable[T], threads: int | None = None, waiting: int = WAITING
) -> Iterator[R]:
    """The function's result for each item, in order; memory stays flat however many items there are.

    `threads` None is one a core; `waiting` items are computed, or wait for it, while one is used. An exception is
    raised in its item's turn. What still waits is given up when the iterator is closed.
    """
    queue: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        try:
            for item in items:
                queue.append(pool.submit(function, item))
                if len(queue) > waiting:
                    yield queue.popleft().result()
            while queue:
                yield queue.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
