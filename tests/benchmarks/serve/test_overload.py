from __future__ import annotations

import os

import pytest

from benchmarks.serve import load
from benchmarks.serve import overload as serve_overload


def _phase(start: float, seconds: float, status: int, count: int = 100) -> list[load.Shot]:
    return [(start + number / count, seconds, status) for number in range(count)]


def test_each_phase_is_judged_by_its_own() -> None:
    shots = [
        *_phase(0, 0.05, 200),
        *_phase(1, 0.08, 200),
        *_phase(1, 0.02, 429),
        *_phase(2, 0.05, 200),
        (2.25, 0.01, 429),
        (2.5, 0.2, 200),
        (2.6, 0.01, 500),
    ]
    rows = {row.contest: row for row in serve_overload.judged(shots, 1, 2)}
    assert rows["accepted, p99, to normal"].ratio == pytest.approx(1.6)
    assert rows["refused, p50"].ratio == pytest.approx(2)
    assert rows["refused, p99"].ratio == pytest.approx(0.4)
    assert rows["recovered after"].ratio == pytest.approx(0.6)
    assert (rows["requests lost"].ours, rows["requests lost"].met) == ("1", "NO")
    assert all(row.at_most for row in rows.values())


def test_nothing_is_said_of_refusals_where_there_were_none() -> None:
    shots = [shot for start in range(3) for shot in _phase(start, 0.05, 200)]
    assert not any("refused" in row.contest for row in serve_overload.judged(shots, 1, 2))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system ties no process to a core")
def test_a_core_is_given_back() -> None:
    cores = os.sched_getaffinity(0)
    with serve_overload.on_core(0):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == cores
