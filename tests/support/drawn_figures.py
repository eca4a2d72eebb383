"""What figures are drawn of, and where their words stand."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from clothier.values import ClassScore, Counts, EpochRow, Floats, Images, Labels, Reliability, Scores

# Not in the font, not valid as mathematics, longer than any place for it, more than one line, not even Unicode.
AWKWARD = ("衣服", r"$\frac$", "W" * 60, "two\nlines\there", "\udcff", "Шапка")


def pictures(num_images: int, height: int = 9, width: int = 7, channels: int = 1) -> Images:
    shape = (num_images, height, width, channels)
    return np.random.default_rng(4).integers(0, 256, shape, dtype=np.uint8)


def outputs(height: int, width: int, channels: int) -> Floats:
    return np.random.default_rng(5).random((height, width, channels), dtype=np.float32)


def names(num_classes: int) -> list[str]:
    return [f"class {'x' * (number % 40)}{number}" for number in range(num_classes)]


def judged(class_names: Sequence[str]) -> Scores:
    """Scores whose confusion holds large and small counts, zeros, and a class without images."""
    num_classes = len(class_names)
    rng = np.random.default_rng(num_classes)
    confusion: Counts = rng.poisson(1.0, (num_classes, num_classes)).astype(np.int64)
    confusion += np.diag(rng.integers(0, 1000, num_classes))
    confusion[-1] = 0
    per_class = tuple(
        ClassScore(name, rng.random(), rng.random(), rng.random(), int(row.sum()))
        for name, row in zip(class_names[:-1], confusion, strict=False)
    )
    per_class += (ClassScore(class_names[-1], None, None, None, 0),)
    return Scores(0.5, 0.8, per_class, confusion)


def epochs(plain: int, augmented: int, validation: bool = True) -> list[EpochRow]:
    phases = ["plain"] * plain + ["augmented"] * augmented
    return [
        EpochRow(
            epoch=number,
            phase=phase,
            loss=1 / number,
            accuracy=1 - 0.5 / number,
            val_loss=1.5 / number if validation else None,
            val_accuracy=1 - 0.6 / number if validation else None,
            learning_rate=0.001,
            seconds=1.0,
        )
        for number, phase in enumerate(phases, start=1)
    ]


def reliability(seed: int) -> Reliability:
    """With a bin that has no image, and one that has too few to be drawn."""
    rng = np.random.default_rng(seed)
    counts: Counts = rng.integers(20, 500, 15)
    counts[:2] = 0, 3
    shares = np.linspace(0.03, 0.97, 15, dtype=np.float32)
    return Reliability(shares, (shares**2).astype(np.float32), counts, 0.0123)


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]


def boxes(figure: Figure, found: Sequence[Text]) -> list[Bbox]:
    figure.draw_without_rendering()
    return [text.get_window_extent() for text in found]


def overlapping(found: Sequence[Bbox]) -> int:
    """Pairs that share more than an edge."""
    inner = [box.padded(-0.5) for box in found]
    return sum(one.overlaps(other) for one, other in itertools.combinations(inner, 2))


LABELS: Labels = np.arange(6, dtype=np.int64)
