"""What augmentation costs: images/s of our policies, against Keras's two ways, and beside training.

    python -m benchmarks.train.augment_race [--data fashion-mnist] [--rounds 9]

Every contest runs in turn (A B A B ...) in this one process; figures are medians over the rounds, ratios medians of
the ratios within a round, so that what else the machine does weighs on both sides alike. On a busy machine an extra
thread also wins an extra share of the cores; the ratios by processor time are free of that.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks import common
from benchmarks.common import Row
from clothier import augment, backend, data, models, recipes
from clothier.augment import article
from clothier.training.batches import batches
from clothier.values import Dataset, Split

BATCH = 256
NETWORKS = {"cnn1": 0.90, "cnn3": 0.95, "cnn4": 0.95}  # name -> the least share of speed wanted


WALL, PROCESSOR = 0, 1  # images a second by the clock, and a second of processor time of all threads together
Rates = dict[str, list[tuple[float, float]]]


def race(contestants: dict[str, tuple[int, Callable[[], Any]]], rounds: int) -> Rates:
    """Both rates by contestant and round; each is (images in one turn, one turn). A turn before the first is
    warm-up."""
    for _, turn in contestants.values():
        turn()
    rates: Rates = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (num_images, turn) in contestants.items():
            began = time.perf_counter(), time.process_time()
            turn()
            rates[name].append(
                (num_images / (time.perf_counter() - began[0]), num_images / (time.process_time() - began[1]))
            )
    return rates


def ratios(rates: Rates, ours: str, theirs: str, clock: int = WALL) -> list[float]:
    """Within each round."""
    return [a[clock] / b[clock] for a, b in zip(rates[ours], rates[theirs], strict=True)]


def rate(rates: Rates, name: str) -> str:
    return f"{statistics.median(wall for wall, _ in rates[name]):,.0f} images/s"


def ours(split: Split, name: str) -> Callable[[], None]:
    """Shuffled, augmented batches of the whole split; one thread makes them."""
    policy, epochs = augment.get(name), itertools.count()

    def turn() -> None:
        for _ in batches(split, BATCH, seed=1, epoch=next(epochs), policy=policy):
            pass

    return turn


def generator(split: Split) -> Callable[[], None]:
    """The article's own code: Keras's ImageDataGenerator."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    degrees = {"rotation_range": article.ROTATION, "shear_range": article.SHEAR}
    shares = dict.fromkeys(("width_shift_range", "height_shift_range"), article.SHIFT)
    made = ImageDataGenerator(**degrees, **shares, zoom_range=article.ZOOM)

    def turn() -> None:
        flow = made.flow(split.images, split.labels, batch_size=BATCH)
        for _ in range(len(flow)):
            next(flow)

    return turn


def layers(split: Split) -> Callable[[], None]:
    """Keras's preprocessing layers with the same ranges, compiled, on every core."""
    import keras
    import tensorflow as tf

    shift, zoom, shear = article.SHIFT, article.ZOOM, float(np.tan(np.deg2rad(article.SHEAR)))
    pipeline = keras.Sequential(
        [
            keras.layers.RandomRotation(article.ROTATION / 360, fill_mode="nearest"),
            keras.layers.RandomTranslation(shift, shift, fill_mode="nearest"),
            keras.layers.RandomShear(shear, shear, fill_mode="nearest"),
            keras.layers.RandomZoom((-zoom, zoom), (-zoom, zoom), fill_mode="nearest"),
        ]
    )
    compiled = tf.function(lambda images: pipeline(images, training=True), jit_compile=False)

    def turn() -> None:
        order = np.random.default_rng(1).permutation(len(split))
        for begin in range(0, len(split), BATCH):
            compiled(split.images[order[begin : begin + BATCH]].astype(np.float32)).numpy()

    return turn


def crop_flip(split: Split, threads: int) -> Callable[[], None]:
    """Batches already shuffled, shared out among threads."""
    policy = augment.get("crop-flip")

    def one(index: int) -> None:
        rows = slice(index * BATCH, (index + 1) * BATCH)
        policy(np.random.default_rng([1, index]), split.images[rows], split.labels[rows])

    def turn() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(one, range(len(split) // BATCH)))

    return turn


def training(name: str, dataset: Dataset, split: Split, precision: str) -> dict[str, Callable[[], None]]:
    """The same network, trained on without and with augmentation."""
    from clothier.models.optimizers import OPTIMIZERS

    recipe = recipes.get(name)
    model = models.build(recipe.model, dataset.image_shape, dataset.num_classes, precision)
    trainer = backend.Trainer(model, OPTIMIZERS[recipe.optimizer](recipe))
    epochs = itertools.count()

    def turn(policy: augment.Policy | None) -> None:
        for images, targets in batches(split, BATCH, seed=1, epoch=next(epochs), policy=policy):
            trainer.step(images, targets)
        trainer.means()  # waits for the last step

    return {"plain": lambda: turn(None), "augmented": lambda: turn(augment.get("article"))}


def part(dataset: Dataset, num_batches: int) -> Split:
    rows = slice(num_batches * BATCH)
    return Split(dataset.train.images[rows], dataset.train.labels[rows])


def pixels(dataset: Dataset, threads: int, rounds: int) -> list[Row]:
    """Augmentation by itself."""
    small, large = part(dataset, 8), part(dataset, 150)
    rates = race(
        {
            "article": (len(large), ours(large, "article")),
            "generator": (len(small), generator(small)),
            "layers": (len(small), layers(small)),
            "crop-flip": (len(large), crop_flip(large, threads)),
        },
        rounds,
    )
    print("images/s            median        best   by processor time")
    for name, rows in rates.items():
        wall, processor = zip(*rows, strict=True)
        print(
            f"{name:12} {statistics.median(wall):12,.0f}{max(wall):12,.0f}{statistics.median(processor):12,.0f}"
        )
    made = [
        Row.of(
            f"article / {theirs}",
            rate(rates, "article"),
            rate(rates, theirs),
            ratios(rates, "article", theirs),
            wanted,
        )
        for theirs, wanted in (("generator", 20), ("layers", 5))
    ]
    millions = [wall / 1e6 for wall, _ in rates["crop-flip"]]
    return [*made, Row.of("crop-flip", rate(rates, "crop-flip"), "1,000,000 images/s", millions, 1)]


def beside_training(dataset: Dataset, name: str, precision: str, rounds: int) -> Row:
    """What `article` costs while a network trains."""
    split = part(dataset, 20)
    turns = training(name, dataset, split, precision)
    rates = race({how: (len(split), turn) for how, turn in turns.items()}, rounds)
    by_processor = statistics.median(ratios(rates, "augmented", "plain", PROCESSOR))
    print(f"{name}: by processor time {by_processor:.3f}x", flush=True)
    return Row.of(
        f"{name} with article / without",
        rate(rates, "augmented"),
        rate(rates, "plain"),
        ratios(rates, "augmented", "plain"),
        NETWORKS[name],
    )


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--rounds", type=int)
    words = parser.parse_args()
    rounds = words.rounds or (3 if words.quick else 9)
    threads = backend.start()
    dataset = data.load(words.data)
    with common.reporting(words.json) as rows:
        print(f"{threads} threads, {rounds} rounds, images of {dataset.image_shape}")
        rows += pixels(dataset, threads, rounds)
        precision = "bfloat16" if backend.bfloat16_speed() >= backend.BFLOAT16_MUST_WIN else "float32"
        print(f"training in {precision}")
        rows += [beside_training(dataset, name, precision, rounds) for name in NETWORKS]


if __name__ == "__main__":
    main()
