"""Learning curves -> a figure: accuracy by number of training images, with the law through it and its band."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from clothier.plots.canvas import BLUE, QUIET, SKY, finish, in_style, panels
from clothier.plots.lettering import drawable
from clothier.values import Curve

_MOST = 12  # classes that are drawn
_COLUMNS = 4


@in_style
def learning_curves(curve: Curve, classes: Sequence[Curve], title: str, notice: str = "") -> Figure:
    """The curve of all images, and below it small ones of the recall of up to twelve classes, by the images of that
    class. Dots are measured, with intervals of 90 %; lines and bands are the fitted law, also beyond the images there
    are."""
    figure, (axes,) = panels(7.6, 3.2)
    _draw(axes, curve)
    axes.set(ylabel="accuracy", xlabel="training images")
    axes.legend(loc="lower right")
    shown = classes[:_MOST]
    for place, one in enumerate(shown):
        row, column = divmod(place, _COLUMNS)
        small = axes.inset_axes((0.265 * column, -0.78 - 0.66 * row, 0.205, 0.4))
        _draw(small, one, small=True)
        small.set_title(drawable(one.class_name), size=8.5)
        if place == 0:
            small.set_ylabel("recall")
            small.set_xlabel("images of the class")
    if len(shown) < len(classes):
        notice = f"{notice} {len(classes) - len(shown)} more classes are not drawn.".strip()
    return finish(figure, title, notice)


def _draw(axes: Axes, curve: Curve, small: bool = False) -> None:
    sizes = [size for size, _ in curve.measured]
    values = [one.value for _, one in curve.measured]
    ends = [
        [one.value - one.low for _, one in curve.measured],
        [one.high - one.value for _, one in curve.measured],
    ]
    if curve.expected:
        along = [size for size, _ in curve.expected]
        lows, highs = ([getattr(one, end) for _, one in curve.expected] for end in ("low", "high"))
        axes.fill_between(along, lows, highs, color=SKY, alpha=0.3, linewidth=0, label="90 % interval")
        axes.plot(along, [one.value for _, one in curve.expected], color=BLUE, lw=1.4, label="fitted law")
    axes.errorbar(sizes, values, yerr=ends, fmt="o", color="black", ms=3, lw=0.9, label="measured")
    axes.axvline(sizes[-1], color=QUIET, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.set_xscale("log", base=2)
    every = 1 if not small else max(1, len(sizes) - 1)
    last = curve.expected[-1][0] if curve.expected else sizes[-1]
    axes.set_xticks([*sizes[::-1][::every], last] if last > 1.3 * sizes[-1] else sizes[::-1][::every])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, place: f"{value:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=None if small else 0))
    axes.grid(axis="y")
    if small:
        axes.locator_params(axis="y", nbins=3)
        axes.tick_params(labelsize=7.5)
