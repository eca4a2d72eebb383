"""What a class may be called: one rule for data sets and model files, so that what is trained can be kept.

Names of every script pass, with the spaces and joiners that they are written with. What would break a line, or turn
the text around it, does not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

MOST_CLASSES = 10_000
MOST_LETTERS = 255  # of a name; no folder has a longer one
MOST_BYTES = 2**18  # of all names together in UTF-8

# Embeddings, overrides and isolates: the text behind one is shown in another order. Source: N. Boucher and R. Anderson,
# "Trojan Source: Invisible Vulnerabilities", 2021.
_TURNING = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
_BREAKING = ("Cc", "Cs", "Zl", "Zp")  # controls, half characters, ends of lines and of paragraphs
_JOINERS = "\u200c\u200d"  # Persian and Indic words, and emoji, differ by them
# Unicode names no control character.
_CONTROLS = {
    "\0": "NULL",
    "\b": "BACKSPACE",
    "\t": "CHARACTER TABULATION",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}


def is_plain(character: str) -> bool:
    """Whether a text with it stays one line, in its own order, that UTF-8 can hold."""
    return character not in _TURNING and unicodedata.category(character) not in _BREAKING


def plain(text: str) -> str:
    """The text with a � for each character that is not plain."""
    return "".join(character if is_plain(character) else "\ufffd" for character in text)


def escaped(text: str) -> str:
    r"""The text with an escape, such as \t, for each character that does not show as itself: for a line of words."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def in_order(names: Iterable[str]) -> list[str]:
    """The names sorted: by number where all are whole numbers (2 before 10), else as text."""
    sorted_names = sorted(names)
    if all(name.isdecimal() and len(name) <= MOST_LETTERS for name in sorted_names):
        sorted_names.sort(key=int)  # keeps "007" before "7"
    return sorted_names


def differing_in_case(names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ in capitals alone, such as Hat and hat: perhaps one class, written in two ways."""
    seen: dict[str, str] = {}
    return [
        (seen[key], name) for name in names if (key := name.casefold()) in seen or seen.update({key: name})
    ]


def fault(names: Sequence[str]) -> str:
    """What is wrong with these names of classes, what was wanted and what to do; nothing where all is well."""
    if len(names) > MOST_CLASSES:
        return f"there are {len(names):,} classes; wanted at most {MOST_CLASSES:,}; join some"
    for name in names:
        if wrong := _fault_of_one(name):
            return wrong
    total = sum(len(name.encode()) for name in names)
    if total > MOST_BYTES:
        return f"the classes' names have {total:,} bytes in all; wanted at most {MOST_BYTES:,}; shorten them"
    return _fault_of_likes(names)


def _fault_of_one(name: str) -> str:
    for character in name:
        if not is_plain(character):
            return (
                f"class '{escaped(name)[:80]}' has {_described(character)} in its name; "
                "wanted letters, spaces and signs in one line; rename it"
            )
    if len(name) > MOST_LETTERS:
        return (
            f"class '{escaped(name[:40])}...' has a name of {len(name):,} characters; "
            f"wanted at most {MOST_LETTERS}; shorten it"
        )
    if not look(name).strip(_JOINERS):
        return f"class {ascii(name)[:80]} has a name that shows nothing; wanted letters or signs; rename it"
    return ""


def _fault_of_likes(names: Sequence[str]) -> str:
    seen: dict[str, str] = {}
    for name in names:
        shown = look(name)
        if shown in seen:
            return (
                f"the classes {ascii(seen[shown])[:80]} and {ascii(name)[:80]} look the same when shown; "
                "wanted names that the eye tells apart; rename one, or join the two"
            )
        seen[shown] = name
    return ""


def look(name: str) -> str:
    """What is seen of a name: the same for all ways to write an accent, all kinds of space, and with or without what
    is invisible."""
    seen = (
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", name)
        if c in _JOINERS or unicodedata.category(c) != "Cf"
    )
    return " ".join("".join(seen).split())


def _described(character: str) -> str:
    """The character by number and name, or the byte that stands behind half a character."""
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # as Python reads a file's name that is no UTF-8
        return f"the byte 0x{number - 0xDC00:02X}, which is no UTF-8,"
    if unicodedata.category(character) == "Cs":
        return f"U+{number:04X} (half of a character)"
    name = _CONTROLS.get(character) or unicodedata.name(character, "a control character")
    return f"U+{number:04X} ({name})"
