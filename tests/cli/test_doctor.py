from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from clothier import cli, predict
from clothier.calibrate import Calibration
from clothier.predict import Predictor
from clothier.values import Images, Predictions


class _Light(Predictor):
    """Calls what is mostly light a lamp; the darker, the stranger."""

    def __init__(self) -> None:
        self.is_measured_on_photos = True

    class_names = ("Lamp", "Coal", "Ash")
    image_shape = (28, 28, 1)
    photos = "doctor"
    status = "sure"
    strangeness = 3.25
    calibration = Calibration(sure=0.4, possible=0.2)

    def as_photos(self, predictions: Predictions, warnings: Sequence[Sequence[str]]) -> Predictions:
        return predictions.warned(warnings)

    def predict(self, images: Images, *, keep_features: bool = False) -> Predictions:
        share = images.mean(axis=(1, 2, 3)) / 255
        probabilities = np.stack([share, (1 - share) * 0.75, (1 - share) * 0.25], axis=1).astype(np.float32)
        strangeness = np.full(len(images), self.strangeness, np.float32)
        with np.errstate(divide="ignore"):
            logits = np.log(probabilities)
        return Predictions(logits, 1.0, self.class_names, np.array([self.status] * len(images)), strangeness)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> _Light:
    made = _Light()
    monkeypatch.setattr(predict, "opened", lambda path: made)
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    image = Image.new("RGB", (160, 200), (190, 170, 140))
    ImageDraw.Draw(image).rectangle((40, 40, 110, 160), (30, 40, 120))
    noise = np.random.default_rng(0).integers(-8, 9, (200, 160, 3))
    path = tmp_path / "a coat.png"
    Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)).save(path)
    return path


def test_a_line_a_step_and_the_picture(
    model: _Light,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.run(["doctor", str(photo)]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["step", "what", "was", "done", "class", "probability"]
    assert [line.split()[0] for line in lines[1:10]] == [
        "upright", "cut", "trim", "grey", "even", "resize", "sharpen", "centre", "light",
    ]  # fmt: skip
    assert "background painted white" in lines[2]
    assert lines[-1] == "a coat-doctor.png"
    assert err == ""
    with Image.open(tmp_path / "a coat-doctor.png") as drawn:
        assert drawn.width > 900


def test_json_has_the_same_and_steps_can_be_left_out(
    model: _Light, photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "steps.png"
    words = ["doctor", str(photo), "--skip", "cut", "--skip", "sharpen", "--out", str(target), "--json"]
    assert cli.run(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [step["name"] for step in told["steps"]] == [
        "upright",
        "trim",
        "grey",
        "even",
        "resize",
        "centre",
        "light",
    ]
    assert set(told["steps"][0]["classes"]) == {"Lamp", "Coal", "Ash"}
    assert (told["picture"], told["status"], told["warnings"]) == (
        str(target),
        "sure",
        [
            "without cut, sharpen the prediction can differ from that of `clothier predict`, which leaves no step out"
        ],
    )
    assert told["strangeness"] == 3.25
    model.strangeness = float("nan")  # as of a model that measured none
    assert cli.run(words) == 0
    assert json.loads(capsys.readouterr().out)["strangeness"] is None
    assert Image.open(io.BytesIO(target.read_bytes())).format == "PNG"


@pytest.mark.parametrize(
    ("status", "photos", "words"),
    [
        ("unlike", "doctor", "Coal? This does not look like the pictures I learned from"),
        ("unsure", "doctor", "Could be many things (Coal "),
        (
            "sure",
            "pad",
            "the model was trained on photos that were only resized, so `clothier predict` only takes the last step "
            "and gives its prediction",
        ),
    ],
)
def test_what_speaks_against_it_is_said_in_words(
    model: _Light,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    status: str,
    photos: str,
    words: str,
) -> None:
    model.status, model.photos = status, photos
    assert cli.run(["doctor", str(photo), "--out", str(tmp_path / "x.png")]) == 0
    captured = capsys.readouterr()
    said = [line.removeprefix("NOTE: ") for line in (captured.out + captured.err).splitlines()]
    assert any(line.startswith(words) for line in said)


def test_no_file_of_anybody_else_is_written_over(
    model: _Light,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    def target(*words: str) -> str:
        assert cli.run(["doctor", *words]) == 0
        return capsys.readouterr().out.splitlines()[-1]

    twin = tmp_path / "a coat.jpg"
    Image.open(photo).save(twin)
    assert [target(str(photo)), target(str(twin)), target(str(photo)), target(str(twin))] == [
        "a coat-doctor.png", "a coat.jpg-doctor.png", "a coat-doctor.png", "a coat.jpg-doctor.png"
    ]  # fmt: skip
    assert target(str(twin), "--out", "a coat-doctor.png") == "a coat-doctor.png"  # as was asked for
    other = tmp_path / "folder" / photo.name
    other.parent.mkdir()
    shutil.copy(photo, other)
    Path("a coat.png-doctor.png").write_bytes(photo.read_bytes())
    assert cli.run(["doctor", str(other)]) == 2
    assert capsys.readouterr().err == (
        f"clothier: a coat-doctor.png and a coat.png-doctor.png are there already and are not pictures of {other}; "
        "wanted a free name; choose one with --out\n"
    )
    assert cli.run(["doctor", str(other), "--out", "a coat.png-doctor.png"]) == 2
    assert capsys.readouterr().err == (
        "clothier: --out is a coat.png-doctor.png, which is there already and was not made by `clothier doctor`; "
        "wanted another file\n"
    )
    assert Path("a coat.png-doctor.png").read_bytes() == photo.read_bytes()


@pytest.mark.parametrize("stem", ["n" * 251, "ж" * 125])
def test_photos_may_have_names_as_long_as_a_file_system_takes(
    stem: str, model: _Light, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    named = photo.rename(photo.with_name(f"{stem}.png"))
    assert cli.run(["doctor", str(named)]) == 0
    (written,) = set(tmp_path.iterdir()) - {named}
    assert written.name.startswith(stem[:90])
    assert written.name.endswith("-doctor.png")


def test_a_picture_that_cannot_be_written_is_told(
    model: _Light, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["doctor", str(photo), "--out", str(photo / "steps.png")]) == 74
    assert capsys.readouterr().err.startswith(f"clothier: cannot write {photo / 'steps.png'}: ")


def test_what_cannot_be_done_is_one_line(
    model: _Light, photo: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nothing = tmp_path / "note.txt"
    nothing.write_text("Dear diary")
    for words, said in (
        (
            [str(nothing)],
            f"{nothing} is not a JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP picture; "
            "wanted one picture (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP)",
        ),
        (
            [str(photo), "--skip", "gray"],
            "unknown step 'gray'; known: centre, cut, even, grey, light, resize, sharpen, trim, upright; "
            "did you mean 'grey'?",
        ),
        ([str(photo), "--out", "x.jpg"], "--out is x.jpg; wanted a file that ends in .png"),
        (
            [str(photo), "--out", str(tmp_path / "." / photo.name)],
            f"--out is {photo}, the photo itself; wanted another file",
        ),
        (
            [str(tmp_path)],
            f"{tmp_path} is a folder; wanted one picture (JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP)",
        ),
    ):
        assert cli.run(["doctor", *words]) == 2
        assert capsys.readouterr().err == f"clothier: {said}\n"
