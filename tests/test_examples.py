"""The notebooks run from top to bottom, on generated data, and show what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure
from support.notebooks import EXAMPLES, code_cells, run

from clothier.data.generated import CLASS_NAMES
from clothier.runs import Run
from clothier.values import Dataset, Scores

SMALL = {'SOURCE = "fashion-mnist"': 'SOURCE = "generated:120"'}


def test_the_tour_is_short_and_holds_no_outputs() -> None:
    cells = code_cells("tour")
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    assert len(lines) < 60
    assert not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.parametrize("name", ["article", "r_tutorial"])
def test_the_tutorials_hold_their_outputs(name: str) -> None:
    cells = code_cells(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = [output.output_type for cell in cells for output in cell.outputs]
    assert "error" not in kinds
    assert sum("image/png" in output.get("data", {}) for cell in cells for output in cell.outputs) >= 6
    assert (EXAMPLES / f"{name}.ipynb").stat().st_size < 2_000_000


@pytest.mark.usefixtures("quick_page")
def test_the_tour_runs_and_shows_tables_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run("tour", {'"fashion-mnist"': '"generated:300"', "epochs=4": "epochs=2"})
    for name in ("enlarged", "samples", "confusion", "grid", "explain", "heat"):
        assert isinstance(shown[name], Figure), name
    for name, kind in (("data", Dataset), ("train", Run), ("scores", Scores)):
        assert isinstance(shown[name], kind), name
        assert "<table>" in shown[name]._repr_html_(), name
    printed = capsys.readouterr().out
    assert "693,962" in printed
    lines = [line for line in printed.splitlines() if line[:12].strip() in CLASS_NAMES]
    assert [line[:12].strip() for line in lines[-10:]] == list(CLASS_NAMES)
    assert sum(float(line[12:]) for line in lines[-10:]) == pytest.approx(1, abs=1e-3)
    assert Path("runs/cnn1-1/scores.json").is_file()


@pytest.mark.usefixtures("quick_page")
def test_the_tutorial_in_r_runs_in_its_order() -> None:
    shown = run("r_tutorial", {**SMALL, "IMAGES, EPOCHS = 6_000, 2": "IMAGES, EPOCHS = 100, 1"})
    for name in ("enlarged", "samples", "confusion", "grid", "right", "wrong"):
        assert isinstance(shown[name], Figure), name
    assert shown["data"].validation is None
    assert Run(Path("runs/cnn1_dropout-1")).recipe().batch_size == 32


@pytest.mark.usefixtures("quick_page")
def test_the_article_runs_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    changes = {
        **SMALL,
        "IMAGES, EPOCHS, AUGMENTED = 6_000, 2, 1": "IMAGES, EPOCHS, AUGMENTED = 60, 1, 1",
        "--sample 500": "--sample 20",
        'base="efficientnet_lite0"': "base=str(cnn3.path)",  # tests/training/transfer has the real one
    }
    shown = run("article", changes)
    for name in ("samples", "curves", "augment", "maps", "channel", "grid"):
        assert isinstance(shown[name], Figure), name
    assert [Run(Path(f"runs/cnn{n}-1")).recipe().phases() for n in (1, 3, 4)] == [
        [("plain", 1), ("augmented", 1)]
    ] * 3
    assert "cnn3-1 " in capsys.readouterr().out
    order = [cell.id for cell in code_cells("article")]
    steps = ("projector", "cnn1", "augment", "train-cnn3", "train-cnn4", "transfer", "compare")
    assert [name for name in order if name in steps] == list(steps)
