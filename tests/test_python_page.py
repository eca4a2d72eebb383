"""The page about Python, and a stranger's script: what they show runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier.reports import report

PAGE = Path(__file__).parents[1] / "docs" / "python.md"


def examples(text: str) -> Iterator[str]:
    """The indented blocks of a page, in order."""
    for found in re.finditer(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE):
        if block := textwrap.dedent(found[0]).strip():
            yield block


@pytest.fixture
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take longer to draw than small networks to train."""
    monkeypatch.setattr(report, "draw", lambda *_: {})
    monkeypatch.setattr(report, "render", lambda run, _: "")


@pytest.fixture
def _photos() -> None:
    """photo.jpg, and photos/ with a folder for each of two classes."""
    drawn = clothier.load("generated:100")
    for label, image in zip(drawn.train.labels[:20].tolist(), drawn.train.images, strict=False):
        folder = Path("photos") / drawn.class_names[label].replace("/", " or ")
        if label < 1 or label > 8:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(255 - image[..., 0]).resize((112, 112)).convert("RGB")
        picture.save(folder / f"{len(list(folder.iterdir()))}.png")
        picture.save("photo.jpg")


@pytest.mark.timeout(600)  # it trains seven networks
@pytest.mark.usefixtures("_no_pages", "_photos")
def test_the_examples_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count('clothier.load("fashion-mnist")') == 1
    text = text.replace('"fashion-mnist"', '"generated:200"')  # the same on every machine
    names: dict[str, Any] = {"__name__": "page"}
    for block in examples(text):
        exec(compile(block, str(PAGE), "exec"), names)
    assert capsys.readouterr().out.rstrip().split("\n")[-1].startswith("unknown recipe 'cnn9'; known: ")
    assert names["scores"].shape == (2,)
    assert Path("network.onnx").is_file()
    assert Path("predictions.csv").is_file()
    assert sorted(path.name for path in Path("runs").iterdir()) == ["cnn1-1", "cnn1-2", "small_network-1"]


SCRIPT = """
import sys
import numpy as np
import clothier
from clothier.sklearn import ImageClassifier
from sklearn.model_selection import cross_val_score

archive = np.load("arrays.npz")
x, y = archive["x"], archive["y"]
data = clothier.Dataset.from_arrays((x[:240], y[:240]), test=(x[240:], y[240:]), class_names=["dark", "light"])
run = clothier.train("cnn1", data, epochs=8, batch_size=16)
model = clothier.open(run.path)
print(model.predict("photo.png").labels.tolist())
print(model.evaluate("folder:labelled").accuracy)
print(model.export("onnx", "network.onnx"))
print(cross_val_score(ImageClassifier("cnn1", epochs=8, changes={"batch_size": 16}), x, y, cv=2).min())
"""


@pytest.mark.timeout(600)
def test_a_strangers_script(tmp_path: Path) -> None:
    """Own arrays, train, open, predict a photo, evaluate a folder, export, cross-validate: fifteen lines."""
    assert len(SCRIPT.strip().splitlines()) <= 16
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 2
    images = (rng.integers(0, 60, (300, 20, 20)) + 150 * labels[:, None, None]).astype(np.uint8)
    np.savez(tmp_path / "arrays.npz", x=images, y=labels)
    for name, value in (("dark", 30), ("light", 180)):
        (tmp_path / "labelled" / name).mkdir(parents=True)
        for number in range(3):
            pixels = (rng.integers(0, 60, (20, 20)) + value - 30).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "labelled" / name / f"{number}.png")
    Image.fromarray(images[1]).save(tmp_path / "photo.png")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=580,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    label, accuracy, file, score = done.stdout.strip().splitlines()
    assert (label, file) == ("[1]", "network.onnx")
    assert float(accuracy) == 1
    assert float(score) > 0.9
    assert "Traceback" not in done.stderr
    assert (tmp_path / "runs" / "cnn1-1" / "report.html").is_file()
