"""Every race in its quick form, one after the other, and one table of what came out.

    python -m benchmarks.all [--photos FOLDER] [--only train/race data/scale]

What the races tell meanwhile goes to standard error, the table to standard output. A race that fails has its row too,
and the others still run; the exit status is then 1. FOLDER, one that `folder:FOLDER` takes, replaces drawn photos.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import Row, environment, table

HERE = Path(__file__).parent
RACES = (
    "train/augment_race",
    "train/warp_race",
    "train/features_race",
    "train/features_memory",
    "data/folder_cache",
    "data/scale",
    "predict/race",
    "serve/batches",
    "serve/race",
    "serve/overload",
    "train/small_maps",
    "train/race",
    "train/time_to_accuracy",
)
# What stands before the folder, for those that take photos.
PHOTOS = {
    "data/folder_cache": [],
    "data/scale": [],
    "serve/race": ["--photos"],
    "serve/overload": ["--photos"],
}
FAILED = "FAILED"


def run(script: Path, words: Sequence[str] = ()) -> list[Row]:
    """The rows of one race; a single one that says so where it is not there or fails."""
    if not script.exists():
        return [Row("not there", "", f"no {script.name}", None)]
    command = [sys.executable, str(script), "--quick", "--json", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment())
    if done.returncode:
        return [Row(FAILED, "", f"exit status {done.returncode}, see above", None)]
    try:
        return [Row(**row) for row in json.loads(done.stdout.splitlines()[-1])]
    except (IndexError, TypeError, ValueError):
        return [Row(FAILED, "", "printed no rows", None)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=RACES, default=RACES)
    parser.add_argument("--photos", type=Path)
    words = parser.parse_args()
    rows: list[Row] = []
    races: list[str] = []
    began = time.perf_counter()
    for name in words.only:
        print(f"\n== {name}", file=sys.stderr, flush=True)
        started = time.perf_counter()
        more = [*PHOTOS[name], str(words.photos)] if words.photos and name in PHOTOS else []
        made = run(HERE / f"{name}.py", more)
        print(f"== {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
        rows += made
        races += [name] * len(made)
    print(f"\n{table(rows, races)}\n\nall in {(time.perf_counter() - began) / 60:.1f} minutes, in quick form")
    sys.exit(any(row.contest == FAILED for row in rows))


if __name__ == "__main__":
    main()
