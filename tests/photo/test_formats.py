from __future__ import annotations

import importlib
import io

import pytest
from PIL import Image

from clothier.photo.formats import (
    FORMAT_WORDS,
    FORMATS,
    MEDIA_TYPES,
    OTHER_FORMATS,
    PILLOW_NAMES,
    SUFFIXES,
    TABLE,
    format_of,
)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avif", "AVIF"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1", "AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00", ""),  # a film
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"\xff\x0a\x00\x10", "JPEG XL"),
        (b"8BPS\x00\x01", "PSD"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", ""),
        (b"BM\x36\x00", "BMP"),
        (b"\x89PNG\r\n\x1a\n<svg", "PNG"),
        (b"\n<?xml version='1.0'?>\n<SVG width='4'/>", "SVG"),
        (b"P1\n2 2\n", "PPM"),
        (b"P1000 dollars", ""),
        (b"dear diary", ""),
        (b"", ""),
    ],
)
def test_formats_are_told_by_their_first_bytes(content: bytes, name: str) -> None:
    assert format_of(content) == name
    assert format_of(content, ".jpg") == name  # whatever the file is called


@pytest.mark.parametrize(
    "written", ["TIFF", "ICO", "JPEG2000", "PPM", "AVIF", "JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP"]
)
def test_what_pillow_writes_is_told(written: str) -> None:
    file = io.BytesIO()
    try:
        Image.new("RGB", (20, 20)).save(file, written)
    except (KeyError, OSError, ValueError):
        pytest.skip("this Pillow does not write it")
    told = format_of(file.getvalue()).replace(" ", "").upper()
    assert told == {"MPO": "JPEG"}.get(written, written)


@pytest.mark.parametrize("name", TABLE)
def test_formats_that_can_be_read_are_told_everywhere(name: str) -> None:
    kind = TABLE[name]
    assert kind.is_installed  # the tests' environment has every extra
    assert FORMATS[name] == kind
    assert name in FORMAT_WORDS
    assert set(kind.media_types) <= set(MEDIA_TYPES)
    assert {f".{ending}" for ending in kind.endings} <= SUFFIXES
    module, reader = kind.reader
    assert getattr(importlib.import_module(module), reader).format in PILLOW_NAMES


def test_the_words_are_a_list() -> None:
    assert FORMAT_WORDS == "JPEG, PNG, WebP, HEIC, AVIF, TIFF, GIF or BMP"


def test_the_name_helps_where_the_content_does_not() -> None:
    tiff = b"II*\x00\x08\x00\x00\x00"
    assert [format_of(tiff, suffix) for suffix in ("", ".tif", ".NEF", ".dng", ".jpg")] == [
        "TIFF", "TIFF", "NEF", "DNG", "TIFF",
    ]  # fmt: skip
    assert format_of(b"\x00\x00\x02", ".tga") == "TGA"
    assert not SUFFIXES & OTHER_FORMATS.keys()
