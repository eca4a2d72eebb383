"""The notebook runs from top to bottom, on generated data, and shows what it says."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from clothier.data.generated import CLASS_NAMES

TOUR = Path(__file__).parents[1] / "examples" / "tour.ipynb"


def test_the_tour_is_short_and_holds_no_outputs() -> None:
    cells = [cell for cell in nbformat.read(TOUR, as_version=4).cells if cell.cell_type == "code"]
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    assert len(lines) < 60
    assert not any(cell.outputs or cell.execution_count for cell in cells)


def test_the_tour_runs_and_shows_tables_and_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(TOUR, as_version=4)
    data = next(cell for cell in notebook.cells if cell.get("id") == "data")
    assert data.source.count('"fashion-mnist"') == 1
    data.source = data.source.replace('"fashion-mnist"', '"generated:600"')  # the same on every machine

    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()

    shown: dict[str, dict[str, str]] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind, text in output.get("data", {}).items():
                kinds = shown.setdefault(cell.id, {})
                kinds[kind] = kinds.get(kind, "") + text
    for name in ("enlarged", "samples", "confusion", "grid", "explain", "heat"):
        assert "image/png" in shown[name], name
    for name in ("data", "train", "scores"):
        assert "<table>" in shown[name]["text/html"], name
    assert "data:image/png" in shown["train"]["text/html"]
    assert "693,962" in shown["model"]["text/html"]
    printed = next(cell.outputs[0].text for cell in notebook.cells if cell.id == "predict")
    assert [line[:12].strip() for line in printed.splitlines()] == list(CLASS_NAMES)
    assert sum(float(line[12:]) for line in printed.splitlines()) == pytest.approx(1, abs=1e-3)
    assert (tmp_path / "runs" / "cnn1-1" / "report.html").is_file()
