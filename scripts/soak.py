"""Kill training with SIGKILL at random moments, resume it, and compare every bit with a run that was never killed.

    python scripts/soak.py --kills 50 [--seed 1]

Prints a line a kill and fails at the first difference. Weights and optimiser state are compared by SHA-256.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from clothier.runs import Run, checkpoint

TRAIN = ("train", "cnn3", "--data", "generated:2000", "--epochs", "3", "--set", "augmented_epochs=3")


def start(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "clothier", *words, "--verbose", "0"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(words: Sequence[str], folder: Path) -> float:
    """Seconds the command took; SystemExit with its words where it failed."""
    began = time.perf_counter()
    process = start(words, folder)
    _, complaint = process.communicate()
    if process.returncode:
        sys.exit(f"clothier {' '.join(words)} ended with {process.returncode}: {complaint.decode()}")
    return time.perf_counter() - began


def bits(run: Run) -> tuple[str, list[str], str]:
    last = checkpoint.load(run.last_checkpoint)
    scores = [phase.weights_sha256 for phase in run.read_scores()]
    return checkpoint.digest(last.tensors), scores, run.predictions_file.read_text()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = finish(TRAIN, folder)
        reference = Run.open(folder / "runs" / "cnn3-1")
        expected = bits(reference)
        # Each victim would choose between float32 and bfloat16 by a probe of its own, which a busy machine can tip.
        again = (*TRAIN, "--set", f"precision={reference.recipe().precision}")
        print(f"unbroken: {whole:.1f} s, weights and optimiser {expected[0][:16]}")
        kills = victims = 0
        while kills < arguments.kills:
            victims += 1
            run = Run(folder / "runs" / "cnn3-2")
            for _ in range(3):  # each victim is killed up to three times on its way
                words = ("train", "--resume", str(run.path)) if run.recipe_file.exists() else again
                if words is again:
                    shutil.rmtree(run.path, ignore_errors=True)
                process = start(words, folder)
                # Only the time in which files can change is of interest: start-up takes about the first third.
                try:
                    process.wait(timeout=dice.uniform(whole / 4, whole))
                    break  # it was done before its time came
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                kills += 1
                done = len(run.read_history())
                left = len(list(run.path.rglob("*.tmp")))
                print(f"kill {kills}: {done} epochs on disk, {left} unfinished files", flush=True)
            if run.recipe_file.exists():
                finish(("train", "--resume", str(run.path)), folder)
            else:
                shutil.rmtree(run.path, ignore_errors=True)
                finish(again, folder)
            if bits(run) != expected:
                sys.exit(f"victim {victims} ended with other bits than the unbroken run: {bits(run)[0][:16]}")
            if list(run.path.rglob("*.tmp")):
                sys.exit(f"victim {victims} left temporary files behind")
            shutil.rmtree(run.path)
        print(f"{kills} kills of {victims} runs: weights, optimiser state, scores and predictions all equal")


if __name__ == "__main__":
    main()
