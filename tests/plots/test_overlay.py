from __future__ import annotations

import re

import numpy as np
import pytest

from clothier import plots
from clothier.errors import InputError
from clothier.values import EpochRow


def history(epochs: int, validation: bool = True) -> list[EpochRow]:
    loss, accuracy = (0.3, 0.9) if validation else (None, None)
    return [
        EpochRow(number, "plain", 0.5, 0.8, loss, accuracy, 0.001, 1.0) for number in range(1, epochs + 1)
    ]


def test_a_colour_a_group_and_a_line_a_run() -> None:
    groups = {
        "two seeds": [history(3), history(5)],
        "$one$": [history(1)],
        "no validation": [history(4, False)],
    }
    figure = plots.overlaid_curves(groups, "title", "notice")
    assert [axes.get_title("left") for axes in figure.axes] == [
        "validation accuracy",
        "validation loss",
    ]
    for axes, value in zip(figure.axes, (0.9, 0.3), strict=True):
        lines = [line for line in axes.lines if line.get_marker() == "None"]
        assert [len(np.asarray(line.get_xdata())) for line in lines] == [3, 5, 1]
        assert lines[0].get_color() == lines[1].get_color() != lines[2].get_color()
        assert {y for line in lines for y in np.asarray(line.get_ydata()).tolist()} == {value}
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["two seeds", r"\$one\$"]
    assert plots.render(figure).startswith(b"\x89PNG")


def test_many_groups_are_told_apart() -> None:
    figure = plots.overlaid_curves({f"run {n}": [history(2)] for n in range(24)}, "")
    # Solid, or how a line is dashed, is told apart nowhere public but in its drawn file.
    drawn = plots.render(figure, "svg").decode()
    styles = set(
        re.findall(
            r'style="fill: none; (?:stroke-dasharray: [^;]*; stroke-dashoffset: 0; )?stroke: #[^;"]*', drawn
        )
    )
    colours = {str(line.get_color()).lower() for line in figure.axes[0].lines}
    assert len({style for style in styles if style[-7:] in colours}) == 24


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(
        InputError, match=r"^no run has validation values; wanted at least one run with validation images"
    ):
        plots.overlaid_curves({"a": [history(2, False)], "b": [[]]}, "")
