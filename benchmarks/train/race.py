"""How fast networks train, against the article's code in plain Keras: images/s in stride, and the whole fit.

    python -m benchmarks.train.race [--networks cnn1 cnn3 cnn4] [--rounds 3] [--epochs 10] [--precision auto]

Same images, batches of 256, epochs, number of updates; each leg in a process of its own, in turn (A B A B ...); ratios
are medians of the ratios within a round. Images are in memory and modules imported before the clock runs.

steady: training steps alone, from the first batch to the last of each epoch after the first. Keras reads the data set
  that `fit` makes of arrays, with tf.data's autotune off, so that nothing stands still.
whole fit: from the call to the end of the last epoch, validation and building, compiling and tracing included, and with
  us a checkpoint each epoch. Keras as people run it, `fit` on arrays. Apart, and part of neither ratio: the seconds to
  the end of the first batch, and what we do after the last epoch (scores, figures, the report, the model file).
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import Row
from benchmarks.train import plain_keras
from benchmarks.train.stopwatch import Stopwatch, Watching, keras_clock
from clothier import backend, data, recipes, training
from clothier.api import finish
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset, Split

BATCH = 256
WANTED = {"cnn1": (1.3, 1.5), "cnn3": (1.5, 2.0), "cnn4": (2.0, 2.5)}  # network -> steady, whole fit
LEGS = ("clothier", "keras steady", "keras fit")
Figures = dict[str, float]


def ours(recipe: Recipe, dataset: Dataset) -> Figures:
    backend.start()
    with tempfile.TemporaryDirectory() as scratch:
        run = Run.create(recipe.name, Path(scratch))
        watching = Watching(Stopwatch(len(dataset.train), BATCH))
        finish.train(recipe, dataset, run, watcher=watching)
        watch = watching.watch
        after = watch.seconds() - watching.fit
    return {
        "steady": watch.steady(),
        "fit": watching.fit,
        "to first batch": watch.to_first_batch,
        "after": after,
    }


def theirs(recipe: Recipe, dataset: Dataset, untuned: bool) -> Figures:
    plain_keras.start()
    arrays = plain_keras.arrays(dataset)
    watch = Stopwatch(len(dataset.train), BATCH)
    model = plain_keras.compiled(recipe.model)
    given: dict[str, Any] = {"epochs": recipe.epochs, "verbose": 0, "callbacks": [keras_clock(watch)]}
    if untuned:
        model.fit(plain_keras.untuned(*arrays["train"], BATCH), shuffle=False, **given)
    else:
        model.fit(*arrays["train"], batch_size=BATCH, validation_data=arrays["validation"], **given)
    return {"steady": watch.steady(), "fit": watch.seconds(), "to first batch": watch.to_first_batch}


def leg(name: str, network: str, epochs: int, precision: str, images: int | None, source: str) -> Figures:
    """One side's run over the first so many images, and a quarter as many to validate on."""
    recipe = recipes.change(
        recipes.get(network),
        {"epochs": epochs, "augmented_epochs": 0, "precision": precision, "batch_size": BATCH},
    )
    whole = data.load(source, data.LoadOptions(validation="article"))
    rows = images or len(whole.train)

    def part(split: str, count: int) -> Split:
        return Split(whole.split(split).images[:count], whole.split(split).labels[:count])

    dataset = Dataset(
        part("train", rows),
        part("validation", rows // 4),
        None,
        whole.class_names,
        whole.fingerprint,
        whole.name,
    )
    return ours(recipe, dataset) if name == "clothier" else theirs(recipe, dataset, name == "keras steady")


def contest(network: str, words: argparse.Namespace, precision: str) -> list[Row]:
    rounds: list[dict[str, Figures]] = []
    for turn in range(words.rounds):
        rounds.append({})
        for name in LEGS:
            asked = [name, network, words.epochs, precision, words.images, words.data]
            figures = common.alone(__file__, "--leg", json.dumps(asked))
            rounds[turn][name] = figures
            told = ", ".join(f"{what} {figure:,.1f}" for what, figure in figures.items())
            print(f"{network} round {turn + 1}  {name:12}  {told}", flush=True)

    def median(name: str, figure: str) -> float:
        return statistics.median(figures[name][figure] for figures in rounds)

    first = {name: median(name, "to first batch") for name in LEGS}
    print(
        f"{network}: seconds to the end of the first batch: {first['clothier']:.1f}, Keras {first['keras fit']:.1f}; "
        f"after the last epoch, which Keras does not do: {median('clothier', 'after'):.1f}"
    )
    steady, whole = WANTED[network]
    return [
        Row.of(
            f"{network}, steady",
            f"{median('clothier', 'steady'):,.0f} images/s",
            f"{median('keras steady', 'steady'):,.0f} images/s",
            [figures["clothier"]["steady"] / figures["keras steady"]["steady"] for figures in rounds],
            steady,
        ),
        Row.of(
            f"{network}, whole fit",
            f"{median('clothier', 'fit'):.1f} s",
            f"{median('keras fit', 'fit'):.1f} s",
            [figures["keras fit"]["fit"] / figures["clothier"]["fit"] for figures in rounds],
            whole,
        ),
    ]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("--networks", nargs="+", choices=WANTED, default=list(WANTED))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--epochs", type=int, help="two or more: the first is no part of the steady figure")
    parser.add_argument("--images", type=int, help="only so many of the training images")
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto")
    parser.add_argument(
        "--data", default="fashion-mnist", help="any source of 28x28 grey images, ten classes"
    )
    parser.add_argument("--leg", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.leg:
        print(json.dumps(leg(*json.loads(words.leg))))
        return
    words.rounds = words.rounds or (1 if words.quick else 3)
    words.epochs = words.epochs or (3 if words.quick else 10)
    words.images = words.images or (12_000 if words.quick else None)
    with common.reporting(words.json) as rows:
        recipe = recipes.change(recipes.get("cnn1"), {"precision": words.precision})
        precision = training.settle_precision(recipe).precision
        print(
            f"{words.rounds} rounds of {words.epochs} epochs, "
            f"{words.images or 'all'} images; ours in {precision}, Keras in float32"
        )
        for network in words.networks:
            rows += contest(network, words, precision)


if __name__ == "__main__":
    main()
