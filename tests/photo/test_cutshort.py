"""What came of a picture is what an ordinary decoder gives for the whole file, row by row."""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile
from support.pictures import colours, encode, thing

from clothier import photo
from clothier.errors import DataError
from clothier.photo import cutshort, doctor

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("JPEG", {}),
    "not subsampled": ("JPEG", {"subsampling": 0}),
    "with restarts": ("JPEG", {"restart_marker_rows": 1}),
    "grey": ("JPEG", {}),
    "png": ("PNG", {}),
}


def _content(way: str) -> bytes:
    small = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC)
    kind, options = WAYS[way]
    return encode(picture.convert("L") if way == "grey" else picture, kind, **options)


@pytest.mark.parametrize("way", WAYS)
def test_the_rows_that_came_are_those_of_the_whole_file(way: str) -> None:
    content = _content(way)
    whole = np.asarray(photo.decode(content)).astype(int)
    read = refused = 0
    for cut in [1, 2, 3, 10, 50, *range(100, len(content) // 3, len(content) // 60)]:
        try:
            picture = photo.load(content[:-cut])
        except DataError as error:
            assert str(error) == "is truncated"
            refused += 1
            continue
        pixels = np.asarray(picture.pixels).astype(int)
        assert 0.9 * 240 <= len(pixels) <= 240
        lost = 100 * (240 - len(pixels)) / 240
        if picture.left_out in ("", "the file is truncated: no part of the picture is missing"):
            assert lost == 0
            np.testing.assert_array_equal(pixels, whole)
        else:
            said = int(picture.left_out.split()[4])
            assert 0 < said <= 10
            assert lost == 0 or max(lost - 100 * 16 / 240, 0) < said <= math.ceil(lost)
            # Above the row of blocks with the break, whose colours are smoothly upsampled into the last row before.
            sure = len(pixels) - 1 if lost else 240 - 34
            np.testing.assert_array_equal(pixels[:sure], whole[:sure])
        read += 1
    assert read >= 5
    assert refused >= 5


def test_a_progressive_file_lacks_details_first_and_then_too_much() -> None:
    picture = thing(size=(240, 320))
    content = encode(picture, "JPEG", progressive=True, quality=90)
    whole = np.asarray(photo.decode(content)).astype(int)
    made = photo.load(content[:-40])
    assert made.left_out == "the file is truncated: details of the picture are missing"
    assert np.asarray(made.pixels).shape == whole.shape
    assert 0 < np.abs(np.asarray(made.pixels) - whole).mean() < 0.1
    coarse = np.asarray(
        photo.decode(content[: len(content) // 3])
    )  # every coefficient, without its last bits
    assert np.abs(coarse - whole).mean() < 4
    for share in (0.03, 0.05, 0.08):  # while a component still lacks most of its coefficients
        with pytest.raises(DataError, match=r"^is truncated$"):
            photo.load(content[: int(share * len(content))])


def test_a_small_picture_keeps_the_rows_that_came_in_part() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 160, 3), dtype=np.uint8)
    content = encode(noise, "JPEG", quality=95)
    whole = np.asarray(photo.decode(content))
    made = photo.load(content[:-200])
    pixels = np.asarray(made.pixels)
    assert pixels.shape == whole.shape
    np.testing.assert_array_equal(pixels[:47], whole[:47])
    np.testing.assert_array_equal(pixels[48:, :120], whole[48:, :120])
    assert made.left_out.endswith(" % of the picture is missing")
    with pytest.raises(DataError, match=r"^is truncated$"):
        photo.load(content[: -len(content) // 6])


def test_other_formats_are_refused() -> None:
    for kind in ("WEBP", "GIF", "BMP"):
        content = encode(thing(), kind)
        with pytest.raises(DataError, match=r"^is (truncated|damaged|truncated or damaged)$"):
            photo.load(content[: -len(content) // 50])


def test_a_truncated_picture_is_turned_upright_and_decoded_small() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encode(thing(size=(800, 1000)), "JPEG", exif=exif)
    cut = content[: -len(content) // 20]
    full, small = photo.load(cut), photo.load(cut, at_least=(100, 100))
    assert full.pixels.height == 1000
    assert 720 <= full.pixels.width < 800
    assert max(small.pixels.size) < 300
    assert small.left_out.startswith("the file is truncated: ")
    plain = photo.load(cut, upright=False).pixels
    assert plain.size == full.pixels.size[::-1]


def test_it_is_told_wherever_a_photo_is_prepared() -> None:
    content = encode(thing(), "JPEG")
    cut = content[:-40]
    words = photo.load(cut).left_out
    assert words
    for way in doctor.WAYS:
        assert doctor.diagnose(cut, way, (28, 28), 1)[1][0].startswith("the file is truncated: ")
    assert doctor.examine(cut).warnings[0].startswith("the file is truncated: ")
    assert photo.missing(["a thing", words]) == words.partition(": ")[2]
    assert photo.missing(["a thing"]) == ""
    for words in ("the file has several pages; only the first was read", "the picture is HDR (PQ) and ..."):
        assert photo.missing(["a thing", words]) == words


def test_no_switch_of_pillows_is_touched_and_threads_do_not_mind_each_other() -> None:
    content = encode(thing(), "JPEG")
    cut, gone = content[:-40], content[: len(content) // 2]
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    wanted = np.asarray(photo.decode(cut))

    def read(number: int) -> bool:
        if number % 2:
            with pytest.raises(DataError, match=r"^is truncated$"):
                photo.load(gone)
            return True
        return np.array_equal(np.asarray(photo.decode(cut)), wanted)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(40)))
    assert before == ImageFile.LOAD_TRUNCATED_IMAGES


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xc0\x00", b"\xff\xd8\xff\xda\x00\x02\xff\xff\xff"]
)
def test_headers_of_nothing_have_begun_nothing(content: bytes) -> None:
    assert cutshort.read(content, "JPEG", lambda data: Image.open(io.BytesIO(data))) is None


def test_a_file_that_is_whole_has_no_damage(tmp_path: Path) -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP"):
        path = tmp_path / "picture"
        path.write_bytes(encode(colours(), kind))
        assert photo.load(path).left_out == ""


@pytest.mark.parametrize(("mode", "side"), [("1", 4000), ("L", 1500), ("RGBA", 700)])
def test_a_png_too_short_for_its_pixels_is_not_decoded_again(mode: str, side: int) -> None:
    content = encode(Image.new(mode, (side, side)), "PNG")
    opened: list[bytes] = []

    def again(data: bytes) -> Image.Image:
        opened.append(data)
        return Image.open(io.BytesIO(data))

    assert cutshort.read(content, "PNG", again)  # of one colour, and as short as can be
    assert len(opened) == 2
    assert cutshort.read(content[: len(content) // 2], "PNG", again) is None
    assert len(opened) == 2
