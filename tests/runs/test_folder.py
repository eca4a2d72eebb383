from __future__ import annotations

import base64
import re
from pathlib import Path

import numpy as np
import pytest

from clothier import files
from clothier.errors import RunError, WriteError
from clothier.runs import Run
from clothier.values import ClassScore, EpochRow, PhaseScores, Predictions, Scores

ROWS = [
    EpochRow(1, "plain", 0.5, 0.75, 0.25, 0.875, 0.001, 1.5),
    EpochRow(2, "augmented", 1 / 3, 0.8, None, None, 0.001, 2.25),
]


def test_runs_are_numbered_and_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "cnn1-7").mkdir()
    (tmp_path / "cnn1-x").mkdir()
    assert Run.create("cnn1", tmp_path).path == tmp_path / "cnn1-8"
    assert Run.create("cnn3", tmp_path).path == tmp_path / "cnn3-1"
    assert Run.create("cnn1", tmp_path).path == tmp_path / "cnn1-9"


def test_create_where_a_file_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(WriteError, match=r"^cannot write .*/runs: "):
        Run.create("cnn1", tmp_path / "runs")


def test_open_says_what_a_run_is(tmp_path: Path) -> None:
    with pytest.raises(
        RunError, match=r"is not a run folder \(no recipe\.json in it\); wanted one like runs/cnn1-1"
    ):
        Run.open(tmp_path)


def test_history_there_and_back(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.read_history() == []
    run.write_history(ROWS)
    assert run.read_history() == ROWS
    assert run.history_file.read_text().splitlines()[0] == (
        "epoch,phase,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds"
    )
    assert run.history_file.read_text().splitlines()[2].endswith(",0.8,,,0.001,2.25")


def test_damaged_files_are_named(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.history_file.write_text("epoch,phase\n1,plain\n")
    with pytest.raises(
        RunError, match=r"history\.csv is damaged \('loss'\); wanted the columns epoch, phase"
    ):
        run.read_history()
    run.recipe_file.write_text("{")
    with pytest.raises(RunError, match=r"recipe\.json is not JSON \("):
        run.read_recipe()
    run.recipe_file.write_text("[]")
    with pytest.raises(RunError, match=r"recipe\.json holds no recipe"):
        run.read_recipe()
    run.scores_file.write_text('{"phases": [{}]}')
    with pytest.raises(RunError, match=r"scores\.json is damaged \('name'\)"):
        run.read_scores()


def test_predictions_file(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.write_predictions(np.array([1, 0]), Predictions(np.array([[0, 0, 0], [0, 9, 0]], np.float32)))
    lines = run.predictions_file.read_text().splitlines()
    assert lines == ["index,label,predicted,uncalibrated_probability", "0,1,0,0.333333", "1,0,1,0.999753"]
    run.write_predictions(np.array([0]), Predictions(np.array([[0, 9, 0]], np.float32), temperature=3))
    assert run.predictions_file.read_text() == "index,label,predicted,probability\n0,0,1,0.909443\n"


def test_reliability_file(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.read_reliability() is None
    content = {"split": "test", "temperature": 1.5, "before": {"error": 0.1}, "after": {"error": 0.01}}
    run.write_reliability(content)
    assert run.read_reliability() == content
    run.write_reliability({"split": "test"})
    with pytest.raises(RunError, match=r"reliability\.json is damaged; wanted the file clothier wrote$"):
        run.read_reliability()


def test_leftovers_are_removed_and_nothing_else(tmp_path: Path) -> None:
    run = Run(tmp_path)
    keep = [tmp_path / "history.csv", tmp_path / "checkpoint" / "last.safetensors"]
    stale = [tmp_path / ".history.csv.ab12.tmp", tmp_path / "checkpoint" / ".last.safetensors.x.tmp"]
    (tmp_path / "checkpoint").mkdir()
    for path in keep + stale:
        path.write_text("x")
    run.remove_leftovers()
    assert all(path.exists() for path in keep)
    assert not any(path.exists() for path in stale)


def test_predictions_there_and_back(tmp_path: Path) -> None:
    run, logits = Run(tmp_path), np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    labels = np.arange(50) % 4
    run.write_predictions(labels, Predictions(logits))
    read_labels, predicted, probabilities = run.read_predictions()
    assert [part.dtype.name for part in (read_labels, predicted, probabilities)] == [
        "int64",
        "int64",
        "float32",
    ]
    assert np.array_equal(read_labels, labels)
    assert np.array_equal(predicted, Predictions(logits).labels)
    raw = Predictions(logits).uncalibrated_probabilities
    np.testing.assert_allclose(probabilities, raw.max(axis=1), atol=1e-6)
    calibrated = Predictions(logits, temperature=2.0)
    run.write_predictions(labels, calibrated)
    np.testing.assert_allclose(run.read_predictions()[2], calibrated.probabilities.max(axis=1), atol=1e-6)


def test_missing_and_damaged_predictions_are_named(tmp_path: Path) -> None:
    run = Run(tmp_path)
    with pytest.raises(
        RunError, match=r"predictions\.csv: No such file.*; wanted a run with a finished phase; "
    ):
        run.read_predictions()
    run.predictions_file.write_text("index,label,predicted,probability\n0,1,many,0.5\n")
    with pytest.raises(
        RunError, match=r"predictions\.csv is damaged \(.*'many'.*\); wanted the file clothier"
    ):
        run.read_predictions()
    run.predictions_file.write_text("index,label\n0,1\n")
    with pytest.raises(RunError, match=r"predictions\.csv is damaged \('predicted'\)"):
        run.read_predictions()


def test_other_data_are_told_by_their_fingerprint(tmp_path: Path) -> None:
    run = Run(tmp_path / "cnn1-1")
    run.write_recipe({"recipe": {}, "data": {"fingerprint": "a" * 64}})
    run.check_data("a" * 64)
    wanted = (
        f"{run.path} was trained on other data (fingerprint aaaaaaaaaaaa, these have bbbbbbbbbbbb); "
        "wanted the same images, labels and splits; give the data as they were, or train anew"
    )
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        run.check_data("b" * 64)


def test_a_notebook_shows_scores_and_curves(tmp_path: Path) -> None:
    run = Run(tmp_path / "cnn1-1")
    assert "no run yet" in run._repr_html_()
    run.write_recipe(
        {
            "recipe": {"name": "cnn1"},
            "data": {"name": "generated", "source": "generated", "notice": "Drawn <here>."},
        }
    )
    score = Scores(0.5, 0.75, (ClassScore("a", 1.0, 0.5, 2 / 3, 2),), np.array([[2]]))
    run.write_scores([PhaseScores("plain", 3, score, None, score, "abc")])
    shown = run._repr_html_()
    assert "<strong>cnn1-1: cnn1 on generated</strong>" in shown
    row = "<tr><th>plain</th><td>test</td><td>2</td><td>0.5000</td><td>0.7500</td></tr>"
    assert row in shown
    assert "<strong>Drawn &lt;here&gt;.</strong>" in shown
    assert "<img" not in shown
    files.write_atomic(run.figure_file("curves"), b"curves")
    assert f'src="data:image/png;base64,{base64.b64encode(b"curves").decode()}"' in run._repr_html_()


def test_all_runs_of_a_folder_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("cnn1-10", "cnn3-1", "cnn1-9", "mine"):
        Run(tmp_path / name).write_recipe({"recipe": {}})
    (tmp_path / "cnn1-1").mkdir()
    assert [run.name for run in Run.all_in(tmp_path)] == ["cnn1-9", "cnn1-10", "cnn3-1", "mine"]
    assert Run.all_in(tmp_path / "nowhere") == []
