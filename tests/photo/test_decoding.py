from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from support.pictures import colours, encode

from clothier import photo
from clothier.errors import DataError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF", "BMP", "MPO")


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces that size and holds nothing else."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + head
        + struct.pack(">I", zlib.crc32(head))
        + struct.pack(">I", 100)
        + b"IDAT"
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_gives_the_picture_back(kind: str, tmp_path: Path) -> None:
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 95},
        "MPO": {"quality": 95},
        "WEBP": {"lossless": True},
        "AVIF": {"quality": 95},
    }
    path = tmp_path / "no-suffix"
    path.write_bytes(encode(colours(), kind, **options.get(kind, {})))
    image = photo.decode(path)
    assert image.mode == "RGB"
    tolerance = {"JPEG": 8, "MPO": 8, "AVIF": 8, "GIF": 24}.get(kind, 0)  # GIF has 256 colours
    assert np.abs(np.asarray(image).astype(int) - colours()).max() <= tolerance


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "JPEG", "TIFF", "MPO"])
def test_grey_stays_grey(kind: str) -> None:
    content = encode(colours()[..., 0], kind)
    assert photo.is_grey(content)
    assert photo.decode(content).mode == "L"
    assert np.abs(np.asarray(photo.decode(content)).astype(int) - colours()[..., 0]).max() <= 4


def test_colour_is_not_grey() -> None:
    assert not photo.is_grey(encode(colours()))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF", "JPEG", "MPO"])
def test_pictures_are_turned_upright(orientation: int, kind: str) -> None:
    upright = colours()
    # As a camera would store it, by the definition of the tag: row 0 and column 0 of what is stored are the ...
    stored = {
        1: upright,  # top, left side
        2: upright[:, ::-1],  # top, right
        3: upright[::-1, ::-1],  # bottom, right
        4: upright[::-1],  # bottom, left
        5: upright.swapaxes(0, 1),  # left, top
        6: upright[:, ::-1].swapaxes(0, 1),  # right, top
        7: upright[::-1, ::-1].swapaxes(0, 1),  # right, bottom
        8: upright[::-1].swapaxes(0, 1),  # left, bottom
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"WEBP": {"lossless": True}}.get(kind, {"quality": 95})
    content = encode(np.ascontiguousarray(stored), kind, exif=exif, **options)
    for decoded, expected in (
        (photo.decode(content), upright),
        (photo.load(content, upright=False).pixels, stored),
    ):
        off = np.abs(np.asarray(decoded).astype(int) - expected).max()
        assert off <= {"JPEG": 9, "MPO": 9, "AVIF": 9}.get(kind, 0)


