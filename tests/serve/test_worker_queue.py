"""Who is next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from support.in_process_service import finished

from clothier.serve.worker_queue import BULK_EVERY, WorkerQueue


def _order(kinds: Sequence[bool], cancelled: Sequence[int] = ()) -> list[int]:
    """The order in which those who wait for one that serves, bulk or not, have it."""

    async def asking() -> list[int]:
        workers, served = WorkerQueue(["it"]), list[int]()
        await workers.acquire()

        async def one(number: int, bulk: bool) -> None:
            await workers.acquire(bulk)
            served.append(number)
            await asyncio.sleep(0)
            workers.release("it")

        tasks = [asyncio.ensure_future(one(number, bulk)) for number, bulk in enumerate(kinds)]
        await asyncio.sleep(0)
        for number in cancelled:
            tasks[number].cancel()
        workers.release("it")
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await workers.acquire() == "it"  # nobody kept it
        return served

    return finished(asking())


def test_first_come_first_served_among_equals() -> None:
    assert _order([False] * 5) == _order([True] * 5) == [0, 1, 2, 3, 4]


def test_ordinary_work_goes_before_bulk_that_came_earlier() -> None:
    assert _order([True, True, False, False]) == [2, 3, 0, 1]


def test_bulk_has_every_fourth_turn_however_much_ordinary_work_waits() -> None:
    order = _order([True] * 5 + [False] * 40)
    places = [place for place, number in enumerate(order) if number < 5]
    assert places == [BULK_EVERY * number + BULK_EVERY - 1 for number in range(5)]


def test_who_gave_up_is_passed_over() -> None:
    assert _order([True, False, False, True], cancelled=[1, 3]) == [2, 0]


def test_one_that_was_handed_to_somebody_who_gives_up_goes_to_the_next() -> None:
    async def asking() -> str:
        workers = WorkerQueue(["it"])
        await workers.acquire()
        first, second = (asyncio.ensure_future(workers.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        workers.release("it")
        first.cancel()
        return await second

    assert finished(asking()) == "it"
