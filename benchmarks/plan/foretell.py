"""How often the interval of `clothier plan` holds what all images then give, foretold from half of them.

    python -m benchmarks.plan.foretell --photos folder:clothing

Of each data set, ten random halves are taken. Each foretells the accuracy that the same classifier reaches with all
images; the truth is that of five-fold cross-validation on all of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

import clothier
from clothier import planning
from clothier.checking.folds import FOLDS
from clothier.planning import discriminant, draws
from clothier.planning.discriminant import Sums
from clothier.planning.draws import Draw, Points
from clothier.planning.material import Material, of_pixels
from clothier.values import Floats, Labels
from clothier.values.arrays import Images

TRIES = 10
LOAD_DIGITS: Any = load_digits  # which has no types
Data = tuple[Floats, Labels]


def quiet(what: str, done: int, total: int) -> None:
    """No progress."""


def digits() -> Data:
    content = LOAD_DIGITS()
    small = np.asarray(content.images * 15, np.uint8)[..., np.newaxis]
    return of_pixels(small)[0], np.asarray(content.target, np.int64)


def fashion_mnist() -> Data:
    dataset = clothier.load("fashion-mnist")
    images: list[Images] = [split.images for split in dataset.splits().values()]
    labels = [split.labels for split in dataset.splits().values()]
    return of_pixels(np.concatenate(images))[0], np.concatenate(labels)


def photos(source: str) -> Data:
    dataset = planning.read(source, clothier.LoadOptions())
    seen = Material.of(dataset, quiet, print)
    return seen.vectors, seen.labels


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Count how often the interval of clothier plan holds the truth."
    )
    parser.add_argument("--photos", default="", help="a folder of photos, such as folder:clothing")
    parser.add_argument("--sets", default="digits,photos,fashion-mnist")
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--share", type=float, default=0.5, help="of the images that are known")
    chosen = parser.parse_args()
    makers: dict[str, Callable[[], Data]] = {
        "digits": digits,
        "fashion-mnist": fashion_mnist,
        "photos": lambda: photos(chosen.photos),
    }
    for name in chosen.sets.split(","):
        if name != "photos" or chosen.photos:
            data = makers[name]()
            race(name, data, chosen.tries, chosen.share)
            race_classes(name, data)


def race_classes(name: str, data: Data) -> None:
    """What the second half of each class brings, foretold from the first half of it, all other classes being there."""
    vectors, labels = data
    num_classes = int(labels.max()) + 1
    some = list(Draw.all(labels, np.arange(len(labels))))[:FOLDS]
    whole = []
    for draw in some:
        sums = Sums.of(vectors, labels, draw.train, num_classes)
        whole.append((sums, discriminant.fit(sums).penalty))
    held, widths = {"accuracy": 0, "recall": 0}, {"accuracy": 0.0, "recall": 0.0}
    for label in range(num_classes):
        points = draws.of_class(label, vectors, labels, some, whole)
        for what, of_what in (("accuracy", points), ("recall", points.of(labels == label))):
            half = Points(of_what.sizes[:-1], of_what.held, of_what.wrong[:, :-1])
            rng = np.random.default_rng(label)
            laws = (
                planning.foretold_recall(half, rng)
                if what == "recall"
                else planning.foretold(half, rng, of_part=True)
            )
            assert laws is not None
            before, after = of_what.sizes[-2:]
            found = planning.gained(laws, half, before, after - before, rng)
            errors = of_what.errors()
            truth = errors[-2] - errors[-1]
            is_held = found.low <= truth <= found.high
            held[what] += int(is_held)
            widths[what] += 100 * (found.high - found.low) / num_classes
            print(
                f"  class {label}, {of_what.sizes[-2]:.0f} more: {what} {100 * truth:+.2f}, foretold "
                f"{100 * found.value:+.2f} ({100 * found.low:.2f} to {100 * found.high:.2f})"
                f"{'' if is_held else ' MISSED'}",
                flush=True,
            )
    print(f"  {name}, by class, held: {held} of {num_classes}; mean width {widths}", flush=True)


def race(name: str, data: Data, tries: int, share: float) -> None:
    vectors, labels = data
    num_classes = int(labels.max()) + 1
    everything = draws.of_all(vectors, labels, np.arange(len(labels)), num_classes, quiet)
    truth = 1 - everything.errors()[-1]
    size = everything.sizes[-1]
    print(f"{name}: {len(labels):,} images; truth {truth:.4f} from {size:,.0f}; by size", end=" ")
    print(
        " ".join(f"{n:,.0f}:{1 - e:.4f}" for n, e in zip(everything.sizes, everything.errors(), strict=True))
    )
    held, widths, errors = 0, [], []
    for seed in range(tries):
        rows = np.random.default_rng(seed).permutation(len(labels))[: int(share * len(labels))]
        points = draws.of_all(vectors[rows], labels[rows], np.arange(len(rows)), num_classes, quiet)
        laws = planning.foretold(points, np.random.default_rng(seed))
        assert laws is not None
        found = planning.estimate(1 - laws.errors(np.array([size]))[:, 0])
        is_held = found.low <= truth <= found.high
        held += int(is_held)
        widths.append(found.high - found.low)
        errors.append(found.value - truth)
        now = 1 - points.errors()[-1]
        print(
            f"  try {seed}: {now:.4f} from {points.sizes[-1]:,.0f}, foretold {found.value:.4f} "
            f"({found.low:.4f} to {found.high:.4f}){'' if is_held else ' MISSED'}",
            flush=True,
        )
    print(
        f"  held in {held} of {tries}; mean width {100 * np.mean(widths):.2f} points, mean error "
        f"{100 * np.mean(errors):+.2f}, mean absolute error {100 * np.mean(np.abs(errors)):.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
