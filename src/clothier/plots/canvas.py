"""What every figure is drawn on: the style, panels and sheets, titles and notices, and names along an axis."""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text

from clothier.errors import InputError, unknown_name
from clothier.plots import lettering
from clothier.plots.lettering import Names, drawable, shortened
from clothier.system.files import SOFTWARE
from clothier.values import Images

# Source: Okabe and Ito, "Color Universal Design", 2008: hues that every kind of colour vision tells apart.
BLUE, VERMILION, SKY, YELLOW = "#0072B2", "#D55E00", "#56B4E9", "#E69F00"
RED = "#B2182B"  # Source: ColorBrewer's RdBu; beside blue it is safe, and dark enough for words
QUIET = "#6b6b6b"

_STYLE: dict[str, Any] = {
    "font.family": lettering.FAMILY,
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
_METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": SOFTWARE},
    "svg": {"Date": None, "Creator": None},
}
_MOST_INCHES = 60.0  # the longest side of a sheet
_MOST_DOTS = 60_000  # a side, without what stands around the axes: Agg holds fewer than 2**16

_Arguments = ParamSpec("_Arguments")
_Drawn = TypeVar("_Drawn")


def in_style(draw: Callable[_Arguments, _Drawn]) -> Callable[_Arguments, _Drawn]:
    """The function, which then draws in the style here, whatever the user's own settings are."""

    @functools.wraps(draw)
    def styled(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Drawn:
        with style.context(_STYLE, after_reset=True), lettering.gathering():
            return draw(*args, **kwargs)

    return styled


@in_style
def render(figure: Figure, format: str = "png", dpi: int = 150) -> bytes:  # noqa: A002 - matplotlib's own word
    """The figure as a file of that format, png or svg; equal figures give equal bytes.

    `dpi` is in dots an inch. Raises InputError for another format, and for a PNG of too many dots.
    """
    if format not in _METADATA:
        raise unknown_name("figure format", format, _METADATA)
    longest = max(figure.get_size_inches())
    if format == "png" and longest * dpi > _MOST_DOTS:
        raise InputError(
            f"the figure is {longest:.0f} inches long, {longest * dpi:,.0f} pixels at {dpi} dpi; wanted at most "
            f"{_MOST_DOTS:,}; choose --dpi {_MOST_DOTS / longest:.0f} or less, or --format svg"
        )
    file = io.BytesIO()
    figure.savefig(file, format=format, dpi=dpi, bbox_inches="tight", metadata=_METADATA[format])
    return file.getvalue()


def panels(width: float, height: float, count: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """Axes side by side that fill the figure, in inches; what stands around them is added by `render`."""
    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1, wspace=0.2)
    return figure, figure.subplots(1, count, squeeze=False)[0]


def finish(figure: Figure, title: str, notice: str) -> Figure:
    """The figure with the title above and the notice below all that is drawn, in fonts that have the letters.

    Below it also spells the names of classes that it calls by their number.
    """
    notice = " ".join(filter(None, (notice, lettering.numbered())))
    texts = figure.findobj(Text)
    families = lettering.families("".join(map(Text.get_text, texts)) + drawable(title + notice))
    for text in texts:
        text.set_fontfamily(families)
    width, height = figure.get_size_inches()
    drawn = figure.get_tightbbox()
    left, room = drawn.x0 / width, max(drawn.width, 4.0)
    if title:
        words = drawable(textwrap.fill(title, int(11 * room)))
        figure.text(left, (drawn.y1 + 0.12) / height, words, va="bottom", size=11, family=families)
    if notice:
        words = drawable(textwrap.fill(notice, int(16 * room)))
        below = (drawn.y0 - 0.12) / height
        figure.text(left, below, words, va="top", size=7.5, color=QUIET, family=families)
    return figure


def lay_out(
    images: Images,
    cells: Sequence[tuple[int, int]],
    inches: float,
    room_above: float = 0.0,
    room_below: float = 0.0,
) -> tuple[Figure, Axes, float]:
    """Images at those (row, column) cells, one unit wide, on axes whose y points down; `inches` to a unit.

    Also the height of a cell in units, the room above and below the image included.
    """
    rows, columns = (1 + max(numbers) for numbers in zip(*cells, strict=True))
    aspect = images.shape[1] / images.shape[2]
    height = room_above + aspect + room_below
    inches = min(inches, _MOST_INCHES / columns, _MOST_INCHES / (rows * height))
    figure, (axes,) = panels(inches * columns, inches * rows * height)
    for image, (row, column) in zip(images, cells, strict=True):
        top = row * height + room_above
        extent = (column + 0.03, column + 0.97, top + 0.97 * aspect, top + 0.03 * aspect)
        axes.imshow(image, cmap="gray", vmin=0, vmax=255, extent=extent)
    axes.set(xlim=(0, columns), ylim=(rows * height, 0), aspect="equal")
    axes.set_axis_off()
    return figure, axes, height


def add_scale(axes: Axes, picture: AxesImage, label: str, ticks: Sequence[float]) -> Axes:
    """The colour scale of a picture, at its right and as high; its axes."""
    beside = axes.inset_axes((1.04, 0, 0.035, 1))
    axes.figure.colorbar(picture, cax=beside, label=label, ticks=ticks)
    return beside


def name_axis(axis: Axis, class_names: Names, most: int, labels: Sequence[int] = ()) -> int:
    """Write the names of those classes, or of all, along an axis that has room for `most`, and return the step: 1, or n
    if only every n-th is named."""
    labels = labels or range(len(class_names))
    step = -(-len(labels) // most)
    axis.set_ticks(range(0, len(labels), step), shortened(class_names, labels[::step]))
    return step
