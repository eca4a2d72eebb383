from __future__ import annotations

from collections import Counter

from benchmarks.serve import soak as serve_soak
from benchmarks.serve.soak import Sample


def _samples(rise: float) -> list[Sample]:
    """Of 100 seconds, the first of which take up memory."""
    return [Sample(when, 100 + min(when, 10) + rise * when / 100, 40 + when // 50) for when in range(101)]


def test_growth_is_of_what_was_held_once_settled() -> None:
    (before, after), (few, many) = serve_soak.growth(_samples(0), 100)
    assert (before, after) == (110, 110)
    assert (few, many) == (40, 41 + 1 / 11)  # a hundredth second has begun


def test_what_grows_is_told() -> None:
    good = Counter({("good", 200): 5, ("bad", 415): 5})
    assert [row.met for row in serve_soak.verdict(_samples(0), 100, good)] == ["yes"] * 3
    grown = serve_soak.verdict(_samples(20), 100, good)
    assert [row.met for row in grown] == ["NO", "yes", "yes"]


def test_wrong_answers_are_counted() -> None:
    statuses = Counter({("good", 200): 5, ("good", 429): 1, ("bad", 422): 5, ("bad", 200): 2, ("bad", 0): 1})
    rows = serve_soak.verdict(_samples(0), 100, statuses)
    assert (rows[2].ours, rows[2].met) == ("4", "NO")


def test_a_log_of_anything_but_answers_is_no_success() -> None:
    assert serve_soak.logged(['{"status": 200}\n', '{"status": 413}\n'], 2).met == "yes"
    assert serve_soak.logged(["Traceback (most recent call last):\n", "{}\n"], 2).met == "NO"
