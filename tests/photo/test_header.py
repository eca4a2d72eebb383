"""What is told of a picture without decoding it."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from clothier import photo
from clothier.errors import DataError


def test_a_header_tells_the_upright_size_and_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = 6, "Acme", "One\0"
    file = io.BytesIO()
    Image.new("RGB", (40, 30)).save(file, "JPEG", exif=exif)
    assert photo.header(file.getvalue()) == photo.Header(40, 30, "Acme One")


def test_a_picture_without_exif_has_no_camera() -> None:
    assert photo.header(Image.new("L", (5, 7))) == photo.Header(7, 5, "")
    with pytest.raises(DataError, match="is not a"):
        photo.header(b"no picture")
