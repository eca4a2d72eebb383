"""Machines with other fonts than this one's: none, or small ones made here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection

from clothier.plots import lettering
from clothier.system import fonts


def only(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let the font files in those folders be all that this machine has, beside DejaVu in figures."""
    monkeypatch.setattr(fonts, "_folders", lambda: list(folders))
    monkeypatch.setattr(fonts, "_lacking", {})
    monkeypatch.setattr(fonts, "_unshaped", {})
    monkeypatch.setattr(lettering, "_known", {})
    for module, name in ((fonts, "best"), (fonts, "_files"), (lettering, "_chosen")):
        monkeypatch.setattr(module, name, cache(getattr(module, name).__wrapped__))


def made(family: str, letters: str, side: int = 700) -> FontBuilder:
    """A font in which each of the letters is a square of that side, in thousandths of its size."""
    builder = FontBuilder(1000, isTTF=True)
    glyphs = {letter: f"uni{ord(letter):05X}" for letter in letters}
    builder.setupGlyphOrder([".notdef", *glyphs.values()])
    builder.setupCharacterMap({ord(letter): name for letter, name in glyphs.items()})
    builder.setupGlyf({".notdef": _square(400)} | {name: _square(side) for name in glyphs.values()})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *glyphs.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    return builder


def write(file: Path, family: str, letters: str) -> Path:
    """That font as a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made(family, letters).save(str(file))
    return file


def write_collection(file: Path, families: Sequence[str], letters: str) -> None:
    """A file of several such fonts, one a family."""
    collection = TTCollection()
    collection.fonts = [made(family, letters).font for family in families]
    collection.save(str(file))


def _square(side: int) -> object:
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, side), (side, side), (side, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()
