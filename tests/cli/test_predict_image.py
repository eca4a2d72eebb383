"""predict of images of a data set; of photos, see test_predict."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.command_line import last_error, prints

from clothier import cli, data
from clothier.runs import Run, trained
from clothier.values import csvtext


def test_predict_gives_the_probabilities_of_one_image(
    capsys: pytest.CaptureFixture[str], finished: Path
) -> None:
    answer = json.loads(prints(capsys, "predict", "--model", str(finished), "--index", "7", "--json"))
    dataset = data.load("generated:600")
    wanted = trained.predict(Run(finished), dataset.split("test").images)
    probabilities = wanted.probabilities
    names = list(dataset.class_names)
    assert list(answer["probabilities"]) == names
    np.testing.assert_allclose(list(answer["probabilities"].values()), probabilities[7], atol=1e-5)
    assert answer["predicted"] == names[wanted.labels[7]]
    assert answer["true"] == names[dataset.split("test").labels[7]]
    assert answer["first_predicted"] == wanted.labels[:20].tolist()
    assert answer["first_true"] == dataset.split("test").labels[:20].tolist()
    assert (answer["split"], answer["index"], answer["weights"]) == ("test", 7, "last")


def test_predict_draws_a_bar_a_class(capsys: pytest.CaptureFixture[str], finished: Path) -> None:
    words = (
        "predict",
        "--model",
        str(finished),
        "--split",
        "validation",
        "--index",
        "3",
        "--weights",
        "best",
    )
    answer = json.loads(prints(capsys, *words, "--json"))
    lines = prints(capsys, *words).splitlines()
    kind = "probabilities" if "probabilities" in answer else "uncalibrated_probabilities"
    for label, (name, probability) in enumerate(answer[kind].items()):
        (line,) = [line for line in lines if line.startswith(f"{label}  {name} ")]
        assert f"{probability:.4f}" in line
        assert abs(line.count("█") - 30 * probability) < 1.01
        assert ("true class" in line or "correct" in line) == (name == answer["true"])
        assert ("predicted" in line or "correct" in line) == (name == answer["predicted"])
    assert f"predicted  {' '.join(map(str, answer['first_predicted']))}" in lines
    assert f"true       {' '.join(map(str, answer['first_true']))}" in lines


def test_predict_takes_other_data_of_the_same_shape_alone(
    capsys: pytest.CaptureFixture[str], finished: Path, tmp_path: Path
) -> None:
    model = ("predict", "--model", str(finished))
    other = json.loads(prints(capsys, *model, "--data", "generated:660", "--json"))
    assert other["source"] == "generated:660"
    assert last_error(capsys, *model, "--index", "100") == "--index is 100; wanted 0 to 99"
    assert last_error(capsys, *model, "--split", "tset") == (
        "--split is 'tset'; wanted train, validation or test; did you mean 'test'?"
    )
    assert last_error(capsys, *model, "--weights", "first") == "--weights is 'first'; wanted last or best"
    rng = np.random.default_rng(0)
    for name in ("hat", "shoe"):
        for number in range(10):
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 256, (20, 20), dtype=np.uint8)).save(path)
    source = f"folder:{tmp_path / 'photos'}"
    assert last_error(capsys, *model, "--data", source, "--image-size", "32").startswith(
        f"cnn1-1 was trained on images of 28 x 28 x 1 in 10 classes, {source} has images of 32 x 32 x 1 in 2 "
        "classes; wanted the same; choose other --data, or --image-size where they are photos"
    )


def test_an_image_that_came_from_no_file_is_called_by_its_number(
    capsys: pytest.CaptureFixture[str], finished: Path
) -> None:
    words = ("predict", "--model", str(finished), "--index", "1")
    assert json.loads(prints(capsys, *words, "--json"))["file"] == ""
    assert prints(capsys, *words).startswith(f"generated:600, test image 1, by {finished}\n")


def test_predictions_name_files_and_classes(finished_photos: Path) -> None:
    run, folder = Run(finished_photos), finished_photos.parents[1] / "mine"
    with run.predictions_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["index", "file", "label", "predicted", "probability"]
    names = run.description().data.class_names
    labels, predicted, _ = run.read_predictions()
    for row, label, guess in zip(rows, labels, predicted, strict=True):
        name = csvtext.unshielded(row["file"])
        assert (folder / name).is_file()
        assert csvtext.unshielded(row["label"]) == names[label] == Path(name).parent.name
        assert csvtext.unshielded(row["predicted"]) == names[guess]


@pytest.mark.parametrize(("option", "value"), [("--engine", "openvino"), ("--threads", "1")])
def test_engine_and_threads_are_for_photos(
    capsys: pytest.CaptureFixture[str], finished: Path, option: str, value: str
) -> None:
    assert cli.run(["predict", "--model", str(finished), option, value]) == 2
    assert capsys.readouterr().err == (
        f"clothier: {option} is for photos; wanted some beside it, or one image of the data without it\n"
    )


def test_an_image_of_the_data_shows_its_true_class_among_the_first(
    capsys: pytest.CaptureFixture[str], finished: Path
) -> None:
    for index in range(8):
        words = ("predict", "--model", str(finished), "--index", str(index))
        told = json.loads(prints(capsys, *words, "--json"))
        ranked = sorted(told["probabilities"], key=lambda name: -told["probabilities"][name])
        lines = prints(capsys, *words, "--top", "2").splitlines()
        shown = [*ranked[:2], *({told["true"]} - set(ranked[:2]))]
        numbers = [list(told["probabilities"]).index(name) for name in shown]
        printed = [line.split()[0] for line in lines[2 : 2 + len(shown)]]
        assert printed == [str(number) for number in numbers]
        assert lines[2 + len(shown)].startswith(f"{10 - len(shown)} other classes: ")
