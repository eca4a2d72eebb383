from __future__ import annotations

import logging
import struct

import pytest
from support.pictures import colours, encode

from clothier import photo
from clothier.errors import DataError


def test_libtiff_prints_nothing_about_a_damaged_picture(capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(encode(colours(), "TIFF", compression="tiff_adobe_deflate"))
    content[14:40] = bytes(26)
    with pytest.raises(DataError, match=r"^is damaged$"):
        photo.decode(bytes(content))
    assert capfd.readouterr() == ("", "")


def test_errors_that_pillow_logs_are_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    content = bytearray(encode(colours(), "TIFF"))
    place = content.index(struct.pack("<HHI", 277, 3, 1)) + 8  # samples of a pixel
    content[place : place + 2] = struct.pack("<H", 300)
    log = logging.getLogger()
    handlers, log.handlers = log.handlers, []  # the tests' own
    try:
        with pytest.raises(DataError, match=r"^is truncated or damaged$"):
            photo.decode(bytes(content))
    finally:
        log.handlers = handlers
    assert capfd.readouterr() == ("", "")
