"""Numbers of things, and lists of them, as sentences say them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str, plural: str = "") -> str:
    """The number and the noun, which takes an s unless the plural is given.

    >>> counted(1, "photo"), counted(3409, "photo"), counted(0, "class", "classes")
    ('1 photo', '3,409 photos', '0 classes')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(words: Sequence[str], most: int, noun: str = "", plural: str = "") -> str:
    """The first `most` of the words, and how many more there are.

    >>> listed(["a", "b", "c"], 3), listed(["a", "b", "c"], 2), listed(["a", "b", "c"], 1, "class", "classes")
    ('a, b, c', 'a, b and 1 more', 'a and 2 more classes')
    """
    shown, rest = ", ".join(words[:most]), len(words) - most
    if rest <= 0:
        return shown
    plural = plural or (f"{noun}s" if noun else "")
    return f"{shown} and {counted(rest, f'more {noun}'.rstrip(), f'more {plural}'.rstrip())}"


def duration(seconds: float) -> str:
    """A time as a person says it.

    >>> duration(48), duration(700), duration(11_100)
    ('48 s', '12 min', '3 h 05 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
