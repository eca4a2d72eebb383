from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from support import linear_network

from benchmarks.photos import verdicts
from clothier import bundle
from clothier.predict import Predictor


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    images = linear_network.pictures(150)
    labels = linear_network.outputs(images)[0].argmax(axis=1)
    for label, name in enumerate(linear_network.CLASSES):
        linear_network.save(tmp_path / "photos" / "validation" / name, images[labels == label])
    linear_network.save(tmp_path / "photos" / "validation" / "unknown", images[:3])
    return tmp_path / "photos"


def test_photos_get_the_labels_of_their_folders(photos: Path) -> None:
    found = verdicts.of_photos(Predictor(linear_network.bundle()), photos / "validation")
    assert found.num_photos == 150
    assert (found.logits.argmax(axis=1) == found.labels).all()


def test_promises_are_measured_and_printed(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle.write(tmp_path / "m.clothier", linear_network.bundle())
    noise = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 1), dtype=np.uint8)
    linear_network.save(tmp_path / "others" / "report" / "noise", noise)
    words = ["verdicts", str(tmp_path / "m.clothier"), "--photos", str(photos)]
    words += ["--others", str(tmp_path / "others"), "--json"]
    monkeypatch.setattr(sys, "argv", words)
    verdicts.main()
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"all", "noise"}
    assert (found["all"]["photos"], found["all"]["others"]) == (150, 20)
    assert found["all"]["caught"] > 0.9
    monkeypatch.setattr(sys, "argv", words[:-1])
    verdicts.main()
    assert "- Verdicts on photos, tested on 150 held-out ones:" in capsys.readouterr().out
