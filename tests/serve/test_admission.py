"""How many pictures are taken at once, in bursts and in floods."""

from __future__ import annotations

from clothier.serve.admission import MEMORY, Crowd


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_may_fill_the_whole_queue() -> None:
    crowd = Crowd(8, Clock())
    for _ in range(8):
        assert not crowd.is_full
        crowd.change(1)
    assert crowd.is_full


def test_where_it_stays_crowded_half_of_the_queue_is_taken_until_it_has_been_quiet() -> None:
    clock = Clock()
    crowd = Crowd(8, clock)
    crowd.change(8)
    clock.now += MEMORY
    crowd.change(-4)
    assert crowd.is_full
    crowd.change(-1)
    assert not crowd.is_full  # three, one below half
    crowd.change(-3)
    clock.now += MEMORY
    crowd.change(7)
    assert not crowd.is_full


def test_a_flood_that_is_refused_stays_a_flood() -> None:
    clock = Clock()
    crowd = Crowd(8, clock)
    taken = []
    for step in range(3000):  # 100 come a second, 25 are done
        clock.now += 0.01
        if not crowd.is_full:
            crowd.change(1)
            taken.append((clock.now, crowd.count))
        if step % 4 == 3:
            crowd.change(-1)
    assert max(count for _, count in taken) == 8
    assert {count for now, count in taken if now > 4 * MEMORY} == {4}
    assert len(taken) > 740


def test_what_a_service_holds_is_no_flood() -> None:
    clock = Clock()
    crowd = Crowd(8, clock)
    for _ in range(200):  # five at once, done before the next come
        assert not crowd.is_full
        crowd.change(5)
        for _ in range(5):
            clock.now += 0.02
            crowd.change(-1)
        clock.now += 0.05


def test_a_queue_of_one_takes_one() -> None:
    clock = Clock()
    crowd = Crowd(1, clock)
    for _ in range(50):
        assert not crowd.is_full
        crowd.change(1)
        clock.now += 0.1
        assert crowd.is_full
        crowd.change(-1)
