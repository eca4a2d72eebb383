"""Does the list of suspected wrong labels find labels that are wrong? Some are made wrong on purpose.

    python -m benchmarks.embed.suspects [--recipe cnn3] [--share 0.02] [--seeds 13 14 15]

For each seed that share of Fashion-MNIST's training labels is replaced by another class, drawn evenly, and the recipe's
first phase is trained on them. The list is then made of the training images, their labels as they were trained on, and
asked how many of the replaced labels its top 4 % and its top 10 % hold. Beside it stands the same for the pixels alone,
without a network. Other wrong labels, which the data set has of its own, count as misses.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from clothier import backend, data, embed, recipes, training
from clothier.reports import report
from clothier.runs import Run
from clothier.runs.checkpoint import digest
from clothier.values import Dataset, Embedding, Labels, Split

TOPS = (0.04, 0.10)


def flipped(dataset: Dataset, share: float, seed: int) -> tuple[Dataset, Labels]:
    """(the data set with that share of its training labels made another class, the rows it was done to)."""
    rng = np.random.default_rng(seed)
    labels = dataset.train.labels.copy()
    rows = np.sort(rng.choice(len(labels), round(share * len(labels)), replace=False))
    labels[rows] = (labels[rows] + rng.integers(1, dataset.num_classes, len(rows))) % dataset.num_classes
    wrong = Split(dataset.train.images, labels)
    return replace(dataset, train=wrong, fingerprint=digest({"labels": labels})), rows


def trained_on(dataset: Dataset, recipe: str, seed: int, folder: Path) -> Embedding:
    """The training images through the default layer of a network trained on their labels."""
    chosen = replace(recipes.get(recipe), seed=seed)
    first, _ = chosen.phases()[0]
    run = Run.create(recipe, folder)
    training.train(replace(chosen, augmented_epochs=0) if first == "plain" else chosen, dataset, run)
    return embed.extract(embed.of_split(dataset, "train"), run)


def found(embedding: Embedding, rows: Labels) -> tuple[float, ...]:
    """The share of those rows among the first 4 % and 10 % of the suspects."""
    order, _ = embed.neighbours.suspects(embedding)
    return tuple(float(np.isin(rows, order[: round(top * len(order))]).mean()) for top in TOPS)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="cnn3")
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    words = parser.parse_args()
    backend.start()
    report.draw, report.render = (lambda *_: {}), (lambda *_: "")
    dataset = data.load("fashion-mnist")
    print(f"{words.share:.0%} of {len(dataset.train):,} labels wrong; found in the top 4 %, the top 10 %")
    for seed in words.seeds:
        wrong, rows = flipped(dataset, words.share, seed)
        with tempfile.TemporaryDirectory() as folder:
            network = trained_on(wrong, words.recipe, seed, Path(folder))
        pixels = embed.extract(embed.of_split(wrong, "train"))
        for name, embedding in ((words.recipe, network), ("pixels", pixels)):
            top, more = found(embedding, rows)
            print(f"seed {seed}  {name:8s}  {top:7.2%}  {more:7.2%}", flush=True)


if __name__ == "__main__":
    main()
