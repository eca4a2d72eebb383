"""The script that makes the model fashion-mnist: its card, and a file whose network stays."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import clothier
from clothier import bundle
from scripts import make_box


def test_the_card_in_the_box_is_what_the_script_writes_of_its_scores() -> None:
    content = bundle.read(make_box.BOX)
    assert make_box.carded(content).manifest.card == content.manifest.card
    assert content.manifest.scores["photos"] == make_box.UNSEEN


def test_a_model_file_keeps_its_network_and_is_measured_on_photos_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    for number in range(12):
        path = tmp_path / "photos" / "validation" / ("dress" if number % 2 else "pants") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = np.zeros((28, 28), np.uint8)
        picture[2:26, 8:20] = rng.integers(90, 250, (24, 12))  # a dress, more than trousers
        Image.fromarray(picture).save(path)
    old, new = make_box.BOX, tmp_path / "new.clothier"
    monkeypatch.setattr(make_box, "BOX", new)
    monkeypatch.setattr(sys, "argv", ["make_box.py", "--photos", f"{tmp_path}/photos", "--model", f"{old}"])
    make_box.main()
    before, after = bundle.read(old), bundle.read(new)
    assert after.graph == before.graph
    for name, values in before.statistics.items():
        np.testing.assert_array_equal(after.statistics[name], values)
    found = clothier.open(new).predict(tmp_path / "photos")
    names = [after.manifest.class_names[label] for label in found.labels]
    right = np.mean(
        [name == wanted for name, wanted in zip(names, 6 * ["Dress"] + 6 * ["Trouser"], strict=True)]
    )
    assert after.manifest.scores["validation photos"] == {"images": 12, "accuracy": right}
    assert after.manifest.scores["photo promises"]["photos"] == 12
    card = after.manifest.card
    assert "Photos: 44.0% of 318 amateur photos" in card
    assert (
        f"Of the 12 validation photos of the clothing data set, which were looked at, {right:.1%} are."
        in card
    )
    assert "Accuracy on the 10,000 test images: 0.8813 (3 seeds: 0.8783 to 0.8815)." in card
