"""Histories of several runs -> one figure in which their validation curves lie over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from clothier.errors import InputError
from clothier.plots.canvas import BLUE, SKY, VERMILION, YELLOW, finish, in_style, panels
from clothier.plots.focus import on_later_epochs
from clothier.plots.lettering import drawable
from clothier.values import EpochRow

# Source: Okabe and Ito, as the colours of the other figures. With four dashes they tell 24 groups apart.
_COLOURS = (BLUE, VERMILION, "#009E73", "#CC79A7", YELLOW, SKY)
_DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.5, 1.5)))


@in_style
def overlaid_curves(
    groups: Mapping[str, Sequence[Sequence[EpochRow]]], title: str, notice: str = ""
) -> Figure:
    """Validation accuracy and loss (nats) by epoch: a colour for each group, a line for each of its histories. The
    value axes begin as in `training_curves`.

    Histories without validation values are left out. Raises InputError where that leaves none.
    """
    drawn = {name: [h for h in histories if _has_validation(h)] for name, histories in groups.items()}
    drawn = {name: histories for name, histories in drawn.items() if histories}
    if not drawn:
        raise InputError("no run has validation values; wanted at least one run with validation images")
    figure, sides = panels(8.6, 3.6, count=2)
    for axes, field in zip(sides, ("accuracy", "loss"), strict=True):
        curves = []
        for place, (name, histories) in enumerate(drawn.items()):
            colour = _COLOURS[place % len(_COLOURS)]
            dash = _DASHES[place // len(_COLOURS) % len(_DASHES)]
            for number, history in enumerate(histories):
                values = [(row.epoch, getattr(row, f"val_{field}")) for row in history]
                points = [(epoch, value) for epoch, value in values if value is not None]
                curves.append(points)
                label = drawable(name) if number == 0 else None
                width = 1.6 if len(histories) == 1 else 1.0
                axes.plot(*zip(*points, strict=True), linestyle=dash, color=colour, label=label, lw=width)
                if len(points) == 1:
                    axes.plot(*points[0], "o", color=colour)
        axes.set_title(f"validation {field}")
        on_later_epochs(axes, curves, shares=field == "accuracy")
    sides[0].legend(loc="upper left", bbox_to_anchor=(0, -0.16), borderaxespad=0, ncols=1)
    return finish(figure, title, notice)


def _has_validation(history: Sequence[EpochRow]) -> bool:
    return any(row.val_loss is not None for row in history)
