"""Who may send a body, and for how long its room is kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from support.in_process_service import finished

from clothier.errors import RefusedError
from clothier.serve.request_body import BodyLimiter, RequestBody, content_length


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _request(chunks: AsyncIterator[bytes], **headers: str) -> Request:
    async def receive() -> dict[str, Any]:
        async for chunk in chunks:
            return {"type": "http.request", "body": chunk, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive)


async def _sent(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _stalled(first: bytes) -> AsyncIterator[bytes]:
    yield first
    await asyncio.Event().wait()


async def _refusal(bodies: BodyLimiter, request: Request, limit: int = 400) -> RefusedError:
    with pytest.raises(RefusedError) as raised, bodies.admitted(request, limit) as body:
        await body.read()
    return raised.value


@pytest.mark.parametrize(
    ("header", "wanted"),
    [({}, None), ({"content_length": "x"}, None)]
    + [
        ({"content_length": text}, number)
        for text, number in (("0", 0), ("3", 3), ("0" * 4300 + "3", 3), ("9" * 4301, 10**19 - 1))
    ],
)
def test_a_length_of_any_number_of_digits_is_read(header: dict[str, str], wanted: int | None) -> None:
    assert content_length(_request(_sent(), **header).headers) == wanted


def test_a_body_has_its_room_before_it_is_read_and_until_its_request_is_answered() -> None:
    async def asking() -> None:
        bodies = BodyLimiter(1000, 60)
        with bodies.admitted(_request(_sent(b"ab", b"c"), content_length="3"), 400) as body:
            assert bodies.budget.used == 3
            assert await body.read() == b"abc"
            assert bodies.budget.used == 3
        assert bodies.budget.used == 0

    finished(asking())


def test_one_that_does_not_say_its_length_has_room_for_the_longest_until_it_ends() -> None:
    async def asking() -> None:
        bodies = BodyLimiter(1000, 60)
        with bodies.admitted(_request(_sent(b"ab", b"c")), 400) as body:
            assert bodies.budget.used == 400
            assert await body.read() == b"abc"
            assert bodies.budget.used == 3
        assert bodies.budget.used == 0

    finished(asking())


def test_what_is_larger_than_it_said_or_may_be_is_refused() -> None:
    async def asking() -> None:
        bodies = BodyLimiter(1000, 60)
        for request, words in (
            (_request(_sent(), content_length="401"), "the body has 401 bytes; wanted at most 400"),
            (_request(_sent(bytes(300), bytes(101))), "the body has over 400 bytes; wanted at most 400"),
            (_request(_sent(bytes(4)), content_length="3"), "the body has over 3 bytes; wanted at most 3"),
            (_request(_sent(), content_length="9" * 5000), "the body has 9,999,999,999,999,999,999 bytes"),
        ):
            refused = await _refusal(bodies, request)
            assert refused.status == 413
            assert str(refused).startswith(words)
            assert bodies.budget.used == 0

    finished(asking())


def test_where_there_is_no_room_it_is_refused_unread_with_what_is_left() -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    async def asking() -> None:
        bodies = BodyLimiter(1000, 60)
        with (
            bodies.admitted(_request(unread(), content_length="400"), 400),
            bodies.admitted(_request(unread(), content_length="300"), 400),
        ):
            refused = await _refusal(bodies, _request(unread(), content_length="151"))
            assert refused.status == 429
            assert str(refused) == (
                "the service is busy: the request costs 151 bytes of memory, 300 of 1,000 are left, and one request "
                "may use half of them; wanted 150 or fewer; send fewer or smaller pictures, or try again later"
            )
            with bodies.admitted(_request(_sent(b"ab"), content_length="2"), 400) as body:
                assert await body.read() == b"ab"

    finished(asking())


def test_bodies_that_never_end_give_up_their_room_to_others_and_those_in_time_keep_it() -> None:
    clock = Clock()

    async def asking() -> None:
        bodies = BodyLimiter(1000, 10, clock)
        ended: dict[str, RefusedError] = {}

        async def one(name: str, chunks: AsyncIterator[bytes], length: int) -> None:
            try:
                with bodies.admitted(_request(chunks, content_length=str(length)), 400) as body:
                    await body.read()
            except RefusedError as error:
                ended[name] = error

        tasks = [
            asyncio.ensure_future(one(name, _stalled(first), length))
            for name, first, length in (("slow", b"x", 400), ("quick", bytes(150), 300), ("slower", b"", 140))
        ]
        await asyncio.sleep(0)
        assert (await _refusal(bodies, _request(_sent(), content_length="200"))).status == 429
        clock.now += 3  # more than a fifth of each should be here by now
        with bodies.admitted(_request(_sent(bytes(200)), content_length="200"), 400) as body:
            assert len(await body.read()) == 200
        await asyncio.sleep(0.01)
        assert set(ended) == {"slow", "slower"}
        assert (ended["slow"].status, str(ended["slow"])) == (
            408,
            "the body did not arrive faster than 0 bytes a second while other requests waited for memory; wanted a "
            "faster upload; send fewer or smaller pictures",
        )
        assert bodies.budget.used == 300
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert bodies.budget.used == 0

    finished(asking())


def test_nobody_gives_up_room_that_nobody_wants() -> None:
    clock = Clock()

    async def asking() -> None:
        bodies = BodyLimiter(1000, 10, clock)
        with contextlib.ExitStack() as stack:
            body = stack.enter_context(bodies.admitted(_request(_stalled(b""), content_length="200"), 400))
            reading = asyncio.ensure_future(body.read())
            await asyncio.sleep(0)
            clock.now += 9
            stack.enter_context(bodies.admitted(_request(_sent(), content_length="400"), 400))
            await asyncio.sleep(0)
            assert not reading.done()
            reading.cancel()

    finished(asking())


def test_a_body_is_late_by_the_share_of_it_that_came() -> None:
    clock = Clock()
    body = RequestBody(BodyLimiter(1000, 10, clock), _request(_sent()), 100)
    for now, came, late in ((1, 0, False), (2, 9, True), (2, 11, False), (11, 99, True), (11, 100, False)):
        clock.now, body.received_bytes = now, came
        assert body.is_late() == late
