"""The predictions and scores of a run, written and read back."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.run_folders import make_run

from clothier import evaluate
from clothier.errors import RunError
from clothier.runs import Run
from clothier.values import Labels, PhaseScores, Predictions, csvtext


def test_predictions_file(tmp_path: Path) -> None:
    run, answers = Run(tmp_path), Predictions(np.array([[0, 0, 0], [0, 9, 0]], np.float32))
    run.write_predictions(np.array([1, 0]), answers, ("hat", "=coat, long", "shoe"))
    assert run.predictions_file.read_text().splitlines() == [
        "index,file,label,predicted,uncalibrated_probability",
        '0,,"\'=coat, long",hat,0.333333',
        '1,,hat,"\'=coat, long",0.999753',
    ]
    calibrated = Predictions(answers.logits[1:], temperature=3)
    run.write_predictions(np.array([0]), calibrated, ("hat", "coat", "shoe"), ("test/hat/-1.png",))
    assert run.predictions_file.read_text() == (
        "index,file,label,predicted,probability\n0,test/hat/-1.png,hat,coat,0.909443\n"
    )


def _judged(
    root: Path, labels: Labels, answers: Predictions, names: Sequence[str], files: Sequence[str] = ()
) -> Run:
    run = make_run(root, "cnn1-1")
    scored = evaluate.score(labels, answers, names)
    run.write_scores([PhaseScores("plain", 10, scored, None, scored, "beef" * 16)])
    run.write_predictions(labels, answers, names, files)
    return run


@pytest.mark.parametrize(
    "names",
    [
        ("hat", "coat", "shoe", "bag"),
        ("=1+1", "'=1+1", "''=1+1", "1+1"),
        ('coat, "long"', 'coat; "long"', '"', ","),
        ("-hat", "+hat", "@hat", "hat"),
        ("0", "1", "10", "01"),
        ("Шапка", "帽子", "été", "e"),
        (" hat", "hat ", "hat", "h a t"),
    ],
)
def test_predictions_there_and_back(tmp_path: Path, names: tuple[str, ...]) -> None:
    labels, answers = (
        np.arange(50) % 4,
        Predictions(np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)),
    )
    files = [f"{names[label]}/photo {row},=.png" for row, label in enumerate(labels)]
    run = _judged(tmp_path, labels, answers, names, files)
    with run.predictions_file.open(newline="") as file:
        assert [csvtext.unshielded(row["file"]) for row in csv.DictReader(file)] == files
    read_labels, predicted, probabilities = run.read_predictions()
    assert [part.dtype.name for part in (read_labels, predicted, probabilities)] == [
        "int64",
        "int64",
        "float32",
    ]
    assert np.array_equal(read_labels, labels)
    assert np.array_equal(predicted, answers.labels)
    np.testing.assert_allclose(probabilities, answers.uncalibrated_probabilities.max(axis=1), atol=1e-6)
    calibrated = Predictions(answers.logits, temperature=2.0)
    run.write_predictions(labels, calibrated, names)
    np.testing.assert_allclose(run.read_predictions()[2], calibrated.probabilities.max(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "index,label\n0,1\n",
            "predictions.csv lacks file, predicted, probability; wanted the columns index, file, label",
        ),
        (
            "index,file,label,predicted,probability\n0,,shoe,boot,0.5\n",
            "predictions.csv has the class 'boot', which scores.json does not know; wanted one of its names",
        ),
        (
            "index,file,label,predicted,probability\n0,,1,shoe,0.5\n",
            "predictions.csv has the class '1', which",
        ),
        (
            "index,file,label,predicted,probability\n0,,shoe,shoe,nan\n",
            "probability is not always a share; wanted 0 to 1",
        ),
        ("index,file,label,predicted,probability\n0,,shoe,shoe,much\n", "predictions.csv is damaged ("),
        (
            "index,file,label,predicted,probability\n0,,shoe,shoe,1\n",
            "and scores.json do not belong together",
        ),
        ("", "predictions.csv lacks index, file, label, predicted, probability"),
    ],
)
def test_damaged_predictions_are_named(tmp_path: Path, content: str, words: str) -> None:
    run = make_run(tmp_path, "cnn1-1")
    run.predictions_file.write_text(content)
    with pytest.raises(RunError, match=re.escape(words)):
        run.read_predictions()


def test_a_confusion_matrix_is_kept_as_its_cells(tmp_path: Path) -> None:
    run, rng = make_run(tmp_path, "cnn1-1"), np.random.default_rng(0)
    labels, answers = rng.integers(0, 1100, 500), rng.normal(size=(500, 1100)).astype(np.float32)
    scored = evaluate.score(labels, Predictions(answers), [f"class {number}" for number in range(1100)])
    run.write_scores([PhaseScores("plain", 10, scored, None, scored, "beef" * 16)])
    assert run.scores_file.stat().st_size < 1_000_000
    (read,) = run.read_scores()
    assert read.test
    assert np.array_equal(read.test.confusion, scored.confusion)
    cells = json.loads(run.scores_file.read_text())["phases"][0]["test"]["confusion"]
    assert len(cells) == np.count_nonzero(scored.confusion)
    assert all(scored.confusion[true, predicted] == images for true, predicted, images in cells)


@pytest.mark.parametrize(
    "cells",
    [
        [[0, 3, 1]],
        [[-1, 0, 1]],
        [[0, 0, 0]],
        [[0, 0, 10**13]],
        [[0, 0]],
        [[0, 0, 1.5]],
        [[0, 0, True]],
        [20],
        [[0, 1, 5], [0, 0, 5]],
        [[0, 0, 5], [0, 0, 5]],
    ],
)
def test_cells_that_no_matrix_has_are_named(tmp_path: Path, cells: list[Any]) -> None:
    run = make_run(tmp_path, "cnn1-1")
    content = json.loads(run.scores_file.read_text())
    content["phases"][0]["test"]["confusion"] = cells
    run.scores_file.write_text(json.dumps(content))
    wanted = r"test: 'confusion \d' is .*; wanted \[true class, predicted class, images\], each cell once and in order$"
    with pytest.raises(RunError, match=wanted):
        run.read_scores()


def test_missing_predictions_are_named(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1")
    run.predictions_file.unlink()
    with pytest.raises(RunError, match=r"predictions\.csv: No such file.*--resume .* writes it again$"):
        run.read_predictions()
    run.scores_file.unlink()
    with pytest.raises(RunError, match=r"has not been evaluated yet; wanted a run with a finished phase; "):
        run.read_predictions()
