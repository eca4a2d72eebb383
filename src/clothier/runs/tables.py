"""A CSV file of a run -> its columns of text, or its rows of numbers and words."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from clothier.errors import RunError
from clothier.values.fields import Fields


def columns(
    data: bytes, path: Path, names: Sequence[str], remedy: str, either: Sequence[str] = ()
) -> dict[str, list[str]]:
    """The cells of each of those columns, from the top, and of the one of `either` that is there, under the name of the
    first; other columns are left out.

    Raises RunError where a column is missing, a row is cut, or the file is no text.
    """
    try:
        rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        raise RunError(
            f"{path} is not a CSV file ({error}); wanted the one clothier wrote; {remedy}"
        ) from error
    header, body = rows[:1], rows[1:]
    places = {name: place for place, name in enumerate(header[0] if header else [])}
    if either:
        names = (*names, either[0])
        places[either[0]] = next((places[name] for name in either if name in places), -1)
    if missing := [name for name in names if places.get(name, -1) < 0]:
        raise RunError(f"{path} lacks {', '.join(missing)}; wanted the columns {', '.join(names)}; {remedy}")
    for number, row in enumerate(body, start=2):
        if len(row) != len(header[0]):
            raise RunError(f"{path} has {len(row)} cells in line {number}; wanted {len(header[0])}; {remedy}")
    return {name: [row[places[name]] for row in body] for name in names}


def rows(data: bytes, path: Path, names: Sequence[str], remedy: str) -> list[Fields]:
    """The rows with numbers where cells are, and None where they are empty. Errors as `columns`."""
    cells = columns(data, path, names, remedy)
    return [
        Fields(dict(zip(names, map(_value, row), strict=True)), f"{path}, line {number}", RunError)
        for number, row in enumerate(zip(*cells.values(), strict=True), start=2)
    ]


def _value(cell: str) -> int | float | str | None:
    if not cell:
        return None
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
