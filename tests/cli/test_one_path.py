"""The same photo and the same model: predict, explain, doctor, the service and Python give one answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.in_process_service import JPEG, InProcessService

import clothier
from clothier import bundle, cli, predict
from clothier.photo import doctor
from clothier.runs import Run

CLOSE = 2e-4  # between batches of several sizes, and steps of several
PHOTOS = ("sideways.jpg", "grey.jpg", "clear.png", "tall.png", "small.png", "truncated.jpg")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dark coat on a light ground, as several cameras and programs store it."""
    folder = tmp_path_factory.mktemp("photos")
    image = Image.new("RGB", (300, 400), (190, 170, 140))
    pen = ImageDraw.Draw(image)
    pen.rectangle((90, 80, 210, 330), (30, 40, 120))
    pen.polygon([(90, 80), (30, 220), (60, 240), (95, 150)], (30, 40, 120))
    noise = np.random.default_rng(0).integers(-8, 9, (400, 300, 3))
    image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.resize((900, 1200)).transpose(Image.Transpose.ROTATE_90).save(folder / "sideways.jpg", exif=exif)
    image.convert("L").save(folder / "grey.jpg")
    clear = image.copy()
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).rectangle((90, 80, 210, 330), 255)
    clear.putalpha(mask)
    clear.save(folder / "clear.png")
    image.resize((60, 700)).save(folder / "tall.png")
    image.resize((21, 28)).save(folder / "small.png")
    image.save(folder / "whole.jpg")
    content = (folder / "whole.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(content[: int(0.97 * len(content))])
    return folder


@pytest.fixture(params=["run", "file", "fashion-mnist"])
def model(request: pytest.FixtureRequest, finished: Path, tmp_path: Path) -> Iterator[str]:
    """A run, a model file with a temperature far from 1, and a model in the box: words for --model."""
    if request.param == "fashion-mnist":
        yield "fashion-mnist"
        return
    run = Run(tmp_path / "copy")
    shutil.copytree(finished, run.path)
    content = bundle.read(run.model_file)
    photos = "doctor" if request.param == "run" else "pad"
    manifest = replace(content.manifest, temperature=2.5, preprocessing={"photos": photos})
    bundle.write(run.model_file, replace(content, manifest=manifest))
    yield str(run.path if request.param == "run" else shutil.move(run.model_file, tmp_path / "m.clothier"))


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    capsys.readouterr()
    assert cli.run([*words, "--json"]) == 0
    out = capsys.readouterr().out
    return [json.loads(out)] if words[0] == "doctor" else [json.loads(line) for line in out.splitlines()]


def test_all_give_one_answer(
    capsys: pytest.CaptureFixture[str], photos: Path, model: str, tmp_path: Path
) -> None:
    named = ["--model", model]
    paths = [photos / name for name in PHOTOS]
    opened = clothier.open(model)
    together = opened.predict(paths)
    lines = _json(capsys, "predict", *map(str, paths), *named)
    service = InProcessService(content=predict.read(model))
    try:
        for path, prediction, line in zip(paths, together, lines, strict=True):
            shares = dict(prediction.classes)
            assert line["probabilities"] == pytest.approx(shares, abs=CLOSE)
            assert (line["label"], line["status"]) == (prediction.class_name, prediction.status)
            assert line["warnings"] == list(prediction.warnings)
            (served,) = service.post("/v1/predict", content=path.read_bytes(), headers=JPEG).json()["answers"]
            assert served["probabilities"] == pytest.approx(shares, abs=CLOSE)
            for key in ("label", "status", "verdict", "warnings"):
                assert served[key] == line[key]
            out = tmp_path / f"{path.name}-doctor.png"
            (examined,) = _json(capsys, "doctor", str(path), *named, "--out", str(out))
            last = examined["steps"][-1]["classes"]  # type: ignore[index]
            assert last == pytest.approx({name: shares[name] for name in last}, abs=CLOSE)
            assert (next(iter(last)), examined["status"]) == (prediction.class_name, prediction.status)
            with Image.open(path) as picture:
                alone = opened.predict([str(path), picture])
            np.testing.assert_allclose(alone.probabilities, [prediction.probabilities] * 2, atol=CLOSE)
            explained = opened.explain(str(path))
            assert dict(explained.prediction.classes) == pytest.approx(shares, abs=CLOSE)
            assert explained.prediction.warnings == prediction.warnings
            assert (explained.class_name, explained.prediction.status) == (served["label"], served["status"])
            if Path(model).is_dir():
                assert explained.method == "Grad-CAM"
                assert [layer.layer for layer in explained.layers] == ["conv1", "pool1"]
                capsys.readouterr()
                words = ["explain", model, str(path), "--out", str(tmp_path), "--dpi", "40"]
                assert cli.run(words) == 0
                printed = capsys.readouterr().out
                assert f"predicted  {prediction.class_name} ({prediction.probabilities.max():.1%})" in printed
                assert prediction.doubt in printed
    finally:
        service.close()


@pytest.mark.parametrize("model", ["fashion-mnist"], indirect=True)
def test_all_use_the_whole_photo_in_one_way(
    capsys: pytest.CaptureFixture[str], photos: Path, model: str, tmp_path: Path
) -> None:
    path = photos / "grey.jpg"
    opened = clothier.open(model)
    (whole,), (cut,) = opened.predict(path, whole=True), opened.predict(path)
    assert not np.allclose(whole.probabilities, cut.probabilities, atol=CLOSE)
    assert doctor.WHOLE_WORDS in whole.warnings
    shares = dict(whole.classes)
    (line,) = _json(capsys, "predict", str(path), "--model", model, "--whole")
    assert line["probabilities"] == pytest.approx(shares, abs=CLOSE)
    out = tmp_path / "whole.png"
    (examined,) = _json(capsys, "doctor", str(path), "--model", model, "--whole", "--out", str(out))
    last = examined["steps"][-1]["classes"]  # type: ignore[index]
    assert last == pytest.approx({name: shares[name] for name in last}, abs=CLOSE)
    assert (examined["status"], examined["verdict"]) == (whole.status, whole.verdict)
    explained = opened.explain(path, whole=True)
    assert dict(explained.prediction.classes) == pytest.approx(shares, abs=CLOSE)
    service = InProcessService(content=predict.read(model))
    try:
        for query, wanted in (("?whole=1", whole), ("?whole=0", cut), ("", cut)):
            reply = service.post(f"/v1/predict{query}", content=path.read_bytes(), headers=JPEG)
            (served,) = reply.json()["answers"]
            assert served["probabilities"] == pytest.approx(dict(wanted.classes), abs=CLOSE)
            assert (served["verdict"], served["warnings"]) == (wanted.verdict, list(wanted.warnings))
        refused = service.post("/v1/predict?whole=yes", content=path.read_bytes(), headers=JPEG)
        assert refused.status_code == 400
        assert refused.json()["error"]["message"] == "whole is 'yes'; wanted 1 for the whole photo, or 0"
    finally:
        service.close()
