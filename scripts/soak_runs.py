"""Damage each file of a run in many ways, and give it to the commands that read runs: none may end in a traceback.

    PYTHONPATH=src:tests python scripts/soak_runs.py --each 1000 [--seed 1] [--commands runs,compare]

The run is a made one (tests/support/run_folders.py). Prints a line a file and command, and ends with 1 where anything
was wrong: another exit code than 0 or 2, an exception, or a control character on stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import shutil
import sys
import tempfile
from pathlib import Path

from support.damage import damaged
from support.run_folders import make_run

from clothier import cli
from clothier.runs import Run


def commands(run: Run, other: Run, folder: Path) -> dict[str, list[str]]:
    """The words of each command, by its name."""
    root = str(run.path.parent)
    return {
        "runs": ["runs", root, "--json"],
        "compare": ["compare", str(run.path), str(other.path)],
        "summary": ["summary", str(run.path)],
        "reproduce": ["reproduce", "article", "--runs", root, "--seeds", "0", "--rows", "cnn1"],
        "plot": ["plot", str(run.path), "--out", str(folder / "figures")],
    }


def fault(words: list[str]) -> str:
    """What a command did wrong; "" where it did nothing wrong."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            code = cli.run(words)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    if code not in (0, 2):
        return f"exit code {code}: {said.getvalue()[-200:]!r}"
    control = {letter for letter in said.getvalue() if letter < " "} - {"\n"}
    return f"control characters {control}" if control else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--each", type=int, default=1000, help="kinds of damage of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", default="runs,compare,summary,reproduce")
    arguments = parser.parse_args()
    dice, wrong = random.Random(arguments.seed), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, other = (make_run(folder / "runs", f"cnn1-{number}", [3], epochs=2) for number in (1, 2))
        known = commands(one, other, folder)
        for path in sorted(path for path in one.path.rglob("*") if path.is_file()):
            data = path.read_bytes()
            for command in arguments.commands.split(","):
                found: dict[str, int] = {}
                for _ in range(arguments.each):
                    path.write_bytes(damaged(dice, path.name, data))
                    if said := fault(known[command]):
                        found[said] = found.get(said, 0) + 1
                path.write_bytes(data)
                shutil.rmtree(folder / "figures", ignore_errors=True)
                wrong += sum(found.values())
                print(
                    f"{path.name} {command}: {arguments.each} tried, {sum(found.values())} wrong", flush=True
                )
                for said, count in found.items():
                    print(f"  {count} times {said}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
