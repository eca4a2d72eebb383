from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from clothier.photo.ahead import WAITING, ahead


@pytest.mark.parametrize("threads", [None, 1, 3])
@pytest.mark.parametrize("number", [0, 1, WAITING + 1, 5 * WAITING])
def test_results_are_those_of_the_items_in_order(threads: int | None, number: int) -> None:
    assert list(ahead(lambda item: -item, range(number), threads)) == [-item for item in range(number)]


def test_it_runs_on_as_many_threads_as_told() -> None:
    meeting = threading.Barrier(3)  # which lets three pass at once, and nobody before

    def work(item: int) -> int:
        meeting.wait(60)
        return threading.get_ident()

    assert len(set(ahead(work, range(3), threads=3))) == 3
    assert len(set(ahead(lambda _: threading.get_ident(), range(3), threads=1))) == 1


def test_only_a_few_items_are_taken_ahead() -> None:
    taken = count()
    stream = ahead(lambda item: item, iter(taken.__next__, -1))
    assert [next(stream) for _ in range(3)] == [0, 1, 2]
    assert next(taken) == 3 + WAITING


def test_an_exception_comes_in_its_items_turn() -> None:
    stream = ahead(lambda item: 1 // item, [1, 2, 0, 4], threads=1)
    assert [next(stream), next(stream)] == [1, 0]
    with pytest.raises(ZeroDivisionError):
        next(stream)


def test_what_waits_is_given_up_when_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    both_begun, go_on = threading.Barrier(3), threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            go_on.set()
            super().shutdown(wait)

    def work(item: int) -> int:
        begun.append(item)
        if item:
            both_begun.wait(60)
            go_on.wait(60)
        return item

    monkeypatch.setattr(sys.modules["clothier.photo.ahead"], "ThreadPoolExecutor", Pool)
    stream = ahead(work, range(1000), threads=2)
    assert next(stream) == 0
    both_begun.wait(60)
    stream.close()  # type: ignore[attr-defined] # it is a generator
    assert sorted(begun) == [0, 1, 2]
