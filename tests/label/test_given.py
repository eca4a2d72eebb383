"""Files of ids, as the explorer writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clothier.errors import InputError
from clothier.label import given

KNOWN = ("train/1", "=odd, name.png", "b")


def test_what_the_explorer_writes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "selection.csv"
    file.write_bytes('\ufeffid,label\r\nb,hat\r\n"\'=odd, name.png",hat\r\nb,hat\r\n'.encode())
    assert given.read(file, KNOWN, "toy") == ["b", "=odd, name.png"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("image\nb\n", "begins with 'image'; wanted the column id"),
        ("", "begins with ''; wanted the column id"),
        ("id\n", "has no ids"),
        ("id\nc\n", "toy has no image 'c'"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "selection.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=words):
        given.read(file, KNOWN, "toy")
    with pytest.raises(InputError, match="cannot read"):
        given.read(tmp_path / "none.csv", KNOWN, "toy")
