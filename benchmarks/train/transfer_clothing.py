"""Does a network that knows Fashion-MNIST help with few photos? The same architecture with it and from scratch.

    python -m benchmarks.train.transfer_clothing RUN FOLDER [--photos 20] [--seeds 5]

RUN is a trained run (cnn3, say), FOLDER photos in folders train and validation. Every seed draws its own photos of
each class from train; all photos in validation judge, at one schedule fixed before. The photos are brought to the size
the run knows. Ways: from scratch; a head on the frozen trunk, which ends at its flatten layer or before its logits; the
same, then fine-tuned; and a head on the same trunk untrained, which tells what the head alone can do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from clothier import backend, data, models, recipes, training
from clothier.recipes import Recipe
from clothier.reports import report
from clothier.runs import Run, trained
from clothier.runs.checkpoint import digest
from clothier.training.transfer import pretrained
from clothier.training.transfer.pretrained import Base
from clothier.values import Dataset, Split


def few(dataset: Dataset, photos: int, seed: int) -> Dataset:
    """That many photos of each class to train on; the others of train are left alone."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate(
        [
            rng.choice(np.flatnonzero(dataset.train.labels == label), photos, replace=False)
            for label in range(dataset.num_classes)
        ]
    )
    part = Split(dataset.train.images[rows], dataset.train.labels[rows])
    return replace(dataset, train=part, fingerprint=digest({"images": part.images, "labels": part.labels}))


def ways(run: Run, base_recipe: Recipe) -> dict[str, Callable[[int], tuple[Recipe, Base | None]]]:
    """The recipe, and the base where it is not the recipe's own, of each way for a seed."""
    scratch = replace(
        base_recipe, epochs=100, augmented_epochs=0, batch_size=32, learning_rate=1e-3, name="scratch"
    )

    def on_trunk(**changes: object) -> Callable[[int], tuple[Recipe, Base | None]]:
        recipe = replace(recipes.get("transfer"), model=base_recipe.model, base=str(run.path), epochs=100)
        return lambda seed: (recipes.change(recipe, {**changes, "seed": seed}), None)

    def on_untrained(seed: int) -> tuple[Recipe, Base | None]:
        recipe, _ = on_trunk()(seed)
        known = pretrained.fetch(recipe)
        if known is None or known.trunk is None:
            raise SystemExit("wanted a run as base")
        backend.set_seed(seed)
        below = models.build_base(replace(known.trunk, trunk=known.trunk, base_end=recipe.base_end))
        drawn = dict(zip(known.weights, below.get_weights(), strict=True))
        return recipe, replace(known, weights=drawn, sha256=digest(drawn))

    return {
        "from scratch": lambda seed: (replace(scratch, seed=seed), None),
        "head on an untrained trunk": on_untrained,
        "head on the trunk to flatten": on_trunk(),
        "  then fine-tuned": on_trunk(fine_tune_epochs=50),
        "head on the trunk to logits": on_trunk(base_end="logits"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=5)
    words = parser.parse_args()
    threads = backend.start()
    run = Run.open(words.run)
    size = trained.plan(run).image_shape[:2]
    with tempfile.TemporaryDirectory() as scratch:
        dataset = data.load(f"folder:{words.folder}", data.LoadOptions(image_size=size, skip_bad=True))
        report.draw, report.render = (lambda *_: {}), (lambda *_: "")
        os.environ["XDG_CACHE_HOME"] = scratch
        judged = len(dataset.split("validation"))
        print(
            f"{words.photos} photos of each of {dataset.num_classes} classes, judged on {judged}; {threads} threads"
        )
        for name, way in ways(run, run.recipe()).items():
            accuracies, began = [], time.perf_counter()
            for seed in range(words.seeds):
                recipe, base = way(seed)
                made = Run.create("run", Path(scratch))
                phases = training.train(recipe, few(dataset, words.photos, seed), made, base=base)
                scores = phases[-1].validation
                accuracies.append(scores.accuracy if scores else 0.0)
                shutil.rmtree(made.path)
            seconds = (time.perf_counter() - began) / words.seeds
            print(
                f"{name:30s} {statistics.mean(accuracies):.4f}  range {min(accuracies):.4f} to {max(accuracies):.4f}  "
                f"{seconds:.1f} s a run  [{' '.join(f'{a:.4f}' for a in accuracies)}]",
                flush=True,
            )


if __name__ == "__main__":
    main()
