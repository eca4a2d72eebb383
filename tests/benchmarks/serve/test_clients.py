from __future__ import annotations

import asyncio

import pytest

from benchmarks.serve.clients import clients


def test_clients_run_together_until_the_end_of_the_block() -> None:
    running, ended = set[int](), list[int]()

    async def client(number: int) -> None:
        running.add(number)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    with pytest.raises(ZeroDivisionError), clients(5, client):
        while len(running) < 5:
            pass
        assert not ended
        raise ZeroDivisionError
    assert sorted(ended) == [0, 1, 2, 3, 4]
