from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any, cast

import numpy as np
import pytest
from support import linear_network
from support.in_process_service import finished

from clothier.errors import InputError
from clothier.predict import Predictor
from clothier.serve.batcher import BULK, FEW, TOGETHER, Batcher
from clothier.values import Images, Predictions


class Slow:
    """A network that lets as many batches of many rows through as it is told to, and notes whose rows each has: all
    pixels of a request's images are its number."""

    image_shape = (2, 2, 1)

    def __init__(self) -> None:
        self.batches: list[Counter[int]] = []
        self.let = threading.Semaphore(0)

    def predict(self, images: Images, *, keep_features: bool) -> Predictions:
        if len(images) > 1:
            self.let.acquire()
        numbers = images[:, 0, 0, 0]
        self.batches.append(Counter(numbers.tolist()))
        logits = np.stack([numbers, -numbers.astype(np.float32)], axis=1).astype(np.float32)
        return Predictions(logits, features=logits)


def _of(number: int, rows: int) -> Images:
    return np.full((rows, 2, 2, 1), number, np.uint8)


def _slow() -> tuple[Slow, Batcher]:
    network = Slow()
    return network, Batcher(cast(Any, network))


def _answers(batcher: Batcher, *parts: int) -> list[Predictions]:
    async def asking() -> list[Predictions]:
        return await asyncio.gather(*(batcher.predict(linear_network.pictures(part, part)) for part in parts))

    try:
        return finished(asking())
    finally:
        batcher.close()


def test_requests_together_get_what_each_gets_alone() -> None:
    predictor = Predictor(linear_network.bundle(), 1)
    parts = (1, 2, 5, 40)
    batcher = Batcher(predictor)
    for part, found in zip(parts, _answers(batcher, *parts), strict=True):
        images = linear_network.pictures(part, part)
        logits, features = linear_network.outputs(images)
        wanted = predictor.predict(images)
        np.testing.assert_allclose(found.logits, logits, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(found.features, features, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(found.probabilities, wanted.probabilities, rtol=1e-4)
        assert found.statuses.tolist() == wanted.statuses.tolist()
        np.testing.assert_allclose(found.strangeness, wanted.strangeness, rtol=1e-3, atol=1e-3)
    assert batcher.rows == sum(parts)


def test_what_waits_goes_through_the_network_together() -> None:
    batcher = Batcher(Predictor(linear_network.bundle(), 1))
    _answers(batcher, *[1] * (2 * TOGETHER))
    assert batcher.rows == 2 * TOGETHER
    assert batcher.batches == 2


def test_a_fault_reaches_those_it_concerns_and_the_next_are_answered() -> None:
    batcher = Batcher(Predictor(linear_network.bundle(), 1))

    async def asking() -> Predictions:
        with pytest.raises(InputError, match="images are uint8"):
            await batcher.predict(np.zeros((1, 3, 3, 1), np.uint8))
        return await batcher.predict(linear_network.pictures(3))

    assert len(finished(asking()).logits) == 3
    batcher.close()


def test_whose_deadline_has_passed_costs_no_work() -> None:
    batcher = Batcher(Predictor(linear_network.bundle(), 1))

    async def asking() -> None:
        given_up = [asyncio.ensure_future(batcher.predict(linear_network.pictures(1))) for _ in range(5)]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await batcher.predict(linear_network.pictures(2))

    finished(asking())
    batcher.close()
    assert batcher.rows == 2


def test_requests_of_many_rows_take_turns() -> None:
    network, batcher = _slow()
    network.let.release(1000)
    rows = (160, 160, 160, 16)

    async def asking() -> list[int]:
        order: list[int] = []

        async def one(number: int) -> None:
            found = await batcher.predict(_of(number, rows[number]))
            assert found.logits[:, 0].tolist() == [number] * rows[number]
            assert len(found) == len(found.features) == rows[number]
            order.append(number)

        await asyncio.gather(*map(one, range(4)))
        return order

    order = finished(asking())
    batcher.close()
    assert order[0] == 3  # the smallest, which came last
    assert all(batch.total() == BULK for batch in network.batches)
    given: Counter[int] = Counter()
    for batch in network.batches:
        given += batch
        alive = [given[number] for number in range(3) if given[number] < 160]
        assert max(alive, default=0) - min(alive, default=0) <= FEW  # nobody is ahead by more than a turn


def test_a_request_of_few_rows_waits_for_none_of_many() -> None:
    network, batcher = _slow()

    async def asking() -> None:
        many = [asyncio.ensure_future(batcher.predict(_of(number, 1024))) for number in range(8)]
        await asyncio.sleep(0)
        for _ in range(20):  # while nothing of the many is let through
            assert (await batcher.predict(_of(9, 1))).logits[0, 0] == 9
        assert not any(task.done() for task in many)
        network.let.release(10_000)
        await asyncio.gather(*many)

    finished(asking())
    batcher.close()
    assert batcher.rows == 8 * 1024 + 20


def test_requests_of_few_rows_take_turns_as_well() -> None:
    network, batcher = _slow()
    network.let.release(1000)

    async def asking() -> None:
        await asyncio.gather(
            *(batcher.predict(_of(number, FEW)) for number in range(30)), batcher.predict(_of(99, 1))
        )

    finished(asking())
    batcher.close()
    assert [batch[99] for batch in network.batches[:2]] == [
        0,
        1,
    ]  # behind one turn of thirty, not behind all they have
    assert batcher.batches == len(network.batches) == -(-(30 * FEW + 1) // TOGETHER)


def test_whose_deadline_passes_between_its_turns_costs_no_more_work() -> None:
    network, batcher = _slow()

    async def asking() -> None:
        given_up = asyncio.ensure_future(batcher.predict(_of(1, 1024)))
        await asyncio.sleep(0)
        given_up.cancel()
        network.let.release(10_000)
        await batcher.predict(_of(2, 16))

    finished(asking())
    batcher.close()
    assert sum(batch[1] for batch in network.batches) <= BULK


def test_the_pace_is_that_of_a_row() -> None:
    batcher = Batcher(Predictor(linear_network.bundle(), 1))
    batcher.warm()
    batcher.close()
    assert 0 < batcher.pace.core == batcher.pace.wall < 1
