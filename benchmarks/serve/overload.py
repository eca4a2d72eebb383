"""What a service does with more than it can: five times the load that it holds, and clients that dawdle.

    python -m benchmarks.serve.overload [--model MODEL] [--photos FOLDER] [--rounds 5] [--json]

clothier alone, on one core, and all clients on another. Sought first, as serve_race.py does, is the highest rate that
holds; what is normal is the time within which 99 of 100 requests are answered at nine tenths of it.

overload: normal load, five times the capacity for about a minute, normal load. What is accepted may take twice as long
as normally (in the first half second it may not: the service lets bursts in); what is refused must be told so, with
429, within 10 ms in half of all cases and within 50 ms in 99 of 100; and a second after the end of it, no request may
be refused or take longer than twice as long as normally.

slow clients: 100 that send a byte of their head every half second, and 100 that send so of their body. The time
within which 99 of 100 others are answered may grow by a fifth, in the median of rounds with and without, in turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.common import Row, reporting
from benchmarks.serve import load
from benchmarks.serve.clients import clients
from benchmarks.serve.race import OURS, Race, percentile, prepared, started, words

NORMAL, TOO_MUCH = 0.9, 5.0  # of the capacity
CALM, FLOOD = 2, 7  # so long, as multiples of the seconds of a load
SLOW = 200
DRIP = 0.5  # seconds between bytes


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started meanwhile runs on that core alone, where the system can do so and has two."""
    if not hasattr(os, "sched_setaffinity") or len(cores := sorted(os.sched_getaffinity(0))) < 2:
        yield
        return
    os.sched_setaffinity(0, {cores[core]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def overload(race: Race, port: int, capacity: float, seconds: float) -> list[Row]:
    """Normal load, too much, normal load."""
    calm, flood = (NORMAL * capacity, CALM * seconds), (TOO_MUCH * capacity, FLOOD * seconds)
    shots = race.fire(port, OURS.path, 1, calm, flood, calm)
    return judged(shots, calm[1], calm[1] + flood[1])


def judged(shots: Sequence[load.Shot], start: float, end: float) -> list[Row]:
    """What came of too much between those seconds, with normal load before and after it."""
    before = [shot for shot in shots if shot[0] < start]
    during = [shot for shot in shots if start <= shot[0] < end]
    after = [shot for shot in shots if end <= shot[0]]
    normal, accepted = percentile(before), percentile(during)
    statuses = Counter(status for _, _, status in during)
    others = len(shots) - sum(status in (200, 429) for _, _, status in shots)
    bad = [due - end for due, took, status in after if status != 200 or took > 2 * normal]
    rows = [
        Row("accepted, p99, to normal", _ms(accepted), _ms(normal), accepted / normal, 2, at_most=True),
        Row("requests lost", str(others), "0", float(others), 0, at_most=True),
        Row("recovered after", f"{max(bad, default=0):.2f} s", "1 s", max(bad, default=0), 1, at_most=True),
    ]
    if statuses[429]:
        for share, limit in ((50, 0.010), (99, 0.050)):
            took = percentile(during, share, 429)
            rows.append(Row(f"refused, p{share}", _ms(took), _ms(limit), took / limit, 1, at_most=True))
    print(f"at five times the capacity: {dict(statuses)}", flush=True)
    return rows


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


class SlowClients:
    """Half of `count` are slow with their heads, half with their bodies; `sent` counts bytes."""

    def __init__(self, port: int, count: int = SLOW) -> None:
        self.port, self.count, self.sent = port, count, 0

    async def client(self, number: int) -> None:
        """One client, which comes again whenever it is thrown out."""
        head = f"POST {OURS.path} HTTP/1.1\r\nHost: localhost\r\n"
        if number % 2:
            head += "Content-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\n"
        await asyncio.sleep(DRIP * number / self.count)
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                try:
                    writer.write(head.encode())
                    while not (reader.at_eof() or writer.is_closing()):
                        writer.write(b"x")
                        self.sent += 1
                        await writer.drain()
                        await asyncio.sleep(DRIP)
                finally:
                    writer.close()
            await asyncio.sleep(DRIP)


def dawdling(race: Race, port: int, rate: float, seconds: float, rounds: int) -> Row:
    """p99 with slow clients to p99 without."""
    pairs = []
    for number in range(rounds):
        alone = percentile(race.fire(port, OURS.path, number, (rate, seconds)))
        with clients(SLOW, SlowClients(port).client):
            pairs.append((percentile(race.fire(port, OURS.path, number, (rate, seconds))), alone))
        print(f"p99 with slow clients {_ms(pairs[-1][0])}, without {_ms(pairs[-1][1])}", flush=True)
    ours, peer = (_ms(statistics.median(side)) for side in zip(*pairs, strict=True))
    row = Row.of(
        f"p99 with {SLOW} slow clients", ours, peer, [slow / without for slow, without in pairs], 1.2
    )
    return dataclasses.replace(row, at_most=True)


def main() -> None:
    given = words(__doc__, rounds=5, seconds=8.0).parse_args()
    with (
        reporting(given.json) as rows,
        prepared(given, quick=4.0) as race,
        contextlib.ExitStack() as stack,
    ):
        with on_core(0):
            picture = load.pictures(race.folder, 1)[0]
            port = stack.enter_context(started(OURS, given.model, picture))
        stack.enter_context(on_core(1))
        capacity = race.highest(port, OURS.path, 1)
        print(f"capacity: {capacity:.0f}/s", flush=True)
        rows += overload(race, port, capacity, race.seconds)
        slow_rounds = 1 if given.quick else given.rounds
        rows.append(dawdling(race, port, NORMAL * capacity, race.seconds, slow_rounds))


if __name__ == "__main__":
    main()
