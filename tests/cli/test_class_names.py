"""Class names of every script on their way from a table of photos to all that shows them."""

from __future__ import annotations

import csv
import html
import json
import warnings
from pathlib import Path

import keras
import onnx
import pytest
from PIL import Image, ImageDraw
from support.fonts import only
from values.test_names import SCRIPTS

from clothier import bundle, cli, plots, predict

NAMES = tuple(sorted(SCRIPTS))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on eight photos of each class, in a folder whose name has a no-break space."""
    folder = tmp_path_factory.mktemp("names") / "data\u00a0set"
    folder.mkdir()
    rows = [("path", "label", "split")]
    for number, name in enumerate(NAMES):
        colour = (17 * number, 255 - 17 * number, 60 * number % 256)
        for place, split in enumerate(["train"] * 4 + ["validation"] * 2 + ["test"] * 2):
            image = Image.new("RGB", (16, 16), "white")
            ImageDraw.Draw(image).rectangle((2 + place, 3, 12, 11), fill=colour)
            image.save(folder / f"{number}-{place}.png")
            rows.append((f"{number}-{place}.png", name, split))
    with (folder / "tables\u3000all.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    words = ["train", "cnn1", "--data", f"csv:{folder}/tables\u3000all.csv", "--image-size", "16"]
    words += ["--epochs", "1", "--verbose", "0", "--set", "precision=float32"]
    with warnings.catch_warnings(action="error"):
        assert cli.run([*words, "--runs", str(folder / "runs")]) == 0
    return folder / "runs" / "cnn1-1"


def test_the_run_and_its_model_file_have_the_names(run: Path) -> None:
    assert json.loads((run / "recipe.json").read_text("utf-8"))["data"]["class_names"] == list(NAMES)
    made = bundle.read(run / "model.clothier").manifest
    assert made.class_names == NAMES
    assert made.source == "csv:tables\u3000all.csv"
    shown = html.unescape((run / "report.html").read_text("utf-8"))
    assert not [name for name in NAMES if name not in shown]


def test_photos_are_named_by_them(run: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    capsys.readouterr()
    photos = [str(run.parents[1] / f"{number}-0.png") for number in range(len(NAMES))]
    assert cli.run(["predict", *photos, "--model", str(run), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (wanted,) = predict.predict_photos(predict.opened(run), [Path(photo) for photo in photos])
    assert [line["label"] for line in lines] == [answer.classes[0][0] for answer in wanted]
    assert {line["label"] for line in lines} <= set(NAMES)
    assert cli.run(["predict", photos[0], "--model", str(run)]) == 0
    shown = capsys.readouterr().out
    assert NAMES[0] in shown
    assert cli.run(["predict", *photos, "--model", str(run), "--out", str(tmp_path / "o.csv")]) == 0
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["label"].lstrip("'") for row in rows] == [line["label"] for line in lines]


def test_exported_files_have_them(run: Path, tmp_path: Path) -> None:
    for name, ending in {"onnx": ".onnx", "keras": ".keras", "clothier": ".clothier"}.items():
        assert cli.run(["export", str(run), "--format", name, "--out", str(tmp_path / f"m{ending}")]) == 0
    (names,) = [
        prop.value for prop in onnx.load(tmp_path / "m.onnx").metadata_props if prop.key == "class_names"
    ]
    assert json.loads(names) == list(NAMES)
    assert keras.models.load_model(tmp_path / "m.keras").output_shape == (None, len(NAMES))
    assert bundle.read(tmp_path / "m.clothier").manifest.class_names == NAMES


def test_pages_and_the_projector_have_them(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only(monkeypatch)  # figures then have numbers for some, and the report says which
    with warnings.catch_warnings(action="error"):
        assert cli.run(["explore", "--model", str(run), "--out", str(tmp_path / "e.html")]) == 0
        assert cli.run(["projector", "--model", str(run), "--out", str(tmp_path / "p")]) == 0
        assert cli.run(["plot", str(run)]) == 0
    (table,) = tmp_path.joinpath("p").rglob("metadata.tsv")
    header, *rows = (line.split("\t") for line in table.read_text("utf-8").splitlines())
    assert {row[header.index("label")] for row in rows} == set(NAMES)
    page = (tmp_path / "e.html").read_text("utf-8")
    assert not [name for name in NAMES if json.dumps(name).replace("<", "\\u003c") not in page]
    report = html.unescape((run / "report.html").read_text("utf-8"))
    numbered = plots.unnamed(NAMES)
    assert 0 < len(numbered) < len(NAMES)
    assert not [
        f"class {n} is {name}" for n, name in numbered.items() if f"class {n} is {name}" not in report
    ]
    assert "NOTE: no font on this machine has the letters " in capsys.readouterr().err


@pytest.mark.parametrize("character", ["\t", "\u202e", "\udce9"])
def test_a_folder_that_no_class_may_be_called_is_refused_before_a_run_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], character: str
) -> None:
    for name in (f"a{character}b", "c"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        Image.new("RGB", (16, 16)).save(tmp_path / "photos" / name / "0.png")
    assert cli.run(["train", "cnn1", "--data", f"folder:{tmp_path}/photos"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"class {f'a{character}b'!a} has " in line
    assert line.endswith(" in its name; wanted letters, spaces and signs in one line; rename it")
    assert not (tmp_path / "runs").exists()
