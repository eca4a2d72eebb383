from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from support.drawn_figures import (
    AWKWARD,
    LABELS,
    boxes,
    epochs,
    judged,
    names,
    outputs,
    pictures,
    reliability,
)

from clothier import plots
from clothier.errors import InputError
from clothier.plots.canvas import panels
from clothier.system.files import is_figure

NOTICE = "The data are generated: every picture was drawn by the program, so nothing here is a photograph."
FIGURES: dict[str, Callable[[Sequence[str]], Figure]] = {
    "sample_sheet": lambda n: plots.sample_sheet(pictures(6), LABELS, n, title=n[1], notice=NOTICE),
    "class_sheet": lambda n: plots.class_sheet(pictures(6), LABELS, n, title=n[1], notice=NOTICE),
    "enlarged": lambda n: plots.enlarged(pictures(1)[0], n[1], notice=NOTICE),
    "training_curves": lambda n: plots.training_curves(epochs(3, 4), n[1], notice=NOTICE),
    "confusion_matrix": lambda n: plots.confusion_matrix(judged(n).confusion, n, n[1], notice=NOTICE),
    "per_class_bars": lambda n: plots.per_class_bars(judged(n), n[1], notice=NOTICE),
    "prediction_grid": lambda n: plots.prediction_grid(
        pictures(6), LABELS, LABELS[::-1] % 4, n, title=n[1], notice=NOTICE
    ),
    "reliability_diagram": lambda n: plots.reliability_diagram(
        {n[0]: reliability(1), n[2]: reliability(2)}, n[1], notice=NOTICE
    ),
    "feature_map": lambda n: plots.feature_map(outputs(5, 4, 1)[..., 0], n[1], notice=NOTICE),
    "feature_maps": lambda n: plots.feature_maps(outputs(5, 4, 20), n[1], notice=NOTICE),
    "heat_overlay": lambda n: plots.heat_overlay(pictures(1)[0], outputs(9, 7, 1)[..., 0], n[1], NOTICE),
}


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_figure_takes_awkward_names_and_gives_equal_bytes(name: str, kind: str) -> None:
    first, second = (plots.render(FIGURES[name](AWKWARD), format=kind, dpi=60) for _ in range(2))
    assert first == second
    assert first.startswith({"png": b"\x89PNG\r\n", "svg": b"<?xml"}[kind])
    assert not any(word in first for word in (b"Matplotlib version", b"matplotlib.org", b"dc:date"))


def test_a_png_names_what_drew_it(tmp_path: Path) -> None:
    file = tmp_path / "curves.png"
    file.write_bytes(plots.render(FIGURES["per_class_bars"](names(6)), dpi=60))
    assert is_figure(file)


@pytest.mark.parametrize("name", FIGURES)
def test_the_users_settings_neither_matter_nor_change(name: str) -> None:
    plain = plots.render(FIGURES[name](names(6)), dpi=60)
    with matplotlib.rc_context({"font.size": 23, "axes.facecolor": "red", "savefig.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        assert plots.render(FIGURES[name](names(6)), dpi=60) == plain
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", FIGURES)
def test_the_notice_stands_below_all_else_and_the_title_above(name: str) -> None:
    figure = FIGURES[name](names(6))
    title, notice = figure.texts
    assert notice.get_text().replace("\n", " ") == NOTICE
    above, below = boxes(figure, [title, notice])
    others = [box for axes in figure.axes if (box := axes.get_tightbbox()) is not None]
    assert below.y1 < min(box.y0 for box in others)
    assert above.y0 > max(box.y1 for box in others)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(
        InputError, match=r"^unknown figure format 'pgn'; known: png, svg; did you mean 'png'\?$"
    ):
        plots.render(Figure(), format="pgn")


def test_a_figure_of_more_dots_than_can_be_drawn_is_refused() -> None:
    figure = panels(60.0, 2.0)[0]
    wanted = (
        "the figure is 60 inches long, 72,000 pixels at 1200 dpi; wanted at most 60,000; choose --dpi 1000 or less, "
        "or --format svg"
    )
    with pytest.raises(InputError, match=f"^{re.escape(wanted)}$"):
        plots.render(figure, dpi=1200)
    assert plots.render(figure, "svg", dpi=1200).startswith(b"<?xml")
