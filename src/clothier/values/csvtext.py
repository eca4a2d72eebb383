"""Rows -> the text of a CSV file that a spreadsheet takes as text and numbers, never as formulas; and back.

A spreadsheet computes a cell that begins with = + - @, a tab or a carriage return, and names of classes and files,
which others may choose, can begin so. Such a word gets an apostrophe before it, by which spreadsheets mark text; so
does a word that begins with an apostrophe itself, so that each comes back as it was. Source: CWE-1236, and OWASP, "CSV
Injection". The pages' own scripts do the same (`serve/page/visit.js`, `explorer/selection.js`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

BOM = "\ufeff"  # before what people open: without, Excel takes UTF-8 for the system's own encoding
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "'")


def line(cells: Iterable[object]) -> str:
    """One row with its line end. Numbers are written as they are; words are shielded."""
    text = io.StringIO()
    # With this line end both of its characters are quoted where a word holds them; with "\n", a "\r" is not.
    csv.writer(text, lineterminator="\r\n").writerow(
        shielded(cell) if isinstance(cell, str) else cell for cell in cells
    )
    return text.getvalue().removesuffix("\r\n") + "\n"


def table(rows: Iterable[Iterable[object]]) -> str:
    """All rows, each as `line` writes it."""
    return "".join(map(line, rows))


def shielded(word: str) -> str:
    """The word as a cell holds it.

    >>> shielded("=1+1.png"), shielded("'tis"), shielded("coat")
    ("'=1+1.png", "''tis", 'coat')
    """
    return f"'{word}" if word.startswith(_COMPUTED) else word


def unshielded(cell: str) -> str:
    """The word that `shielded` gave, or the cell itself where it shields nothing.

    >>> unshielded("'=1+1.png"), unshielded("''tis"), unshielded("'tis")
    ('=1+1.png', "'tis", "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_COMPUTED) else cell
