"""Images as the page shows them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from clothier.label import pictures


def test_small_images_are_enlarged_by_a_whole_factor() -> None:
    image = np.arange(4, dtype=np.uint8).reshape(2, 2, 1) * 60
    shown = np.asarray(Image.open(io.BytesIO(pictures.of_pixels(image, 96))))
    assert shown.shape == (96, 96)
    assert np.array_equal(shown[::48, ::48], image[..., 0])
    assert Image.open(io.BytesIO(pictures.of_pixels(np.zeros((300, 200, 3), np.uint8), 96))).size == (64, 96)


def test_a_photo_is_shown_from_its_file_while_it_is_there(tmp_path: Path) -> None:
    file, image = tmp_path / "a.jpg", np.zeros((8, 8, 3), np.uint8)
    Image.new("RGB", (400, 100), (250, 0, 0)).save(file)
    content, kind = pictures.of(file, image, 96)
    assert (kind, Image.open(io.BytesIO(content)).size) == ("image/jpeg", (96, 24))
    file.write_bytes(b"no picture")
    assert pictures.of(file, image, 96)[1] == "image/png"
