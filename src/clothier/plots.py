"""Numbers -> matplotlib figures. Reads no file, runs no model, changes no global setting.

Every figure is drawn in one quiet style whatever the user's own matplotlib settings, and takes a `notice`: a
sentence drawn small at the bottom, such as that the data are generated.
"""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import font_manager, style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.textpath import text_to_path
from matplotlib.ticker import PercentFormatter

from clothier.errors import InputError, unknown_name
from clothier.values import Counts, EpochRow, Images, Labels, Scores

Names = Sequence[str]

# Source: Okabe and Ito, "Color Universal Design", 2008: hues that every kind of colour vision tells apart.
BLUE, VERMILION, SKY, YELLOW = "#0072B2", "#D55E00", "#56B4E9", "#E69F00"
QUIET = "#6b6b6b"

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": "#8a8a8a",
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "xtick.color": "#8a8a8a",
    "ytick.color": "#8a8a8a",
    "xtick.labelcolor": "black",
    "ytick.labelcolor": "black",
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 3.5,
    "savefig.pad_inches": 0.15,
    "svg.hashsalt": "clothier",
}
_METADATA: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
_MOST_NUMBERED = 30  # a confusion matrix of more classes shows shades only
_MOST_INCHES = 60.0  # the longest side of a sheet: Agg holds fewer than 2**16 dots

_in_style = style.context(_STYLE, after_reset=True)


@_in_style
def render(figure: Figure, format: str = "png", dpi: int = 150) -> bytes:  # noqa: A002 - matplotlib's own word
    """The figure as a file of that format, png or svg; equal figures give equal bytes.

    `dpi` is in dots an inch. Raises InputError for another format.
    """
    if format not in _METADATA:
        raise unknown_name("figure format", format, _METADATA)
    file = io.BytesIO()
    figure.savefig(file, format=format, dpi=dpi, bbox_inches="tight", metadata=_METADATA[format])
    return file.getvalue()


@_in_style
def sample_sheet(
    images: Images, labels: Labels, class_names: Names, columns: int = 6, title: str = "", notice: str = ""
) -> Figure:
    """All the images in rows of `columns`, the class name under each.

    `images` uint8 (n, height, width, 1 or 3), `labels` int64 (n,). Grey is drawn as it is: 0 black, 255 white.
    Raises InputError where there is no image or no column.
    """
    if not len(images) or columns < 1:
        raise InputError(f"{len(images)} images in {columns} columns; wanted at least one of each")
    cells = [divmod(index, columns) for index in range(len(images))]
    figure, axes, height = _sheet(images, cells, inches=1.2, room_below=0.22)
    names = _names(class_names, room=72)  # of 86: at low resolution letters come out up to an eighth wider
    for (row, column), label in zip(cells, labels, strict=True):
        axes.text(column + 0.5, (row + 1) * height - 0.2, names[label], ha="center", va="top")
    return _finish(figure, title, notice)


@_in_style
def class_sheet(
    images: Images, labels: Labels, class_names: Names, per_class: int = 15, title: str = "", notice: str = ""
) -> Figure:
    """A row of images for each class, the first `per_class` there are, its name at the left.

    Shapes, shades and errors as for `sample_sheet`.
    """
    if not len(images) or per_class < 1:
        raise InputError(f"{len(images)} images, {per_class} a class; wanted at least one of each")
    chosen = [np.flatnonzero(labels == row)[:per_class] for row in range(len(class_names))]
    cells = [(row, column) for row, indices in enumerate(chosen) for column in range(len(indices))]
    figure, axes, height = _sheet(images[np.concatenate(chosen)], cells, inches=0.6, room_below=0)
    for row, name in enumerate(_names(class_names)):
        axes.text(-0.15, (row + 0.5) * height, name, ha="right", va="center")
    return _finish(figure, title, notice)


