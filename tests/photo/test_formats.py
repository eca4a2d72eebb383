from __future__ import annotations

import io

import pytest
from PIL import Image

from clothier.photo.formats import OTHER_FORMATS, SUFFIXES, other_format


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
        (b"\n<?xml version='1.0'?>\n<SVG width='4'/>", "SVG"),
        (b"P1\n2 2\n", "PPM"),
        (b"P1000 dollars", ""),
        (b"dear diary", ""),
        (b"", ""),
    ],
)
def test_formats_are_told_by_their_first_bytes(content: bytes, name: str) -> None:
    assert other_format(content) == name
    assert other_format(content, ".jpg") == name  # whatever the file is called


@pytest.mark.parametrize("written", ["TIFF", "ICO", "JPEG2000", "PPM", "AVIF"])
def test_what_pillow_writes_is_told(written: str) -> None:
    file = io.BytesIO()
    try:
        Image.new("RGB", (20, 20)).save(file, written)
    except (KeyError, OSError, ValueError):
        pytest.skip("this Pillow does not write it")
    assert other_format(file.getvalue()).replace(" ", "") == written


def test_the_name_helps_where_the_content_does_not() -> None:
    tiff = b"II*\x00\x08\x00\x00\x00"
    assert [other_format(tiff, suffix) for suffix in ("", ".tif", ".NEF", ".dng", ".jpg")] == [
        "TIFF", "TIFF", "NEF", "DNG", "TIFF",
    ]  # fmt: skip
    assert other_format(b"\x00\x00\x02", ".tga") == "TGA"
    assert not SUFFIXES & OTHER_FORMATS.keys()
