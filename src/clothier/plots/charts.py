"""How training went and what came of it: curves, the confusion matrix, bars a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from clothier.errors import InputError
from clothier.plots.canvas import (
    BLUE,
    QUIET,
    SKY,
    VERMILION,
    YELLOW,
    add_scale,
    finish,
    in_style,
    name_axis,
    panels,
)
from clothier.plots.focus import on_later_epochs
from clothier.plots.lettering import Names, drawable
from clothier.values import Counts, EpochRow, Reliability, Scores

_FEWEST = 10  # images whose share of right ones is drawn
_MOST_NUMBERED = 30  # a confusion matrix of more classes shows shades only
_MOST_CELLS = 600  # a side; of more classes, several share a cell, so that a single image still shows
_MOST_BARS = 100  # classes whose bars and names have room on one page


@in_style
def training_curves(history: Sequence[EpochRow], title: str, notice: str = "") -> Figure:
    """Accuracy and loss (nats) by epoch, training and validation, with the border between phases marked. The value axes
    begin where the curves are after the first steep epochs, and say which those are.

    Epochs without validation values are left out of that curve. Raises InputError where there is no epoch.
    """
    if not history:
        raise InputError("the history has no epochs; wanted at least one; train first")
    figure, both = panels(8.6, 3.0, count=2)
    line = "o-" if len(history) <= 20 else "-"
    for axes, field in zip(both, ("accuracy", "loss"), strict=True):
        curves = []
        for split, colour, column in (("training", BLUE, field), ("validation", VERMILION, f"val_{field}")):
            points = [(row.epoch, value) for row in history if (value := getattr(row, column)) is not None]
            if points:
                axes.plot(*zip(*points, strict=True), line, color=colour, label=split)
                curves.append(points)
        axes.set_title(field, pad=18)
        on_later_epochs(axes, curves, shares=field == "accuracy")
        _mark_phases(axes, history)
    both[0].legend(loc="upper left", bbox_to_anchor=(0, -0.16), borderaxespad=0, ncols=2)
    return finish(figure, title, notice)


@in_style
def confusion_matrix(confusion: Counts, class_names: Names, title: str, notice: str = "") -> Figure:
    """True classes as rows, predicted ones as columns; the number of images, shaded by its share of the row.

    `confusion` int64 (num_classes, num_classes). The shade follows the square root of the share, so that rare
    mistakes still show. Beyond 30 classes the numbers are left out, beyond 600 several classes share a cell; names that
    have no room are left out. The figure says each.
    """
    num_classes = len(class_names)
    side = float(np.clip(0.55 * num_classes, 2.5, 12.0))
    figure, (axes,) = panels(side, side)
    together = -(-num_classes // _MOST_CELLS)  # classes a cell, each way
    cells = _joined(confusion, together)
    shares = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    end = len(cells) * together - 0.5
    picture = axes.imshow(
        shares,
        cmap="Blues",
        norm=PowerNorm(0.5, vmin=0, vmax=1),
        interpolation="nearest",
        extent=(-0.5, end, end, -0.5),
    )
    if num_classes <= _MOST_NUMBERED:
        size = min(9.0, 96 * side / num_classes / len(f"{confusion.max():2}"))
        for row, column in np.argwhere(confusion):
            text = axes.text(column, row, str(confusion[row, column]), ha="center", va="center", size=size)
            text.set_color("white" if shares[row, column] > 0.51 else "black")
    steps = [name_axis(axis, class_names, most=int(72 * side / 15)) for axis in (axes.yaxis, axes.xaxis)]
    for label in axes.get_xticklabels():
        label.set(rotation=45, ha="right", rotation_mode="anchor")
    named = f" (1 in {steps[0]} labelled)" if steps[0] > 1 else ""
    axes.set(ylabel=f"true class{named}", xlabel=f"predicted class{named}")
    measure = f"share of {together} true classes" if together > 1 else "share of the true class"
    scale = add_scale(axes, picture, measure, ticks=[0, 0.01, 0.05, 0.2, 0.5, 1])
    scale.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    return finish(figure, title, notice)


@in_style
def per_class_bars(scores: Scores, title: str, notice: str = "") -> Figure:
    """Precision, recall and F1 of each class as horizontal bars from 0 to 1, classes from top to bottom; in words where
    a class has no images.

    Of more than a hundred classes, the hundred with the lowest F1 are shown, the lowest first; the title says so.
    """
    shown = scores.lowest(_MOST_BARS)
    num_classes = len(shown)
    if num_classes < len(scores.per_class):
        title = f"{title}, the {num_classes} of {len(scores.per_class):,} classes with the lowest F1"
    height = float(np.clip(0.5 * num_classes, 1.0, 20.0))
    figure, (axes,) = panels(6.0, height)
    for offset, field, colour in ((-0.27, "precision", SKY), (0, "recall", YELLOW), (0.27, "f1", BLUE)):
        values = [getattr(score, field) or 0.0 for score in shown]
        axes.barh(
            np.arange(num_classes) + offset,
            values,
            height=0.25,
            color=colour,
            label=field.replace("f1", "F1"),
        )
    for place, score in enumerate(shown):
        if not score.support:
            axes.text(0.01, place, "no images", va="center", size="small")
    class_names = [score.name for score in scores.per_class]
    labels = [scores.per_class.index(score) for score in shown]
    name_axis(axes.yaxis, class_names, int(72 * height / 11), labels)
    axes.set(xlim=(0, 1), ylim=(num_classes - 0.5, -0.5))
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=3, handlelength=1)
    return finish(figure, title, notice)


@in_style
def reliability_diagram(drawn: Mapping[str, Reliability], title: str, notice: str = "") -> Figure:
    """Accuracy by confidence, a line for each of the reliabilities by name, and below how many images are how sure.

    The diagonal is where probabilities are right. Bins of fewer than ten images have no point. Raises InputError where
    there is none, or more than two.
    """
    if not 1 <= len(drawn) <= 2:
        raise InputError(f"{len(drawn)} reliability curves; wanted one or two")
    figure, (above,) = panels(4.2, 4.2)
    below = above.inset_axes((0, -0.28, 1, 0.2), sharex=above)
    above.plot((0, 1), (0, 1), color=QUIET, linewidth=1, linestyle=(0, (3, 3)))
    for (name, one), colour in zip(drawn.items(), (VERMILION, BLUE), strict=False):
        label = f"{name}: expected calibration error {one.error:.2%}"
        there = one.counts >= _FEWEST
        above.plot(one.confidences[there], one.accuracies[there], "o-", color=colour, label=drawable(label))
        edges = np.linspace(0, 1, len(one.counts) + 1)
        below.stairs(one.counts / one.counts.sum(), edges, color=colour, linewidth=1.4)
    above.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
    above.tick_params(axis="x", labelbottom=False)
    below.set(ylabel="images", xlabel="confidence: the probability of the predicted class", ylim=(0, None))
    for axis in (above.xaxis, above.yaxis, below.yaxis):
        axis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    above.grid()
    above.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return finish(figure, title, notice)


def _joined(confusion: Counts, together: int) -> Counts:
    """The matrix with `together` neighbouring classes added up in each cell, in both directions."""
    if together == 1:
        return confusion
    starts = np.arange(0, len(confusion), together)
    rows: Counts = np.add.reduceat(confusion, starts, axis=0)
    return np.asarray(np.add.reduceat(rows, starts, axis=1))


def _mark_phases(axes: Axes, history: Sequence[EpochRow]) -> None:
    across = axes.get_xaxis_transform()
    for before, after in pairwise(history):
        if before.phase != after.phase:
            border = (before.epoch + after.epoch) / 2
            axes.axvline(border, color=QUIET, linewidth=1, linestyle=(0, (3, 3)))
            for name, side in ((before.phase + "  ", "right"), ("  " + after.phase, "left")):
                axes.text(border, 1.02, drawable(name), transform=across, ha=side, size=8, color=QUIET)