@_in_style
def enlarged(image: npt.NDArray[np.uint8], title: str, notice: str = "") -> Figure:
    """One image, large, on axes that count its pixels.

    `image` uint8 (height, width, 1 or 3). Grey runs from white, 0, to black, 255, with the scale beside it.
    """
    figure, (axes,) = _panels(5.0, 4.4)
    picture = axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.spines[:].set_visible(True)
    axes.set(xlabel="column (pixels)", ylabel="row (pixels)")
    axes.locator_params(integer=True, min_n_ticks=1)
    if image.shape[2] == 1:
        _scale(axes, picture, "value of a pixel", ticks=[0, 64, 128, 192, 255])
    return _finish(figure, title, notice)


@_in_style
def training_curves(history: Sequence[EpochRow], title: str, notice: str = "") -> Figure:
    """Accuracy and loss (nats) by epoch, training and validation, with the border between phases marked.

    Epochs without validation values are left out of that curve. Raises InputError where there is no epoch.
    """
    if not history:
        raise InputError("the history has no epoch yet; wanted at least one; train first")
    figure, panels = _panels(8.6, 3.0, count=2)
    line = "o-" if len(history) <= 20 else "-"
    for axes, field in zip(panels, ("accuracy", "loss"), strict=True):
        for split, colour, column in (("training", BLUE, field), ("validation", VERMILION, f"val_{field}")):
            points = [(row.epoch, value) for row in history if (value := getattr(row, column)) is not None]
            if points:
                axes.plot(*zip(*points, strict=True), line, color=colour, label=split)
        axes.set_title(field, pad=18)
        axes.set_xlabel("epoch")
        axes.locator_params(axis="x", integer=True, min_n_ticks=1)
        axes.grid(axis="y")
        _mark_phases(axes, history)
    panels[0].yaxis.set_major_formatter(PercentFormatter(xmax=1))
    panels[0].legend(loc="lower right")
    return _finish(figure, title, notice)


@_in_style
def confusion_matrix(confusion: Counts, class_names: Names, title: str, notice: str = "") -> Figure:
    """True classes as rows, predicted ones as columns; the number of images, shaded by its share of the row.

    `confusion` int64 (num_classes, num_classes). The shade follows the square root of the share, so that rare
    mistakes still show. Beyond 30 classes the numbers are left out.
    """
    num_classes = len(class_names)
    side = float(np.clip(0.55 * num_classes, 2.5, 12.0))
    figure, (axes,) = _panels(side, side)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    picture = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=1), interpolation="nearest")
    if num_classes <= _MOST_NUMBERED:
        size = min(9.0, 96 * side / num_classes / len(f"{confusion.max():2}"))
        for row, column in np.argwhere(confusion):
            text = axes.text(column, row, str(confusion[row, column]), ha="center", va="center", size=size)
            text.set_color("white" if shares[row, column] > 0.51 else "black")
    for axis in (axes.yaxis, axes.xaxis):
        _name_axis(axis, class_names, most=int(72 * side / 15))
    for label in axes.get_xticklabels():
        label.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.set(ylabel="true class", xlabel="predicted class")
    scale = _scale(axes, picture, "share of the true class", ticks=[0, 0.01, 0.05, 0.2, 0.5, 1])
    scale.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    return _finish(figure, title, notice)


@_in_style
def per_class_bars(scores: Scores, title: str, notice: str = "") -> Figure:
    """Precision, recall and F1 of each class as horizontal bars from 0 to 1, classes from top to bottom."""
    num_classes = len(scores.per_class)
    height = float(np.clip(0.5 * num_classes, 1.0, 20.0))
    figure, (axes,) = _panels(6.0, height)
    for offset, field, colour in ((-0.27, "precision", SKY), (0, "recall", YELLOW), (0.27, "f1", BLUE)):
        values = [getattr(score, field) for score in scores.per_class]
        axes.barh(
            np.arange(num_classes) + offset,
            values,
            height=0.25,
            color=colour,
            label=field.replace("f1", "F1"),
        )
    _name_axis(axes.yaxis, [score.name for score in scores.per_class], most=int(72 * height / 11))
    axes.set(xlim=(0, 1), ylim=(num_classes - 0.5, -0.5))
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=3, handlelength=1)
    return _finish(figure, title, notice)


