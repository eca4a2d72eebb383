"""How many pictures are taken at once, in bursts and in floods."""

from __future__ import annotations

from clothier.serve.admission import MEAN_SECONDS, OccupancyLimit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_may_fill_the_whole_queue() -> None:
    occupancy = OccupancyLimit(8, Clock())
    for _ in range(8):
        assert not occupancy.is_full
        occupancy.change(1)
    assert occupancy.is_full


def test_where_it_stays_crowded_half_of_the_queue_is_taken_until_it_has_been_quiet() -> None:
    clock = Clock()
    occupancy = OccupancyLimit(8, clock)
    occupancy.change(8)
    clock.now += MEAN_SECONDS
    occupancy.change(-4)
    assert occupancy.is_full
    occupancy.change(-1)
    assert not occupancy.is_full  # three, one below half
    occupancy.change(-3)
    clock.now += MEAN_SECONDS
    occupancy.change(7)
    assert not occupancy.is_full


def test_a_flood_that_is_refused_stays_a_flood() -> None:
    clock = Clock()
    occupancy = OccupancyLimit(8, clock)
    taken = []
    for step in range(3000):  # 100 come a second, 25 are done
        clock.now += 0.01
        if not occupancy.is_full:
            occupancy.change(1)
            taken.append((clock.now, occupancy.count))
        if step % 4 == 3:
            occupancy.change(-1)
    assert max(count for _, count in taken) == 8
    assert {count for now, count in taken if now > 4 * MEAN_SECONDS} == {4}
    assert len(taken) > 740


def test_what_a_service_holds_is_no_flood() -> None:
    clock = Clock()
    occupancy = OccupancyLimit(8, clock)
    for _ in range(200):  # five at once, done before the next come
        assert not occupancy.is_full
        occupancy.change(5)
        for _ in range(5):
            clock.now += 0.02
            occupancy.change(-1)
        clock.now += 0.05


def test_a_queue_of_one_takes_one() -> None:
    clock = Clock()
    occupancy = OccupancyLimit(1, clock)
    for _ in range(50):
        assert not occupancy.is_full
        occupancy.change(1)
        clock.now += 0.1
        assert occupancy.is_full
        occupancy.change(-1)
