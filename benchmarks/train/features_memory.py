"""Peak memory while the features of 70,000 images are extracted and a head is trained on them; the bound is 3 GB.

    python -m benchmarks.train.features_memory [--images 70000]

The base is a stand-in with as many features as VGG19 (8,192) that costs next to nothing; the images are noise. The
features, 1.1 GB, lie in a temporary directory; what is mapped of them at once counts as memory.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import common
from benchmarks.common import Row
from clothier import backend, recipes
from clothier.models.plan import Plan
from clothier.training.batches import batches
from clothier.training.transfer import features
from clothier.values import Dataset, Split

if TYPE_CHECKING:
    import keras

BOUND = 3000  # MB


def noise(count: int) -> Dataset:
    rng = np.random.default_rng(0)
    sizes = {"train": count * 48 // 70, "validation": count * 12 // 70, "test": count * 10 // 70}
    splits = {
        name: Split(rng.integers(0, 256, (size, 28, 28, 1), dtype=np.uint8), rng.integers(0, 10, size))
        for name, size in sizes.items()
    }
    names = tuple("0123456789")
    return Dataset(splits["train"], splits["validation"], splits["test"], names, "0" * 64, "noise")


def standin() -> keras.Model:
    import keras

    images = keras.Input((28, 28, 1), dtype="uint8")
    x = keras.layers.Rescaling(1 / 255)(images)
    x = keras.layers.Conv2D(512, 7, strides=7, activation="relu")(x)  # (4, 4, 512)
    return keras.Model(images, keras.layers.Flatten()(x))


def use(dataset: Dataset, scratch: Path) -> None:
    """Extract, train a head for an epoch, and judge it."""
    from clothier.training import stages

    began = time.perf_counter()
    made = features.extract(standin(), dataset, "standin", scratch).splits()
    print(
        f"extracted in {time.perf_counter() - began:.0f} s: peak {common.peak_megabytes():.0f} MB", flush=True
    )
    recipe = recipes.change(recipes.get("vgg19"), {"base": "random"})
    stage = stages.head(Plan.of(recipe, (28, 28, 1), 10), recipe, 8192)
    began = time.perf_counter()
    for inputs, labels in batches(made["train"], recipe.batch_size, seed=1, epoch=1):
        stage.trainer.step(inputs, labels)
    for split in made.values():
        stage.predict(split)
    seconds = time.perf_counter() - began
    print(f"an epoch and judging in {seconds:.0f} s: peak {common.peak_megabytes():.0f} MB")


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--images", type=int, default=70_000, help="as many with --quick, too")
    num_images = (words := parser.parse_args()).images
    dataset = noise(num_images)
    backend.start()
    with common.reporting(words.json) as rows, tempfile.TemporaryDirectory() as scratch:
        print(f"before: {common.peak_megabytes():.0f} MB")
        use(dataset, Path(scratch))
        peak = common.peak_megabytes()
        contest = f"peak memory, features of {num_images:,}"
        rows.append(Row(contest, f"{peak:.0f} MB", f"{BOUND} MB", peak / BOUND, 1, at_most=True))


if __name__ == "__main__":
    main()
