from __future__ import annotations

import pytest

from benchmarks.serve import load
from benchmarks.serve import race as serve_race
from benchmarks.serve.race import OURS


@pytest.mark.parametrize("truth", [0.7, 3.0, 16.0, 17.0, 100.0, 731.0])
@pytest.mark.parametrize("first", [4.0, 16.0, 200.0])
def test_the_highest_rate_is_found_from_below_and_above(truth: float, first: float) -> None:
    tried: list[float] = []

    def holding(rate: float) -> bool:
        tried.append(rate)
        return rate <= truth

    found = serve_race.highest(holding, first)
    assert found == 0 if truth < 1 else found <= truth < found * serve_race.FINENESS
    assert len(tried) <= 16


def _shots(*seconds: float, status: int = 200) -> list[load.Shot]:
    return [(0.0, took, status) for took in seconds]


def test_a_rate_holds_where_all_are_answered_and_99_of_100_in_time() -> None:
    quick = _shots(*[0.01] * 99)
    assert serve_race.holds([*quick, *_shots(0.09)], 100, 0.1)
    assert not serve_race.holds([*quick, *_shots(0.09)], 101, 0.1)
    assert not serve_race.holds([*quick, *_shots(0.01, status=429)], 100, 0.1)
    assert not serve_race.holds([*quick[:97], *_shots(0.2, 0.2, 0.2)], 100, 0.1)
    assert serve_race.percentile([]) == float("inf")
    assert serve_race.percentile(_shots(1, 3, 2), 50) == 2


@pytest.mark.parametrize(
    "wrapped", [lambda said: said, lambda said: [said], lambda said: {"answers": [said]}]
)
def test_probabilities_are_found_in_each_form_of_an_answer(wrapped: object) -> None:
    said = {"label": "bag", "probabilities": {"bag": 1.0}}
    assert callable(wrapped)
    assert serve_race.probabilities(wrapped(said)) == {"bag": 1.0}


def test_a_row_a_peer_and_one_that_is_not_installed_says_so() -> None:
    rates = {OURS.family: [30.0, 60.0], "FastAPI": [20.0, 30.0], "LitServe": [0.0, 50.0]}
    rows = serve_race.compared(rates | {serve_race.BEST: [0.0, 50.0]})
    assert [row.contest for row in rows] == [
        "against FastAPI",
        "against LitServe",
        "against BentoML",
        f"against {serve_race.BEST}",
    ]
    assert [row.ratio for row in rows] == [1.75, 1.2, None, 1.2]
    assert [row.wanted for row in rows] == [1.5, None, None, 1.2]
    assert rows[2].peer == "not installed"
    assert (rows[0].ours, rows[0].peer) == ("45/s", "25/s")
