from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clothier.errors import InputError
from clothier.evaluate import Evaluation, match
from clothier.reports import evaluation
from clothier.values import Labelled, Predictions

CLASSES = ("coat", "=dress")


@pytest.fixture
def judged() -> Evaluation:
    """Five images: two correct, one mistake, one of a class the model lacks, one unreadable."""
    labels = np.array([0, 1, 0, 2, 1])
    logits = np.array([[2, 0], [0, 1], [0, 3], [1, 0], [np.nan, np.nan]], np.float32)
    names = tuple(f"{row}.png" for row in range(5))
    predictions = Predictions(
        logits,
        1.0,
        CLASSES,
        statuses=np.array(["sure", "unsure", "sure", "unlike", "unreadable"]),
        strangeness=np.array([0.5, 0, 0, 9, np.nan], np.float32),
        reasons=("", "", "", "", "is truncated"),
        filenames=tuple(f"p/{name}" for name in names),
    )
    images = Labelled("folder:p", "", (*CLASSES, "hat"), labels, names, [], "Drawn by hand.")
    return Evaluation("box", images, predictions, match(images.class_names, CLASSES))


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_the_folder_holds_figures_tables_and_numbers(judged: Evaluation, tmp_path: Path) -> None:
    paths = evaluation.write(judged, tmp_path / "out", dpi=40)
    names = [path.name for path in paths]
    assert names == [
        "confusion.png",
        "reliability.png",
        "classes.png",
        "predictions.csv",
        "mistakes.csv",
        "evaluation.json",
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    for path in paths[:3]:
        assert np.asarray(Image.open(path).convert("L")).std() > 5
    assert json.loads(paths[5].read_text()) == json.loads(json.dumps(judged.as_json()))


def test_a_row_for_each_image_and_for_each_mistake(judged: Evaluation, tmp_path: Path) -> None:
    evaluation.write(judged, tmp_path, dpi=40)
    predicted = rows(tmp_path / "predictions.csv")
    assert [row["file"] for row in predicted] == [f"p/{number}.png" for number in range(5)]
    assert [row["label"] for row in predicted] == ["coat", "'=dress", "coat", "hat", "'=dress"]
    assert [row["correct"] for row in predicted] == ["1", "1", "0", "", ""]
    assert predicted[0]["probability"] == "0.880797"
    assert [row["strangeness"] for row in predicted] == ["0.5", "0.0", "0.0", "9.0", ""]
    assert (predicted[4]["predicted"], predicted[4]["reason"]) == ("", "is truncated")
    (mistake,) = rows(tmp_path / "mistakes.csv")
    assert mistake == {
        "file": "p/2.png",
        "label": "coat",
        "predicted": "'=dress",
        "probability": "0.952574",
        "probability_of_label": "0.047426",
        "status": "sure",
    }


def test_what_is_not_calibrated_is_called_so(judged: Evaluation, tmp_path: Path) -> None:
    bare = Predictions(judged.predictions.logits[:4], None, CLASSES)
    images = Labelled(
        "folder:p", "", (*CLASSES, "hat"), judged.images.labels[:4], judged.images.names[:4], []
    )
    evaluation.write(Evaluation("box", images, bare, judged.matching), tmp_path, format="svg")
    assert "uncalibrated_probability" in rows(tmp_path / "predictions.csv")[0]
    assert "uncalibrated_probability_of_label" in rows(tmp_path / "mistakes.csv")[0]
    assert (tmp_path / "reliability.svg").is_file()
    with pytest.raises(InputError, match="unknown figure format 'gif'"):
        evaluation.write(judged, tmp_path, format="gif")
