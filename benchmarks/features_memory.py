"""Peak memory while the features of 70,000 images are extracted and a head is trained on them; the bound is 3 GB.

    python benchmarks/features_memory.py [--images 70000]

The base is a stand-in with as many features as VGG19 (8,192) that costs next to nothing; the images are noise. The
features, 1.1 GB, lie in a temporary directory. Mapped pages of that file count as memory here, though the system may
take them back at any time.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from clothier import backend, features, recipes
from clothier.batches import batches
from clothier.models.plan import Plan
from clothier.values import Dataset, Split


def peak_gigabytes() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)


def noise(count: int) -> Dataset:
    rng = np.random.default_rng(0)
    sizes = {"train": count * 48 // 70, "validation": count * 12 // 70, "test": count * 10 // 70}
    splits = {
        name: Split(rng.integers(0, 256, (size, 28, 28, 1), dtype=np.uint8), rng.integers(0, 10, size))
        for name, size in sizes.items()
    }
    names = tuple("0123456789")
    return Dataset(splits["train"], splits["validation"], splits["test"], names, "0" * 64, "noise")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=70_000)
    dataset = noise(parser.parse_args().images)
    backend.start()
    import keras

    from clothier.train import stages

    images = keras.Input((28, 28, 1), dtype="uint8")
    x = keras.layers.Rescaling(1 / 255)(images)
    x = keras.layers.Conv2D(512, 7, strides=7, activation="relu")(x)  # (4, 4, 512)
    base = keras.Model(images, keras.layers.Flatten()(x))
    print(f"before: {peak_gigabytes():.2f} GB")
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        made = features.extract(base, dataset, "standin", Path(scratch))
        print(f"extracted in {time.perf_counter() - began:.0f} s: peak {peak_gigabytes():.2f} GB")
        recipe = recipes.change(recipes.get("vgg19"), {"base": "random"})
        stage = stages.head(Plan.of(recipe, (28, 28, 1), 10), recipe, 8192)
        began = time.perf_counter()
        for inputs, labels in batches(made["train"], recipe.batch_size, seed=1, epoch=1):
            stage.trainer.step(inputs, labels)
        for split in made.values():
            stage.predict(split)
        print(f"an epoch and judging in {time.perf_counter() - began:.0f} s: peak {peak_gigabytes():.2f} GB")
    if peak_gigabytes() > 3:
        sys.exit("over 3 GB")


if __name__ == "__main__":
    main()
