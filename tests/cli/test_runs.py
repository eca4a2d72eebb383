from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from rich.console import Console
from support.run_folders import make_run

from clothier import cli
from clothier.cli import screen


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with runs of two data sets, one of them unfinished, and the remains of a third."""
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "runs"
    make_run(runs, "cnn1-1", wrong=range(6), epochs=2, augmented_epochs=0)
    unfinished = make_run(runs, "cnn1-2", epochs=3, augmented_epochs=1, data={"name": "folder:photos"})
    unfinished.scores_file.unlink()
    make_run(runs, "cnn1-3").recipe_file.write_text("{")
    for number, seconds in ((1, 1_000_000_000), (2, 1_100_000_000), (3, 1_050_000_000)):
        for path in (runs / f"cnn1-{number}").iterdir():
            os.utime(path, (seconds, seconds))
    return runs


def test_newest_first_with_what_is_damaged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    head, *rows = [line.split() for line in lines[:4]]
    assert " ".join(head) == "run recipe data epochs seed accuracy size status written"
    assert [row[0] for row in rows] == ["cnn1-2", "cnn1-3", "cnn1-1"]
    assert " ".join(rows[0]).startswith(
        "cnn1-2 cnn1 folder:photos 3/4 13 0.8333 (validation) 0.0 MB unfinished 2004-"
    )
    assert " ".join(rows[2]).startswith("cnn1-1 cnn1 fashion-mnist 2/2 13 0.9000 0.0 MB finished 2001-")
    assert lines[5].startswith("damaged: runs/cnn1-3/recipe.json")


def test_the_best_is_named_first(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs", "--best"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["runs/cnn1-2", "has the highest validation accuracy, 0.8333", ""]
    assert [line.split()[0] for line in lines[4:7]] == ["cnn1-2", "cnn1-1", "cnn1-3"]


def test_accuracies_on_other_data_are_not_compared_in_silence(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "cnn1-1" / "scores.json").unlink()
    assert cli.run(["runs", "--best"]) == 0
    assert (
        "validated on 2 different data sets; their accuracies cannot be compared" in capsys.readouterr().err
    )


def test_no_best_without_validation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, "cnn1-1", validated=False)
    assert cli.run(["runs", str(tmp_path), "--best"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("run ")
    assert "no run has a validation accuracy, so none is called the best" in captured.err


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["runs", "--json"]) == 0
    newest, damaged, oldest = json.loads(capsys.readouterr().out)
    assert (newest["path"], newest["status"]) == ("runs/cnn1-2", "unfinished")
    assert (newest["epochs"], newest["planned_epochs"]) == (3, 4)
    assert damaged["problems"][0].startswith("runs/cnn1-3/recipe.json")
    assert oldest["accuracy"]["test"] == 0.9


def test_sixty_columns(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen.results, "width", 60)
    assert cli.run(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines if not line.startswith("damaged: ")) <= 60
    assert lines[1:3] == ["  cnn1 on folder:photos, seed 13, 3/4 epochs", "  accuracy 0.8333 (validation)"]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_sentences_end_between_words_on_a_terminal(
    is_terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=is_terminal, width=20, color_system=None)
    monkeypatch.setattr(screen, "results", console)
    screen.say("damaged: runs/cnn1-3 has no recipe", wrap=True)
    lines = (
        ["damaged: runs/cnn1-3", "has no recipe"] if is_terminal else ["damaged: runs/cnn1-3 has no recipe"]
    )
    assert [line.rstrip() for line in file.getvalue().splitlines()] == lines


def test_how_to_make_the_first_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["runs"]) == 2
    assert "make a run with: clothier train cnn1" in capsys.readouterr().err
    (tmp_path / "runs").mkdir()
    assert cli.run(["runs"]) == 0
    assert capsys.readouterr().out == "runs holds no runs; make one with: clothier train cnn1\n"
