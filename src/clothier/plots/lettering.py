"""Words in figures: fonts that have their letters, names and paths that fit their place.

Figures are set in DejaVu Sans, which matplotlib brings. For letters that it lacks, fonts of this machine stand in;
matplotlib (3.11 or later) joins letters and sets them from right to left where their script wants that. What no font
has is a number or an escape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from matplotlib import font_manager
from matplotlib.textpath import text_to_path

from clothier.system import fonts
from clothier.values.wording import listed

Names = Sequence[str]
FAMILY = "DejaVu Sans"

# They choose between the picture and the text of the letter before them; the fonts here have the one kind.
_SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")


_MOST_SPELLED = 8  # names that a figure spells below

_known: dict[str, bool] = {}  # whether a font here has the letter
_numbered: ContextVar[dict[int, str]] = ContextVar("numbered")


def families(text: str) -> list[str]:
    """The font families that together have the letters of the text, as far as this machine has them: DejaVu Sans, and
    where that is not enough, others."""
    return list(_chosen(frozenset(text) - _own_letters())[0])


def missing(text: str) -> list[str]:
    """The letters of the text that no font here has, in order."""
    text = text.translate(_SELECTORS).replace("\n", "")
    if unknown := frozenset(text).difference(_known):
        rest = _chosen(unknown - _own_letters())[1]
        _known.update((letter, letter not in rest) for letter in unknown)
    return [letter for letter in text if not _known[letter]]


def unnamed(class_names: Names) -> dict[int, str]:
    """The classes that figures call by their number, "class 3", with their names: those with letters that no font here
    has."""
    missing("".join(class_names))
    return {label: name for label, name in enumerate(class_names) if missing(_on_one_line(name))}


def shortened(class_names: Names, labels: Iterable[int], room: float = 150.0) -> list[str]:
    """The names of those classes as the fonts here can draw them, each at most `room` points wide at 9 points.

    A name with letters that no font has becomes its number, "class 3": that still tells classes apart.
    """
    labels = list(labels)
    # Measuring takes half a millisecond a name: of a thousand classes, only those that are drawn are measured.
    drawn = set(labels)
    missing("".join(class_names[label] for label in drawn))  # one search for all of them
    short = {label: _shortened(class_names[label], label, room) for label in drawn}
    return [short[label] for label in labels]


def _shortened(name: str, label: int, room: float) -> str:
    short = _on_one_line(name)
    if letters := missing(short):
        fonts.note_lacking(letters)
        _numbered.get({})[label] = short
        short = f"class {label}"
    while _width(short) > room:
        short = short.removesuffix("…")[:-1] + "…"
    return drawable(short)


def end_of(text: str, room: float, size: float) -> str:
    """The end of a text, such as a path, that is at most `room` points wide at that size, as the fonts here can draw
    it."""
    short = drawable(_on_one_line(text))
    while _width(short) * size / 9 > room:
        short = "…" + short.removeprefix("…")[1:]
    return short


def drawable(text: str) -> str:
    """The text for matplotlib: dollars stand for themselves, and letters that no font here has become escapes."""
    letters = missing(text)
    fonts.note_lacking(letters)
    text = text.translate(_SELECTORS)
    for letter in letters:
        text = text.replace(letter, escaped(letter))
    return text.replace("$", r"\$")


def escaped(text: str) -> str:
    """The text in ASCII, other letters as Python's escapes."""
    return text.encode("ascii", "backslashreplace").decode()


@contextmanager
def gathering() -> Iterator[None]:
    """While one figure is drawn: `numbered` tells which classes `shortened` called by their number."""
    token = _numbered.set({})
    try:
        yield
    finally:
        _numbered.reset(token)


def numbered() -> str:
    """A sentence that spells the names of those classes; "" where there is none."""
    names = [f"class {label} ({escaped(name)})" for label, name in sorted(_numbered.get({}).items())]
    return f"No font here has the letters of {listed(names, _MOST_SPELLED)}." if names else ""


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _own_letters() -> frozenset[str]:
    return frozenset(map(chr, font_manager.get_font(font_manager.findfont(FAMILY)).get_charmap())) | {"\n"}


@cache
def _chosen(letters: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """DejaVu Sans and the families to add for these letters, which it lacks, and the letters that still have none."""
    chosen = [FAMILY]
    while letters and (face := fonts.best(letters)):
        if all(font.name != face.family for font in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(face.path)  # matplotlib's list of fonts is older than this one
        chosen.append(face.family)
        letters = face.lacks(letters)
    return tuple(chosen), letters


def _width(text: str) -> float:
    font = font_manager.FontProperties(family=families(text), size=9)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])