def test_a_broken_exif_block_does_no_harm() -> None:
    content = encode(colours(), exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff\x01\x12\x00\x03")
    assert np.array_equal(np.asarray(photo.decode(content)), colours())


def test_transparency_lies_over_white() -> None:
    alpha = np.linspace(0, 255, 40).astype(np.uint8) + np.zeros((30, 1), np.uint8)
    content = encode(np.dstack([colours(), alpha]))
    share = alpha[..., np.newaxis] / 255
    expected = share * colours() + (1 - share) * 255
    assert np.abs(np.asarray(photo.decode(content)) - expected).max() <= 1


def test_grey_transparency_lies_over_white_and_stays_grey() -> None:
    image = Image.merge("LA", [Image.new("L", (4, 4), 100), Image.new("L", (4, 4), 0)])
    decoded = photo.decode(encode(image))
    assert decoded.mode == "L"
    assert np.asarray(decoded).min() == 255


def test_a_palette_with_a_transparent_colour() -> None:
    image = Image.fromarray(np.array([[0, 1], [2, 1]], np.uint8), "L").convert("P")
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    decoded = np.asarray(photo.decode(encode(image, transparency=1)))
    assert decoded.tolist() == [[[255, 0, 0], [255, 255, 255]], [[0, 0, 255], [255, 255, 255]]]


def test_sixteen_bits_become_eight() -> None:
    deep = np.arange(0, 65536, 13, dtype=np.uint16)[:5000].reshape(50, 100)
    decoded = photo.decode(encode(Image.fromarray(deep)))
    assert decoded.mode == "L"
    assert np.array_equal(np.asarray(decoded), np.round(deep / 257))


GREY = Image.fromarray(np.arange(240, dtype=np.uint8).reshape(12, 20))


@pytest.mark.parametrize(
    "mode", ["I", "F", "1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK"]
)
def test_every_mode_in_memory_is_the_same_picture(mode: str) -> None:
    image = GREY.convert({"La": "LA", "PA": "P", "RGBa": "RGBA"}.get(mode, mode)).convert(mode)
    expected = GREY.convert("1").convert("L") if mode == "1" else GREY
    assert np.array_equal(np.asarray(photo.decode(image).convert("L")), np.asarray(expected))


@pytest.mark.parametrize("kind", [np.uint16, np.int32])
def test_sixteen_bits_in_memory_become_eight(kind: Any) -> None:
    deep = np.asarray(GREY).astype(kind) * 257
    assert np.array_equal(np.asarray(photo.decode(Image.fromarray(deep))), np.asarray(GREY))


@pytest.mark.parametrize(
    ("values", "came"),
    [
        (np.asarray(GREY).astype(np.uint16), "mode I;16 with values from 0 to 239"),
        (np.asarray(GREY).astype(np.int32) * 1000, "mode I with values from 0 to 239000"),
        (np.asarray(GREY).astype(np.int32) - 10, "mode I with values from -10 to 229"),
        (np.asarray(GREY).astype(np.float32) / 239, "mode F with values from 0 to 1"),
        (np.asarray(GREY).astype(np.float32) * 2, "mode F with values from 0 to 478"),
        (np.full((3, 3), np.nan, np.float32), "mode F with values from nan to nan"),
    ],
)
def test_values_of_an_unknown_range_are_refused(values: Any, came: str) -> None:
    with pytest.raises(DataError) as caught:
        photo.decode(Image.fromarray(values))
    assert str(caught.value) == (f"is of {came}; wanted mode L or RGB, which hold 0 to 255; convert it")


def test_print_colours() -> None:
    inks = {(0, 0, 0, 0): (255, 255, 255), (255, 0, 0, 0): (0, 255, 255), (0, 0, 0, 255): (0, 0, 0)}
    for ink, colour in inks.items():
        decoded = np.asarray(photo.decode(encode(Image.new("CMYK", (16, 16), ink), "JPEG", quality=95)))
        assert np.abs(decoded.astype(int) - colour).max() <= 6


def test_one_bit_pictures() -> None:
    bits = Image.fromarray(colours()[..., 0]).convert("1")
    decoded = photo.decode(encode(bits))
    assert decoded.mode == "L"
    assert set(np.unique(np.asarray(decoded))) == {0, 255}


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "MPO"])
def test_the_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "lime")]
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    with Image.open(io.BytesIO(content)) as animation:
        assert getattr(animation, "n_frames", 1) == 3
    assert np.abs(np.asarray(photo.decode(content)).astype(int) - (255, 0, 0)).max() <= 4


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (8000, 6251, "has 51 megapixels"),
        (10000, 10000, "has 100 megapixels"),  # here Pillow warns
        (60000, 60000, "has 3,600 megapixels"),  # and here it raises
    ],
)
def test_too_many_pixels_are_refused_by_the_header(width: int, height: int, words: str) -> None:
    with pytest.raises(DataError) as caught:
        photo.decode(png_header(width, height))
    assert (
        str(caught.value) == f"{words}, more than the limit of 50 for PNG: make it smaller or save it as JPEG"
    )


def test_just_enough_pixels_are_read_on() -> None:
    with pytest.raises(DataError, match=r"truncated|damaged"):  # the header passes, the missing pixels do not
        photo.decode(png_header(8000, 6250))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_truncated_pictures_are_refused(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    content = encode(noise, kind)
    with pytest.raises(DataError, match=r"^is (truncated|damaged|truncated or damaged)$"):
        photo.decode(content[: int(share * len(content))])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"Dear diary", f"is not a {photo.FORMAT_WORDS} picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is in SVG format: convert it to JPEG or PNG"),
        (encode(colours(), "ICO"), "is in ICO format: convert it to JPEG or PNG"),
        (encode(colours(), "PPM"), "is in PPM format: convert it to JPEG or PNG"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        photo.decode(content)
    assert str(caught.value) == words


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    sparse = tmp_path / "huge.bmp"
    with sparse.open("wb") as file:
        file.truncate(300_000_000)
    for path, words in (
        (tmp_path / "none.jpg", "cannot be read (No such file or directory)"),
        (tmp_path / "pipe.jpg", "is a pipe, not a file"),
        (sparse, "has 300 MB, more than the limit of 201"),
    ):
        with pytest.raises(DataError) as caught:
            photo.decode(path)
        assert str(caught.value) == words


@settings(max_examples=150, deadline=None)
@given(data=st.data(), kind=st.sampled_from(FORMATS))
def test_damaged_bytes_give_a_picture_or_a_data_error(data: st.DataObject, kind: str) -> None:
    content = bytearray(encode(colours(8, 9), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        image = photo.decode(bytes(content))
    except DataError:
        return
    assert image.mode in ("L", "RGB")


def test_warnings_are_as_before_after_many_threads() -> None:
    before = list(warnings.filters)
    barrier = threading.Barrier(8)

    def work(number: int) -> None:
        barrier.wait()
        for _ in range(20):
            with pytest.raises(DataError):
                photo.decode(png_header(10000, 10000 + number))  # Pillow warns of each

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert warnings.filters == before
