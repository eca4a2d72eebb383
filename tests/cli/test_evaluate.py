from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier import cli, data
from clothier.cli import evaluate_tables, screen
from clothier.errors import InputError
from clothier.predict import evaluating
from clothier.runs import Run


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn clothes as photos, some of classes with other names than the model's, and a file that is no picture."""
    root = tmp_path_factory.mktemp("judged") / "photos"
    drawn = data.load("generated:300").split("test")
    names = {0: "t-shirt-top", 2: "longsleeve", 4: "COAT", 8: "hat"}
    for number, (image, label) in enumerate(zip(drawn.images, drawn.labels.tolist(), strict=True)):
        if label in names:
            folder = root / names[label]
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(255 - image[..., 0]).resize((84, 84)).save(folder / f"{number}.png")
    (root / "COAT" / "damaged.png").write_bytes(b"no picture")
    return root


def judged(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert cli.run(["evaluate", *words, "--json"]) == 0
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def refusal(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert cli.run(["evaluate", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()[-1].removeprefix("clothier: ")


def test_a_run_on_its_own_data_has_the_scores_that_training_gave(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (phase,) = Run(finished).read_scores()
    assert phase.test is not None
    assert phase.validation is not None
    found = judged(capsys, str(finished), "--data", "generated:600")
    assert (found["split"], found["images"]) == ("test", 100)
    assert found["accuracy"] == pytest.approx(phase.test.accuracy, abs=0.011)
    assert found["uncalibrated_loss"] == pytest.approx(phase.test.loss, abs=1e-4)
    held_out = judged(capsys, str(finished), "--data", "generated:600", "--split", "validation")
    assert held_out["accuracy"] == pytest.approx(phase.validation.accuracy, abs=0.011)
    assert held_out["uncalibrated_loss"] == pytest.approx(phase.validation.loss, abs=1e-4)


def test_training_images_are_called_so(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["evaluate", str(finished), "--data", "generated:600", "--split", "train", "--json"]) == 0
    assert "The model was trained on these images; new ones may do worse." in capsys.readouterr().err


def test_a_run_on_its_own_photos_is_judged_by_those_it_held_out(
    finished_photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(finished_photos)
    (phase,) = run.read_scores()
    assert phase.test is not None
    found = judged(capsys, str(finished_photos), "--data", run.description().data.reading.absolute)
    assert (found["split"], found["images"]) == ("test", int(phase.test.confusion.sum()))
    assert found["uncalibrated_loss"] == pytest.approx(phase.test.loss, abs=1e-4)


def test_photos_by_the_model_in_the_box(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["predict", str(photos), "--model", "fashion-mnist", "--out", "predicted.jsonl"]
    assert cli.run(words) == 0
    lines = [json.loads(line) for line in Path("predicted.jsonl").read_text().splitlines()]
    wanted = {"longsleeve": "Pullover", "COAT": "Coat", "t-shirt-top": "T-shirt/top"}
    right = [
        line["label"] == wanted[folder]
        for line in lines
        if (folder := Path(line["filename"]).parent.name) in wanted and "label" in line
    ]
    found = judged(capsys, "fashion-mnist", "--data", f"folder:{photos}", "--map", "longsleeve=Pullover")
    assert (found["images"], found["accuracy"]) == (len(right), np.mean(right))
    assert (found["split"], found["renamed_classes"]) == (
        None,
        {"COAT": "Coat", "longsleeve": "Pullover", "t-shirt-top": "T-shirt/top"},
    )
    assert found["uncounted"]["hat"]["images"] == len(list((photos / "hat").iterdir()))
    assert found["unreadable"] == {
        "COAT/damaged.png": "is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture"
    }


def test_tables_fit_sixty_columns(
    photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(screen.results, "width", 60)
    shutil.copytree(photos, tmp_path / "p")
    monkeypatch.chdir(tmp_path)
    words = [
        "evaluate",
        "fashion-mnist",
        "--data",
        "folder:p",
        "--map",
        "longsleeve=Pullover",
        "--mistakes",
        "3",
    ]
    assert cli.run([*words, "--out", "out", "--dpi", "40"]) == 0
    out = capsys.readouterr().out
    tables, _, sentences = out.partition("\nclasses of the data")
    assert max(map(len, tables.splitlines())) <= 60
    for words_shown in (
        "95% interval",
        "not calibrated: ",
        "verdict  images  correct  accuracy",
        "class        precision",
        "0 T-shirt/top",
        "most confident mistakes, 3 of",
    ):
        assert words_shown in tables
    assert " and of the model: COAT = Coat, longsleeve = Pullover, t-shirt-top = T-shirt/top\n" in sentences
    assert "images of 'hat', a class this model does not have, are not counted; " in sentences
    assert "the data have no images of 'Trouser', 'Dress', " in sentences
    assert "1 picture cannot be read and is not counted: COAT/damaged.png is not a JPEG" in sentences
    assert "written  out/confusion.png\n         out/reliability.png\n" in sentences
    assert json.loads(Path("out/evaluation.json").read_text())["model"] == "fashion-mnist"


def test_a_matrix_that_does_not_fit_gives_way_to_the_commonest_mistakes(
    photos: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen.results, "width", 30)
    assert cli.run(["evaluate", "fashion-mnist", "--data", f"folder:{photos}", "--mistakes", "0"]) == 0
    out = capsys.readouterr().out
    assert "confusion matrix" not in out
    assert "most frequent confusions" in out
    assert "most confident mistakes" not in out


def test_first_errors(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = f"folder:{photos}"
    assert "--split is 'tets'; wanted train, validation or test; did you mean 'test'?" in refusal(
        capsys, "fashion-mnist", "--data", source, "--split", "tets"
    )
    assert "--map got 'x'; wanted DATA_CLASS=MODEL_CLASS" in refusal(
        capsys, "fashion-mnist", "--data", source, "--map", "x"
    )
    assert "nowhere" in refusal(capsys, "nowhere", "--data", source)
    assert (
        refusal(capsys, "fashion-mnist")
        == "no --data is given; wanted `clothier evaluate [MODEL] --data SOURCE`"
    )
    assert "--format is 'gif'; wanted png or svg" in refusal(
        capsys, "fashion-mnist", "--data", source, "--format", "gif"
    )


def test_no_class_in_common(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p" / "lamp").mkdir(parents=True)
    Image.new("L", (9, 9)).save(tmp_path / "p" / "lamp" / "1.png")
    said = refusal(capsys, "fashion-mnist", "--data", f"folder:{tmp_path / 'p'}")
    assert said.startswith(
        "the data and the model share no class: the data have 'lamp'; the model has 'T-shirt/top', "
    )


def test_the_python_of_its_page_runs(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "photos").symlink_to(photos)
    monkeypatch.chdir(tmp_path)
    test = data.load("generated:300").split("test")
    exec(compile(code, "evaluate.md", "exec"), {"images": test.images[..., 0], "labels": test.labels})
    first, paths, last = capsys.readouterr().out.splitlines()
    with_json = judged(capsys, "fashion-mnist", "--data", "folder:photos", "--map", "longsleeve=Pullover")
    assert float(first.split()[0]) == with_json["accuracy"]
    assert "photos/" in paths
    assert 0 <= float(last) <= 1


def test_a_wrong_mapping_is_refused_before_the_data_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "labelled", lambda *_: pytest.fail("they were read"))
    for word, message in (
        ("x", "--map got 'x'; wanted DATA_CLASS=MODEL_CLASS"),
        ("x=Jacket", "unknown class of the model 'Jacket'; known: "),
    ):
        assert refusal(capsys, "fashion-mnist", "--data", "generated:600", "--map", word).startswith(message)
    with pytest.raises(InputError, match=r"^unknown class of the model 'Jacket'"):
        clothier.open().evaluate("generated:600", mapping={"x": "Jacket"})


@pytest.mark.parametrize(
    ("images", "unlike", "sentence"),
    [
        (1, 0, "1 image of 'hat', a class this model does not have, is not counted; it is not called unlike the "),
        (1, 1, "1 image of 'hat', a class this model does not have, is not counted; it is called unlike the "),
        (2, 1, "2 images of 'hat', a class this model does not have, are not counted; 1 of them called unlike the "),
    ],
)  # fmt: skip
def test_one_image_is_spoken_of_as_one(images: int, unlike: int, sentence: str) -> None:
    evaluation: Any = SimpleNamespace(
        matching=SimpleNamespace(renamed=()), uncounted={"hat": (images, unlike)}, absent=(), unreadable={}
    )
    assert evaluate_tables.remarks(evaluation) == [f"{sentence}training images"]
