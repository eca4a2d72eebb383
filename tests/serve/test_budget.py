"""What requests cost, and who is refused."""

from __future__ import annotations

import contextlib

import pytest

from clothier.errors import RefusedError
from clothier.serve.budget import Budget, Pace


def _budget(most: int = 1000, alone: int | None = None) -> Budget:
    return Budget("passes", "send fewer rows", lambda: most, None if alone is None else lambda: alone)


def _refusal(budget: Budget, cost: int) -> RefusedError:
    with pytest.raises(RefusedError) as raised:
        budget.check(cost)
    return raised.value


def test_however_many_large_requests_come_a_small_one_finds_room() -> None:
    budget, taken = _budget(), []
    with contextlib.ExitStack() as stack:
        for cost in (400, 200, 100, 50, 20, 10, 5, 2, 1):
            while budget.fits(cost):
                stack.enter_context(budget.take(cost))
                taken.append(cost)
            assert sum(taken) == budget.used
            assert 1000 - budget.used >= cost  # as much is left as the last one took
        assert (taken.count(400), taken.count(200), taken.count(100)) == (1, 2, 1)
        assert budget.used == 999
    assert budget.used == 0


def test_a_refusal_says_what_it_costs_what_is_left_and_what_to_do() -> None:
    budget = _budget(5000)
    refused = _refusal(budget, 2501)
    assert (refused.status, refused.code, refused.retry_after) == (413, "too_large", None)
    assert str(refused) == "the request costs 2,501 passes; wanted at most 2,500; send fewer rows"
    with budget.take(2500):
        refused = _refusal(budget, 1251)
        assert (refused.status, refused.code, refused.retry_after) == (429, "busy", 1)
        assert str(refused) == (
            "the service is busy: the request costs 1,251 passes, 2,500 of 5,000 are left, and one request may use "
            "half of them; wanted 1,250 or fewer; send fewer rows, or try again later"
        )
    assert budget.fits(2500)


def test_what_was_taken_is_given_back_where_the_work_fails() -> None:
    budget = _budget()
    with pytest.raises(ZeroDivisionError), budget.take(100):
        raise ZeroDivisionError
    assert budget.used == 0


def test_on_a_busy_machine_what_comes_alone_is_taken_and_nothing_large_beside_it() -> None:
    budget = _budget(most=100, alone=1000)
    with budget.take(500):
        assert _refusal(budget, 10).status == 429
    assert budget.fits(1000)
    assert _refusal(budget, 1001).status == 413


def test_a_pace_is_the_mean_of_what_was_done_lately() -> None:
    pace = Pace(1.0)
    assert pace.within(10) == pace.alone(10) == 10
    for _ in range(20):
        pace.saw(256, 256 * 0.5, 256 * 2.0)
    assert pace.core == pytest.approx(0.5, abs=1e-5)
    assert pace.wall == pytest.approx(2.0, abs=1e-5)
    assert (pace.within(10), pace.alone(10)) == (5, 19)
    pace.saw(1, 50.0, 50.0)  # a hiccup
    assert pace.within(10) == 4
