"""How many pictures a service takes at once: many for a moment, fewer where the rush lasts.

A long queue lets bursts through; in a flood it stays full, and all that is accepted waits for the whole of it. So the
bound follows the mean occupancy, as active queue management does (Nichols and Jacobson, "Controlling Queue Delay",
ACM Queue 10(5), 2012, tell a good queue, which empties soon, from a bad one, which stands).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

MEAN_SECONDS = 0.5  # the time constant of the mean
CROWDED_SHARE = 0.75  # of the lower bound: a mean above it is no burst any more


class OccupancyLimit:
    """`count` pictures are in work. At most `limit` are taken, half of that where it has been crowded for a while."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.sustained_limit = limit, math.ceil(limit / 2)
        self.count = 0
        self._clock = clock
        self._mean, self._seen = 0.0, clock()

    @property
    def is_full(self) -> bool:
        """Whether the next one is too much."""
        return self.count >= (
            self.sustained_limit
            if self._mean_occupancy() > CROWDED_SHARE * self.sustained_limit
            else self.limit
        )

    def change(self, by: int) -> None:
        """So many more, or fewer."""
        self._mean_occupancy()
        self.count += by

    def _mean_occupancy(self) -> float:
        """The mean of `count`, what lies further back weighing exponentially less."""
        now = self._clock()
        weight = math.exp((self._seen - now) / MEAN_SECONDS)
        self._mean, self._seen = weight * self._mean + (1 - weight) * self.count, now
        return self._mean
