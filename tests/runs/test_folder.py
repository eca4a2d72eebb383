from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.run_folders import describe, make_run

from clothier import evaluate, recipes
from clothier.errors import RunError, WriteError
from clothier.runs import HISTORY_COLUMNS, Run
from clothier.system import files
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
    for lacks in ("it is empty", "no recipe.json in it"):
        with pytest.raises(RunError, match=rf"is not a run folder \({lacks}\); wanted one like runs/cnn1-1"):
            Run.open(tmp_path)
        (tmp_path / "notes").touch()


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
        RunError,
        match=r"history\.csv lacks loss, accuracy, .*; wanted the columns epoch, phase, .* from the checkpoint$",
    ):
        run.read_history()
    run.recipe_file.write_text("{")
    with pytest.raises(RunError, match=r"recipe\.json is not JSON \("):
        run.description()
    run.recipe_file.write_text("[]")
    with pytest.raises(RunError, match=r"recipe\.json holds a list; wanted an object of named fields$"):
        run.description()
    run.scores_file.write_text('{"phases": [{}]}')
    with pytest.raises(RunError, match=r"scores\.json, phases 0 has no 'name'; wanted it there$"):
        run.read_scores()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,plain,0.5,0.75,0.25,0.875,0.001", "history.csv has 7 cells in line 2; wanted 8; "),
        ("1,plain,nan,0.75,,,0.001,1", "line 2: 'loss' is nan; wanted a number from -0.001 to 1e+30"),
        ("one,plain,0.5,0.75,,,0.001,1", "line 2: 'epoch' is 'one'; wanted a whole number from 1 to"),
        ("2,plain,0.5,0.75,,,0.001,1", "history.csv: epoch is 2; wanted 1, as epochs follow each other"),
        ("1,later,0.5,0.75,,,0.001,1", "'phase' is 'later'; wanted one of augmented, fine-tuned, plain"),
        ("1,plain,0.5,7.5,,,0.001,1", "'accuracy' is 7.5; wanted a number from 0 to 1"),
        ("1,plain,,0.75,,,0.001,1", "'loss' is None; wanted a number"),
        ('1,"pla', "history.csv is not a CSV file (unexpected end of data)"),
    ],
)
def test_a_cut_or_foreign_history_is_told_by_its_line(tmp_path: Path, row: str, words: str) -> None:
    run = Run(tmp_path)
    run.history_file.write_text(",".join(HISTORY_COLUMNS) + "\n" + row + "\n")
    with pytest.raises(RunError, match=re.escape(words)):
        run.read_history()


def _folder(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("put", "words"),
    [(_folder, "it is not a regular file"), (_pipe, "it is not a regular file"), (_loop, "Too many levels")],
)
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("recipe.json", lambda run: run.description()),
        ("history.csv", lambda run: run.read_history()),
        ("scores.json", lambda run: run.read_scores()),
        ("predictions.csv", lambda run: run.read_predictions()),
        ("reliability.json", lambda run: run.read_reliability()),
        ("samples.safetensors", lambda run: run.read_samples()),
    ],
)
def test_what_is_no_file_is_not_read(
    tmp_path: Path, put: Callable[[Path], None], words: str, name: str, read: Callable[[Run], object]
) -> None:
    run = make_run(tmp_path, "cnn1-1")
    (run.path / name).unlink(missing_ok=True)
    put(run.path / name)
    with pytest.raises(RunError, match=rf"^cannot read .*/{re.escape(name)}: {words}"):
        read(run)


def test_a_run_that_stands_under_a_loop_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RunError, match="is not a run folder"):
        Run.open(tmp_path / "loop")
    with pytest.raises(RunError, match=r"^cannot read .*: File name too long; wanted a run folder"):
        Run.open(tmp_path / ("x" * 300))


def test_reliability_file(tmp_path: Path) -> None:
    run, labels = Run(tmp_path), np.arange(40) % 4
    assert run.read_reliability() is None
    answers = Predictions(np.random.default_rng(0).normal(size=(40, 4)).astype(np.float32))
    content = evaluate.calibration("test", labels, answers, (labels, Predictions(2 * answers.logits)))
    run.write_reliability(content)
    read = run.read_reliability()
    assert read
    assert read.after
    assert (read.split, read.temperature) == ("test", content["temperature"])
    assert read.before.as_json() == content["before"]
    assert read.after.as_json() == content["after"]
    run.write_reliability({"split": "test"})
    with pytest.raises(RunError, match=r"reliability\.json has no 'temperature'; wanted it there$"):
        run.read_reliability()
    run.write_reliability({**content, "before": {**content["before"], "counts": [1, 2]}})
    with pytest.raises(RunError, match=r"before: 'counts' is a list of 2; wanted 15 numbers of images$"):
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


def test_other_data_are_told_by_their_fingerprint(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1", data={"fingerprint": "a" * 64})
    run.check_data("a" * 64)
    wanted = (
        f"{run.path} was trained on other data (fingerprint aaaaaaaaaaaa, these have bbbbbbbbbbbb); "
        "wanted the same images, labels and splits; give the data as they were, or train again"
    )
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        run.check_data("b" * 64)


def test_a_notebook_shows_scores_and_curves(tmp_path: Path) -> None:
    run = Run(tmp_path / "cnn1-1")
    assert "no run yet" in run._repr_html_()
    described = describe(recipes.get("cnn1"), name="generated", notice="Drawn <here>.")
    run.write_description(described)
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
        make_run(tmp_path, name)
    (tmp_path / "cnn1-1").mkdir()
    assert [run.name for run in Run.all_in(tmp_path)] == ["cnn1-9", "cnn1-10", "cnn3-1", "mine"]
    assert Run.all_in(tmp_path / "nowhere") == []
