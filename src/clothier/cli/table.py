"""How wide the columns of a table are on a terminal: words stay whole."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

GAP = 2  # columns of the terminal between two of the table
_LONGEST = 16  # longer words, such as paths, may be cut


def widths(
    columns: Sequence[str], rows: Sequence[Sequence[str]], is_number: Sequence[bool], room: int
) -> list[int] | None:
    """The width of each column so that the table fits into `room`; None where it does not without cutting words.

    Headings fold first, then cells of words, then cells of several numbers; all between words.
    """
    headings = list(map(_longest_word, columns))
    cells = [max((cell_len(row[place]) for row in rows), default=0) for place in range(len(columns))]
    words = [
        min(_LONGEST, max((_longest_word(row[place]) for row in rows), default=0))
        for place in range(len(columns))
    ]
    mixed = [cell if number else word for cell, word, number in zip(cells, words, is_number, strict=True)]
    room -= GAP * (len(columns) - 1)
    chosen = [max(cell_len(column), cell) for column, cell in zip(columns, cells, strict=True)]
    for least in (cells, mixed, words):
        least = list(map(max, headings, least))
        while sum(chosen) > room and chosen != least:
            spare = [wide - low for wide, low in zip(chosen, least, strict=True)]
            widest = max((place for place in range(len(chosen)) if spare[place]), key=chosen.__getitem__)
            chosen[widest] -= 1
    return chosen if sum(chosen) <= room else None


def _longest_word(text: str) -> int:
    return max(map(cell_len, text.split()), default=0)
