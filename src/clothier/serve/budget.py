"""What a request costs, and whether that is taken: bytes of bodies, pictures to decode, passes of the network."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from clothier.errors import RefusedError

_REMEMBERED = 256  # units of work over which a pace is the mean: one hiccup must not look like a slow machine
_LEAST = 1e-6  # seconds a unit


class Budget:
    """At most `most()` units are in work together, and a request may take half of what is left: however many large
    requests come, small ones find room. What comes alone may take half of `alone()`, which does not hang on how busy
    the machine is. `unit` and `advice` are the words of a refusal."""

    def __init__(
        self, unit: str, advice: str, most: Callable[[], int], alone: Callable[[], int] | None = None
    ) -> None:
        self.used = 0
        self._unit, self._advice, self._most = unit, advice, most
        self._alone = alone or (lambda: most() // 2)

    @property
    def largest(self) -> int:
        """What one request may cost where nothing else is in work."""
        return max(1, self._alone())

    @property
    def _left(self) -> int:
        return max(0, self._most() - self.used)

    def fits(self, cost: int) -> bool:
        """Whether that is taken now."""
        return cost <= min(self.largest, self._left // 2) if self.used else cost <= self.largest

    def check(self, cost: int) -> None:
        """RefusedError with the price unless that is taken now: 413 where it never would be, else 429."""
        if self.fits(cost):
            return
        price = f"the request costs {cost:,} {self._unit}"
        if cost > self.largest:
            raise RefusedError(413, "too_large", f"{price}; wanted at most {self.largest:,}; {self._advice}")
        raise RefusedError(
            429,
            "busy",
            f"the service is busy: {price}, {self._left:,} of {self._most():,} are left, and one request may use half "
            f"of them; wanted {self._left // 2:,} or fewer; {self._advice}, or try again later",
            1,
        )

    @contextlib.contextmanager
    def take(self, cost: int) -> Iterator[None]:
        """So many units, until the end of it. Raises RefusedError as `check`."""
        self.check(cost)
        self.used += cost
        try:
            yield
        finally:
            self.used -= cost


class Pace:
    """How long a unit of work takes, the mean over what was done lately: `core` seconds of a core, and `wall`
    seconds by the clock, those included in which others had the core."""

    def __init__(self, seconds: float) -> None:
        self.core = self.wall = seconds

    def saw(self, units: int, core: float, wall: float) -> None:
        """So many units took so long."""
        weight = units / (units + _REMEMBERED)
        self.core += weight * (core / units - self.core)
        self.wall += weight * (wall / units - self.wall)

    def within(self, seconds: float) -> int:
        """Units that are done in so many seconds."""
        return int(seconds / max(self.core, self.wall, _LEAST))

    def alone(self, seconds: float) -> int:
        """The same where nothing else wants the core."""
        return int(seconds / max(self.core, _LEAST))
