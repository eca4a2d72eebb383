from __future__ import annotations

import asyncio
import contextlib

import numpy as np
import pytest
from support.in_process_service import finished

from benchmarks.serve import load

ANSWER = b"HTTP/1.1 %b\r\nContent-Type: text/plain\r\ncontent-length: %d\r\n\r\n%b"


def _dice() -> np.random.Generator:
    return np.random.default_rng(0)


def test_arrivals_are_as_many_as_asked_for_in_each_phase_and_in_order() -> None:
    due = np.array(list(load.arrivals([(100, 2), (400, 3)], even=False, dice=_dice())))
    assert len(due) == 1400
    assert (np.diff(due) >= 0).all()
    assert (due < 2).sum() == 200
    assert due[-1] < 5
    # Between arrivals of a Poisson process lie times of an exponential distribution: as large as their deviation.
    gaps = np.diff(due[200:])
    assert gaps.mean() == pytest.approx(1 / 400, rel=0.02)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.1)


def test_even_arrivals() -> None:
    due = list(load.arrivals([(4, 1), (2, 1)], even=True, dice=_dice()))
    assert due == [0, 0.25, 0.5, 0.75, 1, 1.5]


def test_a_form_is_a_whole_request() -> None:
    head, _, body = load.form("/there", b"bytes").partition(b"\r\n\r\n")
    assert head.startswith(b"POST /there HTTP/1.1\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"\r\n\r\nbytes\r\n--clothes--\r\n" in body


def _run(
    answer: bytes | None, delay: float, due: list[float], give_up: float | None = None
) -> tuple[list[load.Shot], int]:
    """What became of requests, all alike, and how many connections they took; each is answered after a delay, or its
    connection closed."""
    connections = still = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, still
        connections, still = connections + 1, still + 1
        with contextlib.suppress(ConnectionError):
            while request := await reader.read(2**16):
                await asyncio.sleep(delay)
                if answer is None:
                    break
                assert request == b"ask\n"
                writer.write(answer[:9])
                await asyncio.sleep(0)
                writer.write(answer[9:])
        writer.close()
        still -= 1

    async def all_of_it() -> list[load.Shot]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            barrage = load.Barrage(server.sockets[0].getsockname()[1], [b"ask\n"], give_up)
            await barrage.send(due, _dice())
            barrage.close()
            while still:
                await asyncio.sleep(0.001)
        return sorted(barrage.shots)

    return finished(all_of_it()), connections


def test_answers_in_pieces_and_statuses_are_read_and_lines_used_again() -> None:
    shots, connections = _run(ANSWER % (b"429 Too Many", 5, b"words"), 0.001, [0, 0.3, 0.6])
    assert [(due, status) for due, _, status in shots] == [(0, 429), (0.3, 429), (0.6, 429)]
    assert connections == 1


def test_time_counts_from_when_a_request_was_due() -> None:
    shots, connections = _run(ANSWER % (b"200 OK", 0, b""), 0.05, [0, 0, 0])
    assert connections == 3
    assert all(seconds >= 0.05 for _, seconds, _ in shots)


def test_no_answer_is_status_0() -> None:
    shots, _ = _run(None, 0, [0])
    assert [status for _, _, status in shots] == [0]


def test_it_gives_up_where_too_many_are_late() -> None:
    answer = ANSWER % (b"200 OK", 0, b"")
    due = [number / 100 for number in range(60)]
    assert len(_run(answer, 0.1, due)[0]) == 60
    assert len(_run(answer, 0.1, due, give_up=0.05)[0]) < 30
