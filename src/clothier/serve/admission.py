"""How many pictures a service takes at once: many for a moment, fewer where the rush lasts.

A long queue lets bursts through; in a flood it stays full, and all that is accepted waits for the whole of it. So the
bound follows the mean occupancy, as active queue management does (Nichols and Jacobson, "Controlling Queue Delay",
ACM Queue 10(5), 2012, tell a good queue, which empties soon, from a bad one, which stands).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

MEMORY = 0.5  # seconds over which the mean is taken: its time constant
LASTING = 0.75  # of the lower bound: a mean above it is no burst any more


class Crowd:
    """`count` pictures are in work. At most `most` are taken, half of that where it has been crowded for a while."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.least = most, math.ceil(most / 2)
        self.count = 0
        self._clock = clock
        self._mean, self._seen = 0.0, clock()

    @property
    def is_full(self) -> bool:
        """Whether the next one is too much."""
        return self.count >= (self.least if self._until_now() > LASTING * self.least else self.most)

    def change(self, by: int) -> None:
        """So many more, or fewer."""
        self._until_now()
        self.count += by

    def _until_now(self) -> float:
        """The mean of `count`, what lies further back weighing exponentially less."""
        now = self._clock()
        weight = math.exp((self._seen - now) / MEMORY)
        self._mean, self._seen = weight * self._mean + (1 - weight) * self.count, now
        return self._mean
