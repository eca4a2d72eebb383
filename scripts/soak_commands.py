"""End each command that writes at random moments, and fill the disk under it: nothing half written stands at its place,
nothing old is lost, the next start goes on, and no litter stays.

    python scripts/soak_commands.py [--kills 10] [--seed 1] [--only predict]

Every command first runs twice undisturbed. Then it is killed with SIGKILL, in turn over its earlier results and without
them, and started again; it is ended with SIGTERM and SIGHUP; and it writes to a disk of half the room that it needs, a
tmpfs, which takes the rights to mount one. Prints a line a command and fails at the first fault.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

RUNS = ("runs/cnn1-1", "runs/cnn1-2")
# The words of each command, and the file or folder that it writes.
COMMANDS: dict[str, tuple[tuple[str, ...], str]] = {
    "data": (("data", "folder:photos", "--image-size", "224", "--json"), "cache/clothier/photos"),
    "predict": (("predict", "photos", "--out", "answers.csv"), "answers.csv"),
    "embed": (("embed", "--data", "generated:2000", "--out", "vectors.npz"), "vectors.npz"),
    "explore": (("explore", "--data", "generated:300", "--out", "page.html"), "page.html"),
    "export": (("export", RUNS[0], "--format", "onnx", "--out", "model.onnx"), "model.onnx"),
    "compare": (("compare", *RUNS, "--out", "comparison"), "comparison"),
    "reproduce": (
        (
            *("reproduce", "article", "--rows", "cnn1", "--seeds", "1", "--augmented-seeds", "0"),
            *("--data", "generated:600", "--set", "epochs=1", "--runs", "again/runs", "--out", "again/page"),
        ),
        "again",
    ),
}
TRAIN = ("train", "cnn1", "--data", "generated:600", "--epochs", "1", "--set", "augmented_epochs=0")
OLD = 120  # seconds; younger temporary files might still be written


@dataclass(frozen=True)
class Soak:
    """One command in a folder. `out` is what it writes, `whole` the seconds that it takes undisturbed, `results` what
    it then leaves by path; None for a file that is not the same each time."""

    words: tuple[str, ...]
    folder: Path
    out: Path
    whole: float
    results: Mapping[Path, bytes | None]

    @classmethod
    def of(cls, words: tuple[str, ...], folder: Path, out: Path) -> Soak:
        finish(words, folder)
        first = contents(out)
        began = time.perf_counter()
        finish(words, folder)
        whole, second = time.perf_counter() - began, contents(out)
        if not first or first.keys() != second.keys():
            sys.exit(f"{words[0]} left {sorted(map(str, first))} and then {sorted(map(str, second))}")
        same = {path: content if second[path] == content else None for path, content in first.items()}
        return cls(words, folder, out, whole, same)

    def end(self, number: int, moment: float) -> int:
        """Start the command, and send the signal at that moment; returns the exit code."""
        process = start(self.words, self.folder)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(number)
        _, said = process.communicate()
        # A shell has 130 for -SIGINT too, which Python makes of an interrupt that fell into text that it executed.
        if process.returncode not in (0, 130, -signal.SIGINT, -signal.SIGKILL):
            sys.exit(f"{self.words[0]} ended with {process.returncode}: {said.decode()[-500:]}")
        return process.returncode

    def check(self, were_there: bool, what: str) -> None:
        """What stands at its place is whole, and all of it is there if it was before."""
        now = contents(self.out)
        for path, content in self.results.items():
            if path not in now:
                if were_there:
                    sys.exit(f"{what}: {path} is lost")
            elif content is not None and now[path] != content:
                sys.exit(f"{what}: {path} is half written, {len(now[path])} bytes of {len(content)}")
            elif not now[path]:
                sys.exit(f"{what}: {path} is empty")

    def check_litter(self, what: str) -> None:
        if left := litter(self.folder):
            sys.exit(f"{what}: {', '.join(map(str, left))} stays")


def start(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    places = {"XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(folder / "temporary")}
    return subprocess.Popen(
        [sys.executable, "-m", "clothier", *words],
        cwd=folder,
        env={**os.environ, **places},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(words: Sequence[str], folder: Path, codes: Sequence[int] = (0,)) -> str:
    process = start(words, folder)
    _, said = process.communicate()
    if process.returncode not in codes:
        sys.exit(f"clothier {' '.join(words)} ended with {process.returncode}: {said.decode()[-500:]}")
    return said.decode()


def contents(out: Path) -> dict[Path, bytes]:
    paths = [out] if out.is_file() else [path for path in out.rglob("*") if path.is_file()]
    return {
        path: path.read_bytes()
        for path in paths
        if path.suffix not in (".tmp", ".lock") and path.name != "lock"
    }


def litter(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.tmp"))


def remove(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True) if out.is_dir() else out.unlink(missing_ok=True)


def killed(soak: Soak, kills: int, dice: random.Random) -> int:
    """How many kills hit the command before its end."""
    hits = 0
    for number in range(kills):
        what = f"{soak.words[0]}, kill {number + 1}"
        if number % 2:
            remove(soak.out)
        hits += soak.end(signal.SIGKILL, dice.uniform(soak.whole / 5, soak.whole)) < 0
        soak.check(not number % 2, what)
        past = time.time() - OLD
        for path in litter(soak.folder):
            os.utime(path, (past, past))
        finish(soak.words, soak.folder)
        soak.check(True, f"{what}, started again")
        soak.check_litter(what)
    return hits


def ended(soak: Soak, dice: random.Random) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        remove(soak.out)
        soak.end(number, dice.uniform(soak.whole / 2, soak.whole))
        soak.check(False, f"{soak.words[0]}, {number.name}")
        soak.check_litter(f"{soak.words[0]}, {number.name}")
        finish(soak.words, soak.folder)


@contextmanager
def small_disk(place: Path, num_bytes: int) -> Iterator[bool]:
    """A disk of that room at `place`; False where none can be mounted."""
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={max(4096, num_bytes)}", "tmpfs", str(place)]
    mounted = shutil.which("mount") is not None and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def filled(soak: Soak) -> str:
    """The command on a disk of half the room that it needs; what it said."""
    needed = sum(path.stat().st_size for path in soak.results)
    full = soak.folder / "full"
    with small_disk(full, needed // 2) as mounted:
        if not mounted:
            return "no disk can be mounted here"
        out = full / soak.out.name
        words = [str(out) if word == soak.out.name else word for word in soak.words]
        if str(out) not in words:
            return "not tried"
        said = finish(words, soak.folder, codes=(74,)).strip().splitlines()[-1]
        if left := [path for path in full.rglob("*") if path.is_file()]:
            sys.exit(f"{soak.words[0]} on a full disk: {left} stays")
        return said


def prepare(folder: Path, needs_runs: bool) -> None:
    dice = np.random.default_rng(0)
    (folder / "temporary").mkdir()
    for number in range(400):
        place = folder / "photos" / f"class{number % 4}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(dice.integers(0, 256, (240, 240, 3), np.uint8)).save(
            place / f"{number}.png", compress_level=1
        )
    for _ in RUNS if needs_runs else ():
        finish(TRAIN, folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10, help="of each command")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--only", choices=COMMANDS, action="append", help="this command; may be given again")
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    chosen = arguments.only or list(COMMANDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, needs_runs=bool({"export", "compare"} & set(chosen)))
        for command in chosen:
            words, out = COMMANDS[command]
            soak = Soak.of(words, folder, folder / out)
            hits = killed(soak, arguments.kills, dice)
            ended(soak, dice)
            same = sum(content is not None for content in soak.results.values())
            print(
                f"{command}: {soak.whole:.1f} s undisturbed, {hits} of {arguments.kills} kills hit it; "
                f"{len(soak.results)} files whole each time, {same} of them to the bit; full disk: {filled(soak)}",
                flush=True,
            )


if __name__ == "__main__":
    main()
