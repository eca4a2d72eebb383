"""How many photos a second a service answers, 99 of 100 within 100 ms: clothier against what people would write.

    pip install 'clothier[serve]' fastapi python-multipart 'uvicorn[standard]' litserve bentoml
    python -m benchmarks.serve.race [--model MODEL] [--photos FOLDER] [--rounds 3] [--even] [--json]

The same network in ONNX Runtime, the same photo doctor and the same forms with a JPEG each for all, which must give
the same probabilities; the peers are the apps in benchmarks/serve/peers/, with one worker and with two: the better
counts.
A process of its own sends requests whether or not those before were answered (load.py says how) and counts their time
from when they were due. The highest rate that holds, which is that all are answered, 99 of 100 within 100 ms, is
sought by doubling, then by bisection; what fails is tried once more. Services take turns, each alone on the machine;
the ratio is the median over rounds. Without a FOLDER of JPEGs, photos are drawn.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import ROOT, Row, alone, parser, reporting
from benchmarks.photos.drawn import draw
from benchmarks.serve import load
from benchmarks.serve.serving import free_port

FEWEST = 150  # requests that a rate is judged by
FIRST = 16.0  # a second, where nothing is known yet
FINENESS = 1.05
SURE = 1e-4  # probabilities may differ by


@dataclass(frozen=True)
class Contestant:
    """A service: the words that start it, with PORT and WORKERS to be replaced, and the path of its predictions."""

    family: str
    package: str
    words: tuple[str, ...]
    path: str = "/predict"
    workers: int = 0

    @property
    def name(self) -> str:
        return (
            f"{self.family}, {self.workers} worker{'s' * (self.workers > 1)}" if self.workers else self.family
        )


OURS = Contestant("clothier", "granian", ("clothier", "serve", "--port", "PORT"), "/v1/predict")
PEERS = [
    Contestant(family, package, words, workers=workers)
    for family, package, words in (
        (
            "FastAPI",
            "fastapi",
            ("uvicorn", "benchmarks.serve.peers.fastapi_app:app", "--port", "PORT", "--workers", "WORKERS"),
        ),
        ("LitServe", "litserve", ("benchmarks.serve.peers.litserve_app", "PORT", "WORKERS")),
        (
            "BentoML",
            "bentoml",
            ("bentoml", "serve", "benchmarks.serve.peers.bentoml_app:Clothes", "--port", "PORT"),
        ),
    )
    for workers in (1, 2)
]
NAIVE, BEST = "FastAPI", "the best of the others"
WANTED = {NAIVE: 1.5, BEST: 1.2}


@contextlib.contextmanager
def started(contestant: Contestant, model: str | None, picture: bytes) -> Iterator[int]:
    """Its port, once it has answered; it and all that it started are ended at the end."""
    port = free_port()
    told = {"PORT": str(port), "WORKERS": str(contestant.workers)}
    command = [sys.executable, "-m", *(told.get(word, word) for word in contestant.words)]
    if contestant is OURS and model:
        command.append(model)
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "WORKERS": str(contestant.workers)}
    environment |= {"MODEL": model} if model else {}
    nowhere = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=nowhere, stderr=nowhere
    )
    try:
        began = time.perf_counter()
        while time.perf_counter() - began < 60:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if asked(port, contestant.path, picture)[0] == 200:
                    yield port
                    return
            time.sleep(0.1)
        sys.exit(f"{contestant.name} does not answer: {' '.join(command)}")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with contextlib.suppress(ProcessLookupError):  # what it started and left behind
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def asked(port: int, path: str, picture: bytes) -> tuple[int, bytes]:
    """(status, body) for one picture."""
    head, _, body = load.form(path, picture).partition(b"\r\n\r\n")
    kind = head.partition(b"Content-Type: ")[2].partition(b"\r\n")[0].decode()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("POST", path, body, {"Content-Type": kind})
        response = line.getresponse()
        return response.status, response.read()
    finally:
        line.close()


def probabilities(said: Any) -> dict[str, float]:
    """Those of the first answer, whichever form a service gives it."""
    while "probabilities" not in said:
        said = said[0] if isinstance(said, list) else said["answers"]
    return dict(said["probabilities"])


def percentile(shots: Sequence[load.Shot], share: float = 99, status: int = 200) -> float:
    """Seconds within which so many of a hundred requests of that status were answered; infinite without any."""
    seconds = [seconds for _, seconds, said in shots if said == status]
    return float(np.percentile(seconds, share, method="higher")) if seconds else float("inf")


def holds(shots: Sequence[load.Shot], count: int, limit: float) -> bool:
    """Whether all of so many requests were answered, 99 of 100 within that many seconds."""
    answered = sum(status == 200 for _, _, status in shots)
    return answered == count and percentile(shots) <= limit


def highest(holding: Callable[[float], bool], first: float, fineness: float = FINENESS) -> float:
    """The highest rate that holds: by doubling or halving from the first, then by bisection to that factor; 0 where
    hardly one a second does."""
    low, high = (first, 2 * first) if holding(first) else (first / 2, first)
    if low == first:
        while holding(high):
            low, high = high, 2 * high
    else:
        while not holding(low):
            low, high = low / 2, low
            if low < 1:
                return 0.0
    while high / low > fineness:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if holding(middle) else (low, middle)
    return low


@dataclass
class Race:
    """The course that all run."""

    folder: Path
    model: str | None
    seconds: float
    even: bool
    limit: float

    def fire(
        self, port: int, path: str, seed: int, *phases: tuple[float, float], give_up: float = 0
    ) -> list[load.Shot]:
        """What became of requests at (rate, seconds), one after the other."""
        words = [f"{rate}:{seconds}" for rate, seconds in phases]
        words += [
            *["--even"] * self.even,
            "--seed",
            str(seed),
            *(["--give-up", str(give_up)] if give_up else []),
        ]
        shots = alone(load.__file__, port, path, self.folder, *words)
        return [(due, seconds, status) for due, seconds, status in shots]

    def capacity(self, contestant: Contestant, seed: int, known: float = 0) -> float:
        """The highest rate that a service holds, started for it; `known` is what is expected."""
        with started(contestant, self.model, load.pictures(self.folder, 1)[0]) as port:
            return self.highest(port, contestant.path, seed, known)

    def highest(self, port: int, path: str, seed: int, known: float = 0) -> float:
        """The highest rate that holds."""
        self.fire(port, path, seed, (FIRST, 3))  # to warm up

        def holding(rate: float) -> bool:
            seconds = max(self.seconds, FEWEST / rate)
            for turn in range(2):
                shots = self.fire(port, path, 10 * seed + turn, (rate, seconds), give_up=self.limit)
                if holds(shots, round(rate * seconds), self.limit):
                    return True
            return False

        return highest(holding, 0.75 * known or FIRST)


def alike(race: Race, contestants: Sequence[Contestant]) -> None:
    """End the race unless all say the same of the same pictures."""
    pictures, expected = load.pictures(race.folder, 3), None
    for contestant in contestants:
        with started(contestant, race.model, pictures[0]) as port:
            answers = [asked(port, contestant.path, picture)[1] for picture in pictures]
        said = [probabilities(json.loads(answer)) for answer in answers]
        expected = expected or said
        for ours, theirs in zip(expected, said, strict=True):
            if max(abs(ours[name] - share) for name, share in theirs.items()) > SURE:
                sys.exit(f"{contestant.name} gives other probabilities: {theirs} for {ours}")


def results(race: Race, rounds: int) -> list[Row]:
    there = [peer for peer in PEERS if importlib.util.find_spec(peer.package)]
    if not there:
        return compared({OURS.family: []})
    alike(race, [OURS, *(peer for peer in there if peer.workers == 1)])
    rates: dict[str, list[float]] = {}
    known: dict[Contestant, float] = {}
    for number in range(rounds):
        turn: dict[str, float] = {}
        for contestant in [OURS, *there]:
            known[contestant] = race.capacity(contestant, number + 1, known.get(contestant, 0))
            print(f"{contestant.name}: {known[contestant]:.0f}/s", flush=True)
            turn[contestant.family] = max(turn.get(contestant.family, 0), known[contestant])
        turn[BEST] = max([turn[name] for name in turn if name not in (OURS.family, NAIVE)] or [0])
        for name, rate in turn.items():
            rates.setdefault(name, []).append(rate)
    return compared(rates)


def compared(rates: dict[str, list[float]]) -> list[Row]:
    """A row a peer, of the rates each had in each round; one that says so for each that is not installed."""
    ours, rows = rates[OURS.family], []
    for name in dict.fromkeys([*(peer.family for peer in PEERS), BEST]):
        theirs = rates.get(name, [])
        if not any(theirs):
            rows.append(Row(f"against {name}", "", "not installed", None))
            continue
        ratios = [one / other for one, other in zip(ours, theirs, strict=True) if other]
        mine, other = (f"{statistics.median(side):.0f}/s" for side in (ours, theirs))
        rows.append(Row.of(f"against {name}", mine, other, ratios, WANTED.get(name)))
    return rows


def words(doc: str | None, rounds: int, seconds: float) -> argparse.ArgumentParser:
    """What this race and its like are told, with these many rounds and seconds a load unless they are."""
    made = parser(doc)
    made.add_argument("--model", help="a run, a model file, or the name of a model in the box")
    made.add_argument("--photos", type=Path)
    made.add_argument("--rounds", type=int, default=rounds)
    made.add_argument("--seconds", type=float, default=seconds, help="of each load")
    made.add_argument("--even", action="store_true", help="arrivals evenly spaced")
    made.add_argument(
        "--limit", type=float, default=0.1, help="seconds within which 99 of 100 must be answered"
    )
    return made


@contextlib.contextmanager
def prepared(given: argparse.Namespace, quick: float) -> Iterator[Race]:
    """The race that was asked for, with loads of so many seconds where it is to be a quick one."""
    with tempfile.TemporaryDirectory() as scratch:
        if not given.photos:
            draw(Path(scratch))
        seconds = quick if given.quick else given.seconds
        yield Race(given.photos or Path(scratch), given.model, seconds, given.even, given.limit)


def main() -> None:
    given = words(__doc__, rounds=3, seconds=5.0).parse_args()
    with reporting(given.json) as rows, prepared(given, quick=2.0) as race:
        rows += results(race, 1 if given.quick else given.rounds)


if __name__ == "__main__":
    main()
