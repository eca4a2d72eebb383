"""plot: the figures of a run."""

from __future__ import annotations

import shutil
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image
from support.command_line import last_error, prints

from clothier import plots
from clothier.runs import Run

FIGURES = (
    "curves",
    "confusion",
    "per-class",
    "reliability",
    "predictions",
    "right",
    "wrong",
    "confident-mistakes",
)


def test_plot_draws_every_figure_and_renews_the_report(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    run = tmp_path / "copy"
    shutil.copytree(finished, run)
    shutil.rmtree(run / "figures")
    (run / "report.html").unlink()
    printed = prints(capsys, "plot", str(run), "--dpi", "60").splitlines()
    assert printed == [*(f"{run}/figures/{name}.png" for name in FIGURES), f"{run}/report.html"]
    with Image.open(run / "figures" / "wrong.png") as picture:
        assert round(picture.info["dpi"][0]) == 60
    assert (run / "report.html").read_text().count("data:image/png") == len(FIGURES)


def test_plot_elsewhere_leaves_the_run_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    before = (finished / "report.html").stat().st_mtime_ns
    out = tmp_path / "figures"
    printed = prints(capsys, "plot", str(finished), "--format", "svg", "--out", str(out)).splitlines()
    assert printed == [f"{out}/{name}.svg" for name in FIGURES]
    assert all(Path(path).read_bytes().startswith(b"<?xml") for path in printed)
    assert (finished / "report.html").stat().st_mtime_ns == before


def test_plot_of_a_run_in_the_middle_draws_curves_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    run = Run(tmp_path / "copy")
    run.write_description(Run(finished).description())
    assert last_error(capsys, "plot", str(run.path)).startswith(
        f"{run.path} has no finished epoch; wanted at least"
    )
    run.write_history(Run(finished).read_history())
    assert prints(capsys, "plot", str(run.path), "--dpi", "60").splitlines() == [
        f"{run.path}/figures/curves.png", f"{run.path}/report.html",
    ]  # fmt: skip


def test_the_curves_of_one_phase_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    words = ("plot", str(finished), "--out", str(tmp_path), "--dpi", "40")
    with patch.object(plots, "training_curves", wraps=plots.training_curves) as drawn:
        assert prints(capsys, *words, "--phase", "plain").splitlines() == [f"{tmp_path}/curves-plain.png"]
    assert {row.phase for row in drawn.call_args.args[0]} == {"plain"}
    assert [path.name for path in tmp_path.iterdir()] == ["curves-plain.png"]
    known = ", ".join(dict.fromkeys(row.phase for row in Run(finished).read_history()))
    assert last_error(capsys, *words, "--phase", "fine-tuned") == (
        f"{finished} has no epoch of phase fine-tuned; wanted one of: {known}"
    )
