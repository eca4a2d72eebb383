"""How cost grows: seconds and memory with the number of images and of pixels, memory with epochs and with photos.

    python -m benchmarks.data.scale [FOLDER] [--network cnn1] [--images 6000]

Each measurement trains in a process of its own, as `clothier train` does: three epochs, five of pixels, two of photos.
Seconds are those of the fastest epoch after the first, training alone; memory is the most the process held at once, but
for the pages of mapped files, which the system takes back when it needs room. The growth is the power law that comes
nearest to the points, by least squares on logarithms. Images are the first of Fashion-MNIST, enlarged by repeating
pixels. Photos come from FOLDER, one that `folder:FOLDER` takes, or are drawn; more of them are links to the same files,
which are decoded each by itself.

The network is cnn1, as its multiply-adds grow as pixels^1.04 from 28 to 112 pixels a side. Those of cnn3 grow as
pixels^1.26: its convolutions, unpadded and pooled in between, lose much of a small image at the border.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import common
from benchmarks.common import Row
from benchmarks.data.folder_cache import draw, replicate
from clothier import backend, data, recipes, training
from clothier.runs import Run
from clothier.values import Dataset, EpochRow, Split

EPOCHS = 3
LINEAR = 1.15  # the greatest exponent that passes for linear: 8 times the size, at most 11 times the seconds
FLAT = 1.1  # the greatest growth of memory, from the smallest point to the largest, that passes for flat


class Seconds(training.Watcher):
    """The training seconds of each epoch."""

    def __init__(self) -> None:
        self.epochs: list[float] = []

    def end_epoch(self, row: EpochRow, num_images: int, training_seconds: float) -> None:
        self.epochs.append(training_seconds)


def images(source: str, count: int, times: int) -> Dataset:
    """The first so many, and a quarter as many to validate on; each pixel becomes a square of `times` by `times`."""
    whole = data.load(source)

    def part(name: str, count: int) -> Split:
        split = whole.split(name)
        pixels = split.images[:count].repeat(times, axis=1).repeat(times, axis=2)
        return Split(pixels, split.labels[:count])

    train_part, validation = part("train", count), part("validation", count // 4)
    return Dataset(train_part, validation, None, whole.class_names, whole.fingerprint, whole.name)


def photos(folder: str, cache: str, side: int) -> Dataset:
    """Those of a folder, `side` pixels wide and high."""
    return data.load(
        f"folder:{folder}", data.LoadOptions(cache_dir=Path(cache), image_size=(side, side), skip_bad=True)
    )


def leg(network: str, epochs: int, kind: str, *where: Any) -> dict[str, float]:
    """One training; `where` is what `images` or `photos` takes."""
    memory = common.OwnMemory()
    dataset = images(*where) if kind == "images" else photos(*where)
    backend.start()
    recipe = recipes.change(recipes.get(network), {"epochs": epochs, "augmented_epochs": 0})
    watching = Seconds()
    with tempfile.TemporaryDirectory() as scratch:
        training.train(recipe, dataset, Run.create(network, Path(scratch)), watcher=watching)
    return {
        "seconds": min(watching.epochs[1:] or watching.epochs),
        "megabytes": memory.megabytes,
        "decoded": sum(split.images.nbytes for split in dataset.splits().values()) / 2**20,
    }


def measure(
    title: str, words: argparse.Namespace, points: Mapping[int, Sequence[Any]]
) -> dict[int, dict[str, float]]:
    """Size -> figures, printed as a table; `points` are sizes and the arguments of their legs."""
    print(f"\n{title:>12}   seconds   peak memory (MB)")
    figures = {}
    for size, asked in points.items():
        figures[size] = common.alone(__file__, "--leg", json.dumps([words.network, *asked]))
        print(f"{size:12,}{figures[size]['seconds']:10.2f}{figures[size]['megabytes']:19.0f}", flush=True)
    return figures


def growth(what: str, figures: dict[int, dict[str, float]]) -> Row:
    """How seconds grow."""
    sizes = list(figures)
    seconds = [figures[size]["seconds"] for size in sizes]
    power = common.exponent(sizes, seconds)
    verdict = "linear or less" if power <= LINEAR else "more than linear"
    print(f"seconds grow as {what}^{power:.2f}: {verdict}")
    return Row(
        f"seconds, exponent of {what}",
        f"{seconds[-1]:.2f} s for {sizes[-1]:,}",
        f"{seconds[0]:.2f} s for {sizes[0]:,}",
        power,
        LINEAR,
        at_most=True,
    )


def flatness(what: str, figures: dict[int, dict[str, float]]) -> Row:
    """How memory grows."""
    sizes = list(figures)
    megabytes = [figures[size]["megabytes"] for size in sizes]
    ratio = megabytes[-1] / megabytes[0]
    verdict = "flat" if ratio <= FLAT else "NOT flat"
    print(f"memory is {ratio:.2f} times as large with {sizes[-1] / sizes[0]:g} times the {what}: {verdict}")
    return Row(
        f"memory, {sizes[-1] / sizes[0]:g}x the {what}",
        f"{megabytes[-1]:.0f} MB",
        f"{megabytes[0]:.0f} MB",
        ratio,
        FLAT,
        at_most=True,
    )


def results(words: argparse.Namespace, scratch: Path) -> list[Row]:
    def of(count: int, times: int = 1, epochs: int = EPOCHS) -> Sequence[Any]:
        return [epochs, "images", words.data, count, times]

    base, ends = words.images, (1, 8) if words.quick else (1, 2, 4, 8)
    counts = measure("images", words, {base * times: of(base * times) for times in (1, 2, 4, 8)})
    sides = {28 * times: times for times in (1, 2, 4)}
    pixels = measure(
        "pixels", words, {side**2: of(max(base // 4, 512), times, epochs=5) for side, times in sides.items()}
    )
    # From four on: until then what the process needs at all is still being made.
    epochs = measure("epochs", words, {4 * times: of(base, epochs=4 * times) for times in ends})
    original = words.folder
    if original is None:
        original = scratch / "drawn"
        draw(original, words.photos)
    points = {}
    for times in ends:
        folder = scratch / f"photos-{times}"
        replicate(original.absolute(), folder, times)
        points[times] = [2, "photos", str(folder), str(scratch / "cache"), 32 if words.quick else 64]
    photos = measure("photos, x", words, points)
    decoded = [figures["decoded"] for figures in photos.values()]
    print(f"their pixels: {decoded[0]:.0f} to {decoded[-1]:.0f} MB")
    return [
        growth("images", counts),
        growth("pixels", pixels),
        flatness("epochs", epochs),
        flatness("photos", photos),
    ]


def main() -> None:
    parser = common.parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--network", default="cnn1")
    parser.add_argument("--images", type=int, help="the smallest number of training images")
    parser.add_argument("--photos", type=int, help="the smallest number of photos, where they are drawn")
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--leg", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.leg:
        print(json.dumps(leg(*json.loads(words.leg))))
        return
    words.images = words.images or (1500 if words.quick else 6000)
    words.photos = words.photos or 2000  # with fewer, the network's largest batch is not full yet
    with tempfile.TemporaryDirectory() as scratch, common.reporting(words.json) as rows:
        rows += results(words, Path(scratch))


if __name__ == "__main__":
    main()
