"""What training takes of memory at its peak, beside the estimate that `clothier train` makes before the first epoch.

python -m benchmarks.train.memory
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import common
from clothier import backend, recipes
from clothier.api.train import train
from clothier.models.plan import Plan
from clothier.training import room
from clothier.values import Dataset, Split

# recipe, side, channels, training images, batch size
CASES = (
    ("cnn1", 128, 3, 64, 64),
    ("cnn1", 180, 3, 12, 64),
    ("cnn1", 320, 3, 12, 64),
    ("cnn3", 160, 1, 32, 32),
    ("cnn4", 96, 3, 64, 64),
    ("cnn4", 128, 3, 8, 8),
    ("fastnet", 64, 3, 128, 128),
)


def main(words: list[str]) -> None:
    if words:
        _measure(words[0], *map(int, words[1:]))
        return
    print("| network | images | batch | peak | estimate |\n|---|---|---:|---:|---:|", flush=True)
    for case in CASES:
        subprocess.run([sys.executable, __file__, *map(str, case)], check=True, env=common.environment())


def _measure(name: str, side: int, channels: int, num_images: int, batch_size: int) -> None:
    """Train in this process, and print a row of the table."""
    backend.start()
    recipe = recipes.get(name)
    changes: dict[str, Any] = {"batch_size": batch_size, "precision": "float32"}
    changes |= {"epochs": 1, "augmented_epochs": 0} if recipe.epochs else {"augmented_epochs": 1}
    dataset = _dataset(side, channels, num_images)
    before = _peak()
    with tempfile.TemporaryDirectory() as folder:
        train(name, dataset, root=folder, verbose=0, **changes)
    recipe = recipes.change(recipe, changes)
    need = room.needed(recipe, Plan.of(recipe, dataset.image_shape, 2), num_images)
    batch = min(batch_size, num_images)
    peak = (_peak() - before) / 2**20
    print(f"| {name} | {side}x{side}x{channels} | {batch} | {peak:,.0f} | {need / 2**20:,.0f} |", flush=True)


def _dataset(side: int, channels: int, num_images: int) -> Dataset:
    rng = np.random.default_rng(0)

    def split(count: int) -> Split:
        images = rng.integers(0, 256, (count, side, side, channels), dtype=np.uint8)
        return Split(images, np.arange(count, dtype=np.int64) % 2)

    return Dataset(split(num_images), split(8), split(8), ("a", "b"), "f" * 64, "noise")


def _peak() -> int:
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


if __name__ == "__main__":
    main(sys.argv[1:])
