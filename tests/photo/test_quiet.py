from __future__ import annotations

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
