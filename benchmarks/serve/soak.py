"""Does a service stay as small as it was? Memory and open files under a steady load of good and bad requests.

    python -m benchmarks.serve.soak [--minutes 20] [--model MODEL] [--rate 20] [--json]

Four clients send so many requests a second together: one in two a sound picture, the others the hostile uploads of
hostile.py in turn. Every few seconds the memory of all processes of the service is summed (that of their own, without
libraries), and their open files and sockets are counted; each minute a line is printed. The verdict sets the mean of
the last tenth of the time against that of the second: memory may be 8 MB more, open files as many as the clients.
Every sound picture must have its answer, everything else a status of 4xx, and every line of the log must be JSON.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.common import Row, parser, reporting
from benchmarks.serve.faults import Client
from benchmarks.serve.hostile import KINDS, RARE, Upload, sound
from benchmarks.serve.serving import Served

CLIENTS = 4
GROWTH = 8.0  # megabytes


@dataclass(frozen=True)
class Sample:
    """What the service held at a time, in seconds from the start."""

    when: float
    megabytes: float
    descriptors: int


@dataclass
class Steady:
    """So many requests a second, until told to stop; `statuses` counts them, of good and of bad requests."""

    served: Served
    rate: float
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Steady:
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        client, began = Client(self.served.port, self.served.name), time.perf_counter()
        names, count = sorted(set(KINDS) - set(RARE)), 0
        while not self._stop.wait(max(0, began + count * CLIENTS / self.rate - time.perf_counter())):
            dice = np.random.default_rng([number, count])
            good = count % 2 == 0
            kind = names[(number + count // 2) % len(names)]
            try:
                status, _ = client.send(
                    Upload(sound(dice, "JPEG"), "image/jpeg") if good else KINDS[kind](dice)
                )
            except (OSError, http.client.HTTPException):
                status = 0
            self.statuses["good" if good else "bad", status] += (
                1  # each key is written by threads that hold the lock
            )
            count += 1
        client.close()


def growth(samples: Sequence[Sample], seconds: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """(then, now) of megabytes and of descriptors: means of the second and of the last tenth of that time."""
    parts = [
        [sample for sample in samples if start * seconds <= sample.when <= (start + 0.1) * seconds]
        for start in (0.1, 0.9)
    ]
    megabytes = tuple(statistics.fmean(sample.megabytes for sample in part) for part in parts)
    descriptors = tuple(statistics.fmean(sample.descriptors for sample in part) for part in parts)
    return (megabytes[0], megabytes[1]), (descriptors[0], descriptors[1])


def watched(served: Served, seconds: float, between: float) -> list[Sample]:
    """Samples so many seconds apart; a line is printed each minute."""
    began, samples, told = time.perf_counter(), list[Sample](), 0
    while (now := time.perf_counter() - began) < seconds:
        samples.append(Sample(now, served.megabytes(), served.descriptors()))
        if now >= 60 * told:
            told += 1
            held = samples[-1]
            print(f"{now / 60:4.0f} min  {held.megabytes:.1f} MB  {held.descriptors} open files", flush=True)
        time.sleep(between)
    return samples


def verdict(samples: Sequence[Sample], seconds: float, statuses: Counter[tuple[str, int]]) -> list[Row]:
    (before, after), (few, many) = growth(samples, seconds)
    wrong = {
        key: count
        for key, count in statuses.items()
        if not (key[1] == 200 if key[0] == "good" else 400 <= key[1] < 500)
    }
    print(f"{statuses.total():,} requests, of which not answered as they should be: {wrong or 'none'}")
    return [
        Row("memory, MB", f"{after:.1f}", f"{before:.1f}", after / before, 1 + GROWTH / before, at_most=True),
        Row("open files", f"{many:.1f}", f"{few:.1f}", many / few, 1 + CLIENTS / few, at_most=True),
        Row("wrong answers", str(sum(wrong.values())), "0", float(sum(wrong.values())), 0, at_most=True),
    ]


def logged(log: Iterable[str], requests: int) -> Row:
    """How many lines of the log are no JSON object with a status."""
    lines = wrong = 0
    for line in log:
        lines += 1
        try:
            wrong += "status" not in json.loads(line)
        except ValueError:
            wrong += 1
    print(f"{lines:,} lines in the log of {requests:,} requests and of what was asked beside them")
    return Row("log lines that are no JSON", str(wrong), "0", float(wrong), 0, at_most=True)


def main() -> None:
    words = parser(__doc__)
    words.add_argument("--model")
    words.add_argument("--minutes", type=float, default=20)
    words.add_argument("--rate", type=float, default=20)
    given = words.parse_args()
    seconds = 20.0 if given.quick else 60 * given.minutes
    with reporting(given.json) as rows, tempfile.TemporaryFile("w+") as log:
        served = Served(given.model, "--queue", "64", log=log)
        with Steady(served, given.rate) as load:
            samples = watched(served, seconds, min(5.0, seconds / 50))
        rows += verdict(samples, seconds, load.statuses)
        served.end()
        log.seek(0)
        rows.append(logged(log, load.statuses.total()))


if __name__ == "__main__":
    main()
