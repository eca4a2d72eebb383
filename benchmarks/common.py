"""What the races share: their words on the command line, a process for each leg, and the form of their results."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Row:
    """One result: what was set against what, as words with units, and their ratio with its range over the rounds.

    `ratio` is None where nothing could be measured; `peer` then says why. `wanted` is None where nothing is asked;
    it is the least ratio wanted, or the greatest with `at_most`.
    """

    contest: str
    ours: str
    peer: str
    ratio: float | None
    wanted: float | None = None
    at_most: bool = False
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(
        cls, contest: str, ours: str, peer: str, ratios: Sequence[float], wanted: float | None = None
    ) -> Row:
        """The median of the ratios within each round, beside their range."""
        median = statistics.median(ratios)
        return cls(contest, ours, peer, median, wanted, low=min(ratios), high=max(ratios))

    @property
    def met(self) -> str:
        if self.ratio is None or self.wanted is None:
            return ""
        return "yes" if (self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted) else "NO"


def parser(doc: str | None) -> argparse.ArgumentParser:
    """The words every race knows."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--quick", action="store_true", help="less of everything: a look, not a figure to quote"
    )
    made.add_argument("--json", action="store_true", help="the results alone, as JSON, on standard output")
    return made


@contextlib.contextmanager
def reporting(as_json: bool) -> Iterator[list[Row]]:
    """A list to put rows in; at the end it is printed, as a table or, with whatever else was printed on standard
    error, as JSON."""
    rows: list[Row] = []
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        yield rows
    print(json.dumps([asdict(row) for row in rows]) if as_json else f"\n{table(rows)}")


def table(rows: Sequence[Row], races: Sequence[str] = ()) -> str:
    """The rows under their headings, in columns; the first is the race of each, where those are given."""
    cells: list[tuple[str, ...]] = [("contest", "ours", "peer", "ratio", "range", "wanted", "met")]
    for row in rows:
        spread = "" if row.low is None or row.low == row.high else f"{row.low:.2f}-{row.high:.2f}"
        sign = "<=" if row.at_most else ">="
        wanted = "" if row.wanted is None else f"{sign} {row.wanted:g}x"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}x"
        cells.append((row.contest, row.ours, row.peer, ratio, spread, wanted, row.met))
    if races:
        cells = [(race, *line) for race, line in zip(("race", *races), cells, strict=True)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def alone(script: str, *words: object) -> Any:
    """What `python script words` prints last, read as JSON: a measurement in a process of its own.

    What else it prints is lost, and what it says on standard error is shown only where it fails, which ends the race.
    """
    command = [sys.executable, script, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode:
        sys.exit(f"{done.stderr}{script} {' '.join(map(str, words))} failed with status {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def environment() -> dict[str, str]:
    """This process's variables, by which another finds the package of the benchmarks."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def peak_megabytes() -> float:
    """The most memory this process has held at once, mapped files included."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux getrusage would count the memory of the process that started this one, too
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


class OwnMemory(threading.Thread):
    """The most memory this process holds at once from here on, but for the pages of mapped files: those the system
    takes back when it needs room. Looked at fifty times a second; where the system does not tell, `peak_megabytes`."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0.0
        self.start()

    def run(self) -> None:
        status = Path("/proc/self/status")
        while status.exists():
            self.most = max(self.most, int(status.read_text().split("RssAnon:")[1].split()[0]) / 2**10)
            time.sleep(0.02)

    @property
    def megabytes(self) -> float:
        return self.most or peak_megabytes()


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """b of the power law cost = a * size^b that comes nearest to the points: least squares on logarithms."""
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(c) for c in costs]
    ).slope
