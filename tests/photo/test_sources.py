from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clothier import photo
from clothier.errors import DataError, InputTypeError
from clothier.photo import doctor


def _sideways(path: Path) -> Path:
    """A colour JPEG, 400 x 300, that the camera held sideways."""
    rng = np.random.default_rng(0)
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    small.resize((400, 300), Image.Resampling.BICUBIC).save(path, exif=exif)
    return path


def test_a_text_is_a_path_and_every_kind_of_source_gives_the_same_image(tmp_path: Path) -> None:
    path = _sideways(tmp_path / "sideways.jpg")
    wanted, _ = doctor.diagnose(path, "pad", (32, 32), 3)
    content = path.read_bytes()
    with Image.open(path) as opened, Image.open(io.BytesIO(content)) as from_memory:
        for source in (str(path), content, opened, from_memory):
            image, _ = doctor.diagnose(source, "pad", (32, 32), 3)
            np.testing.assert_array_equal(image, wanted)
    assert photo.load(str(path)).pixels.size == (300, 400)
    assert not photo.is_grey(str(path))
    assert len(doctor.examine(str(path)).steps) == len(doctor.examine(path).steps)
    with pytest.raises(DataError, match=r"^cannot be read \(No such file or directory\)$"):
        photo.load("nowhere.jpg")


def test_a_decoded_picture_is_taken_from_memory_upright(tmp_path: Path) -> None:
    path = _sideways(tmp_path / "sideways.jpg")
    wanted, _ = doctor.diagnose(path, "pad", (32, 32), 3)
    with Image.open(path) as opened:
        opened.load()
    path.unlink()
    image, _ = doctor.diagnose(opened, "pad", (32, 32), 3)
    # JPEG is decoded at a fraction of its size where it may be: not the same bits, but the same picture.
    assert np.abs(image.astype(int) - wanted).mean() < 2
    assert opened.size == (400, 300)


def test_a_picture_that_was_changed_is_not_read_from_its_file_again(tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), level) for level in (10, 200)]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    with Image.open(tmp_path / "two.gif") as image:
        image.seek(1)
        assert np.asarray(photo.load(image).pixels).max() == 200
    with Image.open(_sideways(tmp_path / "a.jpg")) as image:
        changed = image.convert("L").point(lambda _: 7)
    assert set(np.asarray(photo.load(changed).pixels).ravel().tolist()) == {7}


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_pictures_in_memory_of_every_mode_are_read(mode: str) -> None:
    picture = photo.load(Image.new(mode, (9, 7)))
    assert picture.pixels.size == (9, 7)
    assert picture.pixels.mode in ("L", "RGB")


def test_pictures_in_memory_are_bounded_too() -> None:
    with pytest.raises(
        DataError,
        match=r"^has 1 megapixels, more than the limit of 0 for a picture in memory: make it smaller$",
    ):
        photo.load(Image.new("L", (100, 100)), max_pixels=9999)
    with pytest.raises(DataError, match=r"^has no pixels$"):
        photo.load(Image.new("L", (0, 5)))


@pytest.mark.parametrize("source", [3, None, ["a.png"], np.zeros((3, 3), np.uint8)])
def test_other_types_are_named(source: Any) -> None:
    with pytest.raises(TypeError, match=r"; wanted a path \(str or Path\), bytes, or a PIL image$") as caught:
        doctor.attempt(source, "pad", (8, 8), 1)
    assert isinstance(caught.value, InputTypeError)
    assert type(source).__name__ in str(caught.value)
