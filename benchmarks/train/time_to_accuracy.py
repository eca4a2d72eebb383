"""Seconds to an accuracy: fastnet, beside the article's cnn4 and its 60 epochs in plain Keras.

    python -m benchmarks.train.time_to_accuracy [--recipes fastnet fastnet_95] [--seeds 10]
        [--first 13] [--set FIELD=VALUE]

Ours is what `clothier train` does: from the call with images in memory to trained weights on disk, with whitening,
augmentation and a checkpoint each epoch; each seed in a process of its own. Apart: importing, and tracing the step
(the first step less a usual one). The test split is read once, at the end of each run.

Keras's 60 epochs are extrapolated from a few measured ones of each kind: 10 as they are, then 50 through
ImageDataGenerator, both with validation, as the article writes them; the first epoch of each kind is not counted.
`--set` changes our recipe, such as `validation=article` to look at validation images instead: then the test split
is not printed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import Row
from benchmarks.train import plain_keras
from benchmarks.train.augment_race import BATCH

WANTED = {
    "fastnet": (0.94, 75.0, 150.0),
    "fastnet_95": (0.95, 600.0, 1200.0),
}  # accuracy, seconds aimed at, at most
PLAIN, AUGMENTED = 10, 50  # the article's epochs


def ours(name: str, seed: int, changes: list[str]) -> dict[str, float]:
    began = time.perf_counter()
    from clothier import backend, data, recipes, training
    from clothier.runs import Run
    from clothier.values import Dataset

    backend.start()
    imported = time.perf_counter() - began
    values: dict[str, Any] = dict(change.split("=", 1) for change in changes)
    recipe = recipes.change(recipes.get(name), {**values, "seed": seed})
    dataset: Dataset = data.load("fashion-mnist", data.LoadOptions(validation=recipe.validation))

    class Clock(training.Watcher):
        steps: list[float]

        def begin_epoch(self, epoch: int, total: int, phase: str, num_images: int) -> None:
            if epoch == 1:
                self.steps = [time.perf_counter()]

        def batch(self, num_images: int, trainer: backend.Trainer) -> None:
            if len(self.steps) < 40:
                self.steps.append(time.perf_counter())

        def judging(self, phase: str, num_images: int) -> None:
            self.ended = time.perf_counter()

    clock = Clock()
    with tempfile.TemporaryDirectory() as scratch:
        run = Run.create(recipe.name, Path(scratch))
        called = time.perf_counter()
        phase = training.train(recipe, dataset, run, watcher=clock)[-1]
    intervals = [b - a for a, b in zip(clock.steps, clock.steps[1:], strict=False)]
    tracing = intervals[0] - statistics.median(intervals[1:])
    judged = phase.validation or phase.test
    if judged is None:
        raise SystemExit("no data to judge on")
    return {
        "accuracy": judged.accuracy,
        "seconds": clock.ended - called - tracing,
        "tracing": tracing,
        "importing": imported,
    }


def theirs(epochs: int) -> dict[str, float]:
    """Seconds of one epoch of either kind."""
    plain_keras.start()
    import keras
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    from clothier import data
    from clothier.augment import article

    given = plain_keras.arrays(data.load("fashion-mnist"))
    ends: list[float] = []

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            ends.append(time.perf_counter())

    model = plain_keras.compiled("cnn4")
    options: dict[str, Any] = {
        "epochs": 1 + epochs,
        "validation_data": given["validation"],
        "verbose": 0,
        "callbacks": [Clock()],
    }
    model.fit(*given["train"], batch_size=BATCH, **options)
    plain = (ends[-1] - ends[0]) / epochs
    made = ImageDataGenerator(
        rotation_range=article.ROTATION,
        width_shift_range=article.SHIFT,
        height_shift_range=article.SHIFT,
        shear_range=article.SHEAR,
        zoom_range=article.ZOOM,
    )
    ends.clear()
    model.fit(made.flow(*given["train"], batch_size=BATCH), **options)
    return {"plain": plain, "augmented": (ends[-1] - ends[0]) / epochs}


def words() -> argparse.Namespace:
    parser = common.parser(__doc__)
    parser.add_argument("--recipes", nargs="+", choices=WANTED, default=["fastnet"])
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--first", type=int, default=13, help="the first of them")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument(
        "--epochs", type=int, default=2, help="of each kind measured in plain Keras; 0 leaves it out"
    )
    parser.add_argument("--leg", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.quick:
        given.seeds, given.epochs = 1, 1
    return given


def main() -> None:
    given = words()
    if given.leg:
        import json

        kind, *rest = given.leg
        print(json.dumps(theirs(int(rest[0])) if kind == "keras" else ours(kind, int(rest[0]), rest[1:])))
        return
    with common.reporting(given.json) as rows:
        keras_seconds = 0.0
        if given.epochs:
            epoch = common.alone(__file__, "--leg", "keras", given.epochs)
            keras_seconds = PLAIN * epoch["plain"] + AUGMENTED * epoch["augmented"]
            print(
                f"cnn4 in plain Keras: {epoch['plain']:.1f} s an epoch, {epoch['augmented']:.1f} s augmented; "
                f"{PLAIN} + {AUGMENTED} epochs by extrapolation {keras_seconds:,.0f} s"
            )
        for name in given.recipes:
            rows += report(name, given, keras_seconds)


def report(name: str, given: argparse.Namespace, keras_seconds: float) -> list[Row]:
    legs = []
    for seed in range(given.first, given.first + given.seeds):
        leg = common.alone(__file__, "--leg", name, seed, *given.changes)
        legs.append(leg)
        print(
            f"{name} seed {seed}: {leg['accuracy']:.4f} in {leg['seconds']:.1f} s "
            f"(tracing {leg['tracing']:.1f} s, importing {leg['importing']:.1f} s)",
            flush=True,
        )
    accuracies, seconds = ([leg[key] for leg in legs] for key in ("accuracy", "seconds"))
    accuracy, median = statistics.mean(accuracies), statistics.median(seconds)
    print(
        f"{name}, {given.seeds} seeds: mean accuracy {accuracy:.4f} ({min(accuracies):.4f} to {max(accuracies):.4f}), "
        f"{median:.1f} s ({min(seconds):.1f} to {max(seconds):.1f})"
    )
    goal, aim, most = WANTED[name]
    mine = f"{accuracy:.2%}, {median:.1f} s"
    rows = [
        Row(
            f"{name}: seconds / {aim:.0f} s (at most {most:.0f})",
            mine,
            f"{aim:.0f} s",
            median / aim,
            1.0,
            at_most=True,
        ),
        Row(f"{name}: accuracy / {goal:.0%}", mine, f"{goal:.0%}", accuracy / goal, 1.0),
    ]
    if keras_seconds:
        peer = f"cnn4 x 60 epochs, {keras_seconds:,.0f} s extrapolated"
        rows.append(Row(f"{name} against cnn4 in plain Keras", mine, peer, keras_seconds / median))
    return rows


if __name__ == "__main__":
    main()
