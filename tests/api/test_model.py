"""The model that Python users hold, by a linear network whose outputs NumPy can compute too."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import linear_network

import clothier
from clothier import bundle, cli
from clothier.errors import DataError, InputError, RunError, WriteError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "linear.clothier"
    bundle.write(path, linear_network.bundle())
    return path


def test_it_tells_what_it_takes(file: Path) -> None:
    model = clothier.open(str(file))
    assert (model.class_names, model.image_shape) == (linear_network.CLASSES, (8, 8, 1))
    assert repr(model) == f"<Model {file}: 8x8x1 images in 3 classes>"
    assert repr(clothier.open()) == "<Model clothes: 112x112x3 images in 10 classes>"
    assert repr(clothier.open("fashion-mnist")) == "<Model fashion-mnist: 28x28x1 images in 10 classes>"
    with pytest.raises(RunError, match=r"is not a run folder"):
        clothier.open(file.parent)


def test_arrays_give_what_the_network_computes(file: Path) -> None:
    model, images = clothier.open(file), linear_network.pictures(50)
    logits, features = linear_network.outputs(images)
    found = model.predict(images)
    np.testing.assert_allclose(found.logits, logits, atol=1e-4)
    np.testing.assert_array_equal(found.labels, logits.argmax(axis=1))
    assert found.temperature == linear_network.calibration().temperature
    np.testing.assert_allclose(model.embed(images), features, atol=1e-4)
    assert model.embed(images).dtype == np.float32
    assert found.features.shape == (50, 0)
    assert (len(model.predict([])), model.embed([]).shape) == (0, (0, 4))


def test_a_mixed_list_gives_one_row_a_picture_in_order(file: Path, tmp_path: Path) -> None:
    images = linear_network.pictures(3)
    paths = linear_network.save(tmp_path / "photos", images)
    (tmp_path / "photos" / "broken.png").write_text("no picture")
    with Image.open(paths[2]) as picture:
        found = clothier.open(file).predict([images[0], paths[1], picture, tmp_path / "photos"])
    wanted = clothier.open(file).predict(images)
    rows = [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose(found.logits[[0, 1, 2, 3, 4, 5]], wanted.logits[rows], atol=1e-5)
    assert found.filenames[:3] == ("", str(paths[1]), str(paths[2]))
    assert found.statuses[6] == "unreadable"
    assert found.reasons[6] == "is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture"
    assert found.labels[6] == -1


def test_what_is_left_out_of_a_folder_is_warned_of(file: Path, tmp_path: Path) -> None:
    linear_network.save(tmp_path / "photos", linear_network.pictures(2))
    (tmp_path / "photos" / "notes.txt").write_text("")
    with pytest.warns(UserWarning, match=r"photos: left out 1 other file \(\.txt\)$"):
        assert len(clothier.open(file).predict(tmp_path / "photos")) == 2


def test_its_csv_file_is_that_of_the_command_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    linear_network.save(tmp_path / "photos", linear_network.pictures(40))
    (tmp_path / "photos" / "z.png").write_text("no picture")
    clothier.open(file).predict("photos").to_csv("python.csv")
    assert cli.run(["predict", "photos", "--model", str(file), "--out", "command.csv"]) == 0
    assert Path("python.csv").read_bytes() == Path("command.csv").read_bytes()


def test_a_model_file_explains_by_occlusion(file: Path, tmp_path: Path) -> None:
    model, image = clothier.open(file), linear_network.pictures(8)[4]
    explanation = model.explain(image)
    (prediction,) = model.predict(image)
    assert explanation.class_name == prediction.class_name == explanation.prediction.class_name
    assert (explanation.method, explanation.layers) == ("occlusion", ())
    assert (explanation.heat.shape, explanation.heat.max(), explanation.heat.min()) == ((8, 8), 1, 0)
    np.testing.assert_array_equal(explanation.image, image)
    assert model.explain(image, "spotted").class_name == "spotted"
    explanation.to_png(tmp_path / "heat.png")
    with Image.open(tmp_path / "heat.png") as png:
        assert png.size == (2 * 280 + 8, 280)
    assert len(explanation.figure().axes) >= 2
    with pytest.raises(
        InputError, match=r"^unknown class 'spottet'; known: dark, light, spotted; did you mean"
    ):
        model.explain(image, "spottet")
    with pytest.raises(InputError, match=r"^got 2 pictures to explain; wanted one$"):
        model.explain(linear_network.pictures(2))


def test_what_cannot_be_read_is_neither_embedded_nor_explained(file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    for act in (clothier.open(file).embed, clothier.open(file).explain):
        with pytest.raises(
            DataError, match=r"broken\.png is not a JPEG, .* picture; wanted a JPEG, .* picture$"
        ):
            act(broken)


def test_a_model_file_is_exported_as_a_model_file_alone(file: Path, tmp_path: Path) -> None:
    copy = clothier.open(file).export("clothier", tmp_path / "copy.clothier")
    assert copy.read_bytes() == file.read_bytes()
    with pytest.raises(
        InputError, match=r"is a model file; wanted a run to export as 'onnx'; open the run's folder$"
    ):
        clothier.open(file).export("onnx")


def test_the_documents_example_runs(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "predict.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    linear_network.save(tmp_path / "wardrobe", linear_network.pictures(3))
    exec(example.replace("runs/cnn3-1", str(file)), {})
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert (tmp_path / "answers.csv").is_file()
    assert (tmp_path / "heat.png").is_file()


def test_the_light_install_suffices(file: Path, tmp_path: Path) -> None:
    linear_network.save(tmp_path / "photos", linear_network.pictures(2))
    code = (
        "import sys; absent = ('keras', 'tensorflow', 'sklearn', 'scipy', 'matplotlib', 'jinja2', 'numba', 'pooch')\n"
        "sys.modules.update(dict.fromkeys(absent))\n"
        "import clothier; model = clothier.open(sys.argv[1]); found = model.predict('photos')\n"
        "found.to_csv('a.csv'); found._repr_html_(); model.embed('photos')\n"
        "model.explain('photos/0000.png').to_png('heat.png'); print(len(found))"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("2\n", "")


def test_it_is_judged_by_labelled_images(file: Path, tmp_path: Path) -> None:
    model, images = clothier.open(file), linear_network.pictures(60)
    labels = linear_network.outputs(images)[0].argmax(axis=1)
    wrong = np.where(np.arange(60) < 6, (labels + 1) % 3, labels)
    found = model.evaluate((images, wrong))
    assert (found.accuracy, sorted(found.mistakes)) == (0.9, [*range(6)])
    names = [f"my {linear_network.CLASSES[label]}" for label in labels]
    assert model.evaluate((images, names), mapping={name: name[3:] for name in names}).accuracy == 1
    own, others = ([linear_network.CLASSES[label] for label in found] for found in (labels, labels[::-1]))
    dataset = clothier.Dataset.from_arrays((images, own), test=(images, others), validation=None)
    assert model.evaluate(dataset).accuracy == np.mean(labels == labels[::-1])
    assert model.evaluate(dataset, split="train").accuracy == 1
    split = clothier.Split(images, labels)
    assert model.evaluate(split).accuracy == 1
    with pytest.raises(InputError, match="the data and the model share no class"):
        model.evaluate((images, names))


def test_it_is_judged_by_photos_as_it_predicts_them(file: Path, tmp_path: Path) -> None:
    model = clothier.open(file)
    for number, name in enumerate(linear_network.CLASSES):
        for path in linear_network.save(tmp_path / "photos" / name, linear_network.pictures(5, seed=number)):
            path.rename(path.with_name(f"{name}-{path.name}"))
    told: list[tuple[str, int, int]] = []
    found = model.evaluate(f"folder:{tmp_path / 'photos'}", report=lambda *words: told.append(words))
    predicted = model.predict(tmp_path / "photos")
    right = [Path(one.filename).parent.name == one.class_name for one in predicted]
    assert (found.num_images, found.accuracy) == (15, float(np.mean(right)))
    assert told == [("photos", 15, 15)]
    assert repr(found).startswith(f"<Evaluation of {file} on folder:")


@pytest.mark.parametrize("path", [3, b"runs", [], Image.new("L", (3, 3))])
def test_what_is_no_path_is_no_model(path: Any) -> None:
    with pytest.raises(InputError) as caught:
        clothier.open(path)
    assert str(caught.value) == f"the model is of type {type(path).__name__}; wanted a path (str or Path)"


def test_a_model_that_is_not_there_is_refused_in_the_words_of_the_commands(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        clothier.open(tmp_path / "cnn1-9")
    assert (
        str(caught.value)
        == f"{tmp_path}/cnn1-9 does not exist; wanted a run folder, a model file, or a name that `clothier models "
        "--box` lists"
    )
    with pytest.raises(InputError, match=r"^the model is an empty text; wanted a path$"):
        clothier.open("")


def test_files_are_not_written_to_what_is_no_path(file: Path) -> None:
    model = clothier.open(file)
    found = model.predict(linear_network.pictures(1))
    for write in (found.to_csv, model.explain(linear_network.pictures(1)).to_png):
        with pytest.raises(InputError, match=r"^path is of type StringIO; wanted a path \(str or Path\)$"):
            write(io.StringIO())  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^out is of type int; wanted a path \(str or Path\)$"):
        model.export("clothier", 3)  # type: ignore[arg-type]


def test_no_folder_is_made_for_a_file(file: Path) -> None:
    model, path = clothier.open(file), Path("nowhere/file")
    found = model.predict(linear_network.pictures(1))
    explanation = model.explain(linear_network.pictures(1))
    writes = (found.to_csv, explanation.to_png, lambda path: model.export("clothier", path))
    for write in writes:
        with pytest.raises(WriteError) as caught:
            write(path)
        assert str(caught.value) == (
            "cannot write nowhere/file: the folder nowhere does not exist; earlier files are untouched; make the "
            "folder first, or choose another place"
        )
    assert not path.parent.exists()
