"""How fast VGG19's features are extracted, against Keras's own `model.predict`, on the same images in one run.

    python -m benchmarks.train.features_race [--images 1000] [--rounds 2] [--precision auto]

In turn (A B A B ...), medians. A: keras.applications called literally, its preprocessing inside the graph,
`predict` with its defaults. B: clothier's extraction, from images to a synced file. Weights are random: speed does not
depend on them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import common
from benchmarks.common import Row
from clothier import backend, data, models, recipes
from clothier.models.plan import Plan
from clothier.system import hardware
from clothier.training.transfer import features
from clothier.values import Dataset, Images, Split

if TYPE_CHECKING:
    import keras


def literal(weights: list[np.ndarray]) -> keras.Model:
    import keras

    images = keras.Input((28, 28, 1))
    x = keras.layers.Resizing(150, 150)(images)
    x = keras.layers.Concatenate()([x, x, x])
    x = keras.applications.vgg19.preprocess_input(x)
    vgg19 = keras.applications.VGG19(weights=None, include_top=False, input_shape=(150, 150, 3))
    vgg19.set_weights(weights)
    return keras.Model(images, keras.layers.Flatten()(vgg19(x)))


def relative(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Length of the difference over the length of theirs."""
    return float(np.linalg.norm(ours.astype(np.float64) - theirs) / np.linalg.norm(theirs.astype(np.float64)))


def take(images: Images, count: int) -> Dataset:
    labels = np.arange(count) % 2
    return Dataset(Split(images[:count], labels), None, None, ("a", "b"), "0" * 64, "race")


def race(num_images: int, rounds: int, precision: str, source: str) -> Row:
    images = data.load(source).train.images
    dataset = take(images, num_images)
    recipe = replace(recipes.get("vgg19"), base="random")
    base = models.build_base(Plan.of(recipe, (28, 28, 1), 10), precision)
    plain = literal(base.get_weights())
    plain.predict(images[:64].astype(np.float32), verbose=0)  # compiles
    rates: dict[str, list[float]] = {"predict": [], "clothier": []}
    with tempfile.TemporaryDirectory() as scratch:
        features.extract(base, take(images, 64), "warm", Path(scratch))
        for turn in range(rounds):
            began = time.perf_counter()
            theirs = plain.predict(dataset.train.images.astype(np.float32), verbose=0)
            rates["predict"].append(num_images / (time.perf_counter() - began))
            began = time.perf_counter()
            ours = features.extract(base, dataset, str(turn), Path(scratch)).splits()["train"].inputs
            rates["clothier"].append(num_images / (time.perf_counter() - began))
            for name, reached in rates.items():
                print(f"round {turn + 1}  {name}: {reached[-1]:.1f} images/s", flush=True)
        print(f"features differ by {relative(ours, theirs):.1e} (relative)")
    return Row.of(
        "VGG19's features",
        f"{statistics.median(rates['clothier']):.1f} images/s",
        f"{statistics.median(rates['predict']):.1f} images/s",
        [a / b for a, b in zip(rates["clothier"], rates["predict"], strict=True)],
        1.5,
    )


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--images", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--precision", default="auto", choices=("auto", "bfloat16", "float32"))
    parser.add_argument("--data", default="fashion-mnist")
    words = parser.parse_args()
    threads = backend.start()
    precision = words.precision
    if precision == "auto":
        precision = "bfloat16" if hardware.has_fast_bfloat16() else "float32"
    num_images, rounds = (
        words.images or (128 if words.quick else 1000),
        words.rounds or (1 if words.quick else 2),
    )
    with common.reporting(words.json) as rows:
        print(f"{threads} threads, {precision}, {num_images} images, {rounds} rounds")
        rows.append(race(num_images, rounds, precision, words.data))


if __name__ == "__main__":
    main()