def _panels(width: float, height: float, count: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """Axes side by side that fill the figure, in inches; what stands around them is added by `render`."""
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, wspace=0.2)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def _finish(figure: Figure, title: str, notice: str) -> Figure:
    """The figure with the title above and the notice below all that is drawn."""
    width, height = figure.get_size_inches()
    drawn = figure.get_tightbbox()
    left, room = drawn.x0 / width, max(drawn.width, 4.0)
    if title:
        text = textwrap.fill(title, int(11 * room))
        figure.text(left, (drawn.y1 + 0.12) / height, _drawable(text), va="bottom", size=11)
    if notice:
        text = textwrap.fill(notice, int(16 * room))
        figure.text(left, (drawn.y0 - 0.12) / height, _drawable(text), va="top", size=7.5, color=QUIET)
    return figure


def _sheet(
    images: Images, cells: Sequence[tuple[int, int]], inches: float, room_below: float
) -> tuple[Figure, Axes, float]:
    """Images at those (row, column) cells, one unit wide, on axes whose y points down; `inches` to a unit.

    Also the height of a cell in units, `room_below` the image included.
    """
    rows, columns = (1 + max(numbers) for numbers in zip(*cells, strict=True))
    aspect = images.shape[1] / images.shape[2]
    height = aspect + room_below
    inches = min(inches, _MOST_INCHES / columns, _MOST_INCHES / (rows * height))
    figure, (axes,) = _panels(inches * columns, inches * rows * height)
    for image, (row, column) in zip(images, cells, strict=True):
        top = row * height
        extent = (column + 0.03, column + 0.97, top + 0.97 * aspect, top + 0.03 * aspect)
        axes.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent)
    axes.set(xlim=(0, columns), ylim=(rows * height, 0), aspect="equal")
    axes.set_axis_off()
    return figure, axes, height


def _scale(axes: Axes, picture: AxesImage, label: str, ticks: Sequence[float]) -> Axes:
    """The colour scale of a picture, at its right and as high; its axes."""
    beside = axes.inset_axes((1.04, 0, 0.035, 1))
    axes.figure.colorbar(picture, cax=beside, label=label, ticks=ticks)
    return beside


def _mark_phases(axes: Axes, history: Sequence[EpochRow]) -> None:
    across = axes.get_xaxis_transform()
    for before, after in pairwise(history):
        if before.phase != after.phase:
            border = (before.epoch + after.epoch) / 2
            axes.axvline(border, color=QUIET, linewidth=1, linestyle=(0, (3, 3)))
            for name, side in ((before.phase + "  ", "right"), ("  " + after.phase, "left")):
                axes.text(border, 1.02, _drawable(name), transform=across, ha=side, size=8, color=QUIET)


def _name_axis(axis: Axis, class_names: Names, most: int) -> None:
    """Class names along an axis that has room for `most`; only every so many where there are more."""
    step = -(-len(class_names) // most)
    axis.set_ticks(range(0, len(class_names), step), _names(class_names)[::step])


def _names(class_names: Names, room: float = 150.0) -> list[str]:
    """Class names that the font can draw, each at most `room` points wide at 9 points.

    A name with letters outside the font becomes its number, "class 3": that still tells classes apart.
    """
    names = []
    for number, name in enumerate(class_names):
        short = " ".join(name.split())
        if "□" in _drawable(short):
            short = f"class {number}"
        while _width(short) > room:
            short = short.removesuffix("…")[:-1] + "…"
        names.append(_drawable(short))
    return names


def _drawable(text: str) -> str:
    """The text for matplotlib: dollars stand for themselves, letters outside the font become empty squares."""
    known = _font_letters()
    letters = (letter if ord(letter) in known or letter == "\n" else "□" for letter in text)
    return "".join(letters).replace("$", r"\$")


@functools.cache
def _font_letters() -> frozenset[int]:
    return frozenset(font_manager.get_font(font_manager.findfont(_STYLE["font.family"])).get_charmap())


def _width(text: str) -> float:
    font = font_manager.FontProperties(family=_STYLE["font.family"], size=9)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])
