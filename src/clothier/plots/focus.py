"""Axes of curves over epochs, which begin where the curves are after the first steep epochs."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

Curve = Sequence[tuple[int, float]]  # (epoch, value), by rising epochs

_SHRINKS = 0.15  # of the span of values: an epoch whose leaving out shrinks it by more is steep
_MOST, _MOST_SHARE = 5, 0.25  # epochs that may be left out, and share of them
_MARGIN = 0.05  # of the span, above and below


def on_later_epochs(axes: Axes, curves: Sequence[Curve], *, shares: bool) -> None:
    """Let the value axis span the curves without their first steep epochs, which it then says; and the epoch axis whole
    epochs. `shares` are written in percent."""
    epochs = sorted({epoch for curve in curves for epoch, _ in curve})
    first = _first_shown(curves, epochs)
    low, high = _span(curves, first)
    margin = _MARGIN * (high - low) or 0.01
    low, high = low - margin, high + margin
    axes.set_ylim(low, high)
    left_out = [(epoch, value) for curve in curves for epoch, value in curve if not low <= value <= high]
    if left_out:
        sides = {"lower" if value < low else "higher" for _, value in left_out}
        last = max(epoch for epoch, _ in left_out)
        when = f"epoch {last}" if last == epochs[0] else f"epochs {epochs[0]} to {last}"
        axes.set_ylabel(f"axis cut: {' or '.join(sorted(sides))} in {when}")
    if shares:
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_xlabel("epoch")
    axes.locator_params(axis="x", integer=True, min_n_ticks=1)
    axes.grid(axis="y")


def _first_shown(curves: Sequence[Curve], epochs: Sequence[int]) -> int:
    """The first epoch after the steep ones."""
    place = 0
    while place < min(_MOST, int(_MOST_SHARE * len(epochs))):
        (low, high), (next_low, next_high) = (_span(curves, epochs[p]) for p in (place, place + 1))
        if next_high - next_low > (1 - _SHRINKS) * (high - low):
            break
        place += 1
    return epochs[place]


def _span(curves: Sequence[Curve], first: int) -> tuple[float, float]:
    values = [value for curve in curves for epoch, value in curve if epoch >= first]
    return min(values), max(values)
