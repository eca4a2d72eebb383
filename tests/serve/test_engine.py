from __future__ import annotations

import asyncio

import numpy as np
import pytest
from predict import made
from serve.here import finished

from clothier.errors import InputError
from clothier.predict import Predictor
from clothier.serve.engine import TOGETHER, Engine, Outcome


def _answers(engine: Engine, *parts: int) -> list[Outcome]:
    async def asking() -> list[Outcome]:
        return await asyncio.gather(*(engine.answer(made.pictures(part, part)) for part in parts))

    try:
        return finished(asking())
    finally:
        engine.close()


def test_requests_together_get_what_each_gets_alone() -> None:
    predictor = Predictor(made.bundle(), 1)
    parts = (1, 2, 5, 40)
    engine = Engine(predictor)
    for part, outcome in zip(parts, _answers(engine, *parts), strict=True):
        images = made.pictures(part, part)
        logits, features = made.outputs(images)
        wanted = predictor.judge(images)
        np.testing.assert_allclose(outcome.logits, logits, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(outcome.features, features, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(outcome.verdicts.probabilities, wanted.probabilities, rtol=1e-4)
        assert outcome.verdicts.statuses.tolist() == wanted.statuses.tolist()
        np.testing.assert_allclose(outcome.verdicts.strangeness, wanted.strangeness, rtol=1e-3, atol=1e-3)
    assert engine.rows == sum(parts)


def test_what_waits_goes_through_the_network_together() -> None:
    engine = Engine(Predictor(made.bundle(), 1))
    _answers(engine, *[1] * (2 * TOGETHER))
    assert engine.rows == 2 * TOGETHER
    assert engine.batches == 2


def test_a_fault_reaches_those_it_concerns_and_the_next_are_answered() -> None:
    engine = Engine(Predictor(made.bundle(), 1))

    async def asking() -> Outcome:
        with pytest.raises(InputError, match="images are uint8"):
            await engine.answer(np.zeros((1, 3, 3, 1), np.uint8))
        return await engine.answer(made.pictures(3))

    assert len(finished(asking()).logits) == 3
    engine.close()


def test_whose_deadline_has_passed_costs_no_work() -> None:
    engine = Engine(Predictor(made.bundle(), 1))

    async def asking() -> None:
        given_up = [asyncio.ensure_future(engine.answer(made.pictures(1))) for _ in range(5)]
        await asyncio.sleep(0)
        for task in given_up:
            task.cancel()
        await engine.answer(made.pictures(2))

    finished(asking())
    engine.close()
    assert engine.rows == 2
