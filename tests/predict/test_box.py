"""The models in the box, as they lie in the package, and how one is chosen."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import linear_network

import clothier
from clothier import bundle, cli, data, predict, recipes
from clothier.predict import box
from clothier.values import Images

MOST_BYTES = 8 * 10**6  # of the wheel


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two models: one of 8x8 images as the one for photos, and the one for Fashion-MNIST."""
    folder = tmp_path / "two"
    folder.mkdir()
    shutil.copy(box.files()["fashion-mnist"], folder)
    bundle.write(folder / "clothes.clothier", linear_network.bundle())
    monkeypatch.setattr(box, "FOLDER", folder)
    return folder


def _pictures(folder: Path, images: Images) -> list[Path]:
    return linear_network.save(folder, images)


@pytest.mark.parametrize("name", box.files())
def test_each_is_calibrated_and_has_a_card(name: str) -> None:
    manifest = predict.read(name).manifest
    assert manifest.temperature != 1
    assert manifest.thresholds
    assert "ot for" in manifest.card or "not use" in manifest.card


def test_the_wheel_stays_small() -> None:
    package, packed = box.FOLDER.parent, io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                wheel.write(path, path.relative_to(package))
    assert packed.tell() < MOST_BYTES


def test_fashion_mnist_was_trained_by_the_recipe_of_today() -> None:
    """Fields that the recipe got later have their usual values."""
    kept = predict.read("fashion-mnist").manifest.recipe
    today = recipes.change(recipes.get("wild"), {"precision": kept["precision"]}).as_json()
    assert kept == {name: today[name] for name in kept}


def test_fashion_mnist_knows_most_drawn_clothes() -> None:
    drawn = data.load("generated:200", data.LoadOptions())
    predictor = predict.opened("fashion-mnist")
    images, labels = drawn.train.images, drawn.train.labels
    assert predictor.class_names == drawn.class_names
    right = predictor.predict(images).labels == labels
    assert np.mean(right) > 0.5


def test_the_model_for_photos_is_the_default(two: Path) -> None:
    assert list(box.files()) == ["clothes", "fashion-mnist"]
    assert box.default() == two / "clothes.clothier"
    shutil.copy(two / "clothes.clothier", two / "animals.clothier")
    assert list(box.files()) == ["clothes", "animals", "fashion-mnist"]
    assert box.name_of(two / "animals.clothier") == "animals"
    assert box.name_of(Path("clothes.clothier")) is None


@pytest.mark.parametrize(
    ("shape", "name"), [((28, 28, 1), "fashion-mnist"), ((28, 28, 3), None), ((8, 8, 1), None)]
)
def test_images_choose_the_model_of_their_shape(
    two: Path, tmp_path: Path, shape: tuple[int, int, int], name: str | None
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    assert box.fitting(images) == name
    for number, image in enumerate(images):
        Image.fromarray(image[..., 0] if shape[2] == 1 else image).save(tmp_path / f"{number}.png")
    paths = sorted(tmp_path.glob("*.png"))
    assert box.fitting(paths) == name
    (tmp_path / "broken.png").write_text("no picture")
    assert box.fitting([*paths, tmp_path / "broken.png"]) is None
    assert box.fitting([]) is None


def test_python_takes_the_model_that_fits_and_says_so(two: Path, tmp_path: Path) -> None:
    images = data.load("generated:100", data.LoadOptions()).train.images
    model, named = clothier.open(), clothier.open("fashion-mnist")
    picture = Image.fromarray(images[0, ..., 0])
    for given in (images, images[..., 0], picture):
        with pytest.warns(UserWarning, match=r"^these are 28x28 images in grey, so they are classified by "):
            found = model.predict(given)
        np.testing.assert_allclose(found.logits, named.predict(given).logits, atol=1e-4)
    with pytest.warns(UserWarning, match="the model fashion-mnist; name a model to choose another$"):
        assert model.embed(images).shape[1] == named.embed(images[0]).shape[1]
    with pytest.warns(UserWarning, match="the model fashion-mnist"):
        assert model.explain(images[0]).image.shape == (28, 28, 1)
    with pytest.warns(UserWarning, match="the model fashion-mnist"):
        assert model.evaluate("generated:100").num_images == 16
    assert model.predict(linear_network.pictures(2)).class_names == linear_network.CLASSES
    assert clothier.open("clothes").predict(picture).class_names == linear_network.CLASSES


def test_commands_take_the_model_that_fits_and_say_so(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images = data.load("generated:100", data.LoadOptions()).train.images
    paths = [str(path) for path in _pictures(tmp_path / "photos", images[:2])]
    told = f"NOTE: {box.reason('fashion-mnist')}\n"
    commands = (
        ["predict", *paths],
        ["doctor", paths[0], "--out", "doctor.png"],
        ["evaluate", "--data", "generated:100", "--mistakes", "0"],
    )
    for words in commands:
        assert cli.run(words) == 0
        captured = capsys.readouterr()
        assert told in captured.err
        assert any(name in captured.out for name in predict.read("fashion-mnist").manifest.class_names)
        assert (
            cli.run(
                [*words, *(["fashion-mnist"] if words[0] == "evaluate" else ["--model", "fashion-mnist"])]
            )
            == 0
        )
        assert told not in capsys.readouterr().err


def test_the_box_is_listed(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "--box"]) == 0
    header, first, second, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["model", "MB", "images", "photos", "correct", "classes"]
    assert first.startswith("clothes ")
    assert first.split(maxsplit=3)[2:] == ["8x8x1", "not measured    dark, light, spotted"]
    manifest = bundle.read(two / "fashion-mnist.clothier").manifest
    photos = manifest.scores["photos"]
    assert f"{photos['accuracy']:.1%} of {photos['images']:.0f}" in second
    assert cli.run(["models", "--box", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["clothes", "fashion-mnist"]
    assert found["fashion-mnist"] == {
        "megabytes": round((two / "fashion-mnist.clothier").stat().st_size / 1e6, 2),
        "image_shape": [28, 28, 1],
        "class_names": list(manifest.class_names),
        "photos": photos,
        "scores": manifest.scores,
    }
