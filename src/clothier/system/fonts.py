"""The fonts of this machine, by the letters that they have.

Figures and the photo doctor's sheet have fonts of their own, and look here for the letters that those lack.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont, features

_LAST_RESORT = "lastresort"  # a font of matplotlib and of macOS that draws a box for each letter there is
_SIZE = 20  # pixels, at which letters are compared
_PLAINEST = ("dejavusans", "notosans")  # how the names of files begin that are taken first
# In the name of a file: a cut that is no plain upright one.
_CUTS = ("bold", "italic", "oblique", "black", "light", "thin", "medium", "heavy", "condensed", "mono", "-bd")
# A collection holds a font for each country that draws the shared letters in its own way. The end of its family's name,
# and the letters, from the first to the last, that ask for it; Chinese where none of them does.
_COUNTRIES = {"JP": ("\u3040", "\u30ff"), "KR": ("\uac00", "\ud7a3"), "SC": ("\0", "\U0010ffff")}
# Packages of Debian and Ubuntu by what the name of a letter in Unicode begins with.
_PACKAGES = {
    ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "IDEOGRAPHIC"): "fonts-noto-cjk",
    ("LATIN", "GREEK", "CYRILLIC"): "fonts-dejavu-core",
}

_lacking: dict[str, None] = {}  # letters that were to be drawn and that no font has, in order
_unshaped: dict[str, None] = {}  # letters that a font has, but nothing here can join


@dataclass(frozen=True)
class Face:
    """One font: its file, its place in a file of several, and the name of its family."""

    path: str
    index: int
    family: str

    def sized(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.path, size, self.index)

    def lacks(self, letters: Iterable[str]) -> frozenset[str]:
        """The letters among these that the font does not have."""
        return frozenset(letters) - _drawn(self.path, frozenset(letters))


@cache
def best(letters: frozenset[str]) -> Face | None:
    """The font that has the most of these letters, plain ones first where several do; None where none has any."""
    found, most = "", 0
    for path in _files():
        number = len(_drawn(path, letters))
        if number > most:
            found, most = path, number
        if number == len(letters):
            break
    return _face(found, letters) if found else None


def note_lacking(letters: Iterable[str]) -> None:
    """Remember those of the letters, which were to be drawn, that no font has, for `advice`."""
    for letter in letters:
        if unicodedata.category(letter)[0] != "C" and best(frozenset(letter)) is None:
            _lacking[letter] = None


def can_shape(text: str) -> bool:
    """Whether Pillow can set the text: letters that join, stack or run from right to left need the library Raqm, which
    needs FriBidi. What it cannot is remembered for `advice`."""
    joining = [
        letter
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter) in ("Mn", "Mc")
    ]
    if not joining or features.check_feature("raqm"):
        return True
    _unshaped.update(dict.fromkeys(joining))
    return False


def advice() -> str:
    """What was drawn as escapes or numbers since the last call, and what to install; "" where nothing was."""
    sentences = []
    if _lacking:
        them = "it" if len(_lacking) == 1 else "them"
        packages = " ".join(dict.fromkeys(map(_package, _lacking)))
        install = (
            f"a font that has {them}, such as one of Noto's"
            if sys.platform == "darwin"
            else f"{them}, on Debian and Ubuntu with: apt install {packages}"
        )
        sentences.append(
            f"no font on this machine has {_listed(_lacking)}, so pictures have escapes or class numbers instead; "
            f"install {install}"
        )
    if _unshaped:
        how = "" if sys.platform == "darwin" else ", on Debian and Ubuntu with: apt install libfribidi0"
        sentences.append(
            f"Pillow cannot join {_listed(_unshaped)} without FriBidi, so pictures have escapes instead; install "
            f"it{how}"
        )
    _lacking.clear()
    _unshaped.clear()
    return "; ".join(sentences)


def _listed(letters: Iterable[str]) -> str:
    shown = list(letters)
    return f"the letter {shown[0]}" if len(shown) == 1 else f"the letters {' '.join(shown[:10])}"


def _package(letter: str) -> str:
    name = unicodedata.name(letter, "")
    for starts, package in _PACKAGES.items():
        if name.startswith(starts):
            return package
    return "fonts-symbola" if unicodedata.category(letter) in ("So", "Sk") else "fonts-noto-core"


@cache
def _files() -> tuple[str, ...]:
    """The font files of this machine, plain upright ones without serifs first."""
    found = {
        str(path)
        for folder in _folders()
        for path in _walk(folder)
        if path.suffix.lower() in (".otf", ".ttc", ".ttf") and _LAST_RESORT not in path.name.lower()
    }
    return tuple(sorted(found, key=_rank))


def _folders() -> list[Path]:
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home
    shared = [Path(folder) for folder in os.environ.get("XDG_DATA_DIRS", "").split(":") if folder]
    own = os.environ.get("XDG_DATA_HOME")
    folders = [
        Path(own) if own else home / ".local/share",
        *shared,
        Path("/usr/local/share"),
        Path("/usr/share"),
    ]
    folders = [folder / "fonts" for folder in folders] + [home / ".fonts"]
    if sys.platform == "darwin":
        folders += [home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts")]
    matplotlib = find_spec("matplotlib")  # brings DejaVu
    if matplotlib and matplotlib.origin:
        folders.append(Path(matplotlib.origin).parent / "mpl-data/fonts/ttf")
    return folders


def _walk(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):  # which passes over what cannot be read
        yield from (Path(parent) / name for name in names)


def _rank(path: str) -> tuple[bool, bool, int, str]:
    stem = Path(path).stem.lower()
    is_cut = any(word in stem for word in _CUTS)
    begins = next((place for place, word in enumerate(_PLAINEST) if stem.startswith(word)), len(_PLAINEST))
    return is_cut, "serif" in stem, begins, path


def _face(path: str, letters: frozenset[str]) -> Face:
    """The font in that file; in a collection, the one for the country whose letters these are."""
    faces: list[Face] = []
    while True:
        try:
            faces.append(
                Face(path, len(faces), ImageFont.truetype(path, _SIZE, len(faces)).getname()[0] or "")
            )
        except OSError:
            break
    for country, (first, last) in _COUNTRIES.items():
        if any(first <= letter <= last for letter in letters):
            faces.sort(key=lambda face: not face.family.endswith(f" {country}"))
            break
    return faces[0]


def _drawn(path: str, letters: frozenset[str]) -> frozenset[str]:
    """The letters that the font in that file draws, and not as its sign for a letter that it lacks."""
    try:
        font = ImageFont.truetype(path, _SIZE, layout_engine=ImageFont.Layout.BASIC)
        absent = bytes(font.getmask("\uffff"))
        found = set()
        for letter in letters:
            if unicodedata.category(letter) != "Cs":  # which is no letter, and no font is asked for it
                mask = font.getmask(letter)
                if letter.isspace() or (mask.getbbox() and bytes(mask) != absent):
                    found.add(letter)
    except OSError:  # not a font after all, or one of bitmaps, which has no such size
        return frozenset()
    return frozenset(found)
