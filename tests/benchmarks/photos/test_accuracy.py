from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks.photos import accuracy as photos
from clothier.values import Images, Predictions


class _Sides:
    """Calls what is empty at its sides a trouser, all else a dress."""

    class_names = ("Dress", "Trouser")

    def predict(self, images: Images) -> Predictions:
        empty = images[:, :, :8].max(axis=(1, 2, 3)) < 10
        return Predictions(np.stack([~empty, empty], axis=1).astype(np.float32), class_names=self.class_names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, boxes in {
        "pants": [(45, 20, 60, 130)] * 3,
        "dress": [(25, 40, 85, 110)] * 2,
        "hat": [(1, 1, 9, 9)],
    }.items():
        (tmp_path / name).mkdir()
        for number, box in enumerate(boxes):
            image = Image.new("RGB", (110, 150), (190, 180, 160))
            ImageDraw.Draw(image).rectangle(box, (50, 20, 20))
            noise = rng.integers(-8, 9, (150, 110, 3))
            noisy = np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(noisy).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_the_ways_are_told_apart_and_only_shared_classes_are_judged(folder: Path) -> None:
    names, images = photos.read(folder, (28, 28), None)
    assert names == ["dress"] * 2 + ["pants"] * 3
    assert images.shape == (len(photos.WAYS), 5, 28, 28, 1)
    np.testing.assert_array_equal(images[1], 255 - images[0])
    assert images[2][:, :, [0, -1]].max() == 0  # padded with what is dark once inverted
    told = photos.rights(names, _Sides(), images[3])  # type: ignore[arg-type]  # stands in for a Predictor
    assert told == {"all": 1.0, "mean of classes": 1.0, "dress": 1.0, "pants": 1.0}
    squeezed = photos.rights(names, _Sides(), images[0])  # type: ignore[arg-type]  # as above
    assert squeezed["all"] == pytest.approx(0.4)
    assert squeezed["mean of classes"] == pytest.approx(0.5)


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds none of the folders dress, longsleeve"):
        photos.read(tmp_path, (28, 28), None)
