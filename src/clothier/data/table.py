"""The source csv:FILE[,TEST_FILE]: a table of pixels or a table of photos, told apart by the header."""

from __future__ import annotations

from pathlib import Path

from clothier.data import table_header, table_paths, table_pixels
from clothier.data.options import LoadOptions
from clothier.data.photos import Listed
from clothier.data.table_header import Header
from clothier.errors import DataError
from clothier.values import Dataset


def load(argument: str, options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of one table, or of two: training and test data.

    A header names a label and pixels (see table_pixels) or a label, a path and perhaps a split (see table_paths), in
    any order and by the names that `table_header` knows; other columns are not used, which is told. Cells stand between
    commas, semicolons, tabs or bars. Raises DataError for a file that cannot be read, another header, or two files of
    different kinds.
    """
    headers = _headers(argument, options)
    read = table_pixels.load if headers[0].layout == "pixels" else table_paths.load
    return read(f"csv:{argument}", headers, options, default_validation)


def pictures(argument: str, options: LoadOptions) -> Listed | None:
    """The labelled photos of the tables, not decoded; None where these hold pixels. Errors as `load`."""
    headers = _headers(argument, options)
    return None if headers[0].layout == "pixels" else table_paths.pictures(headers, options)


def _headers(argument: str, options: LoadOptions) -> list[Header]:
    files = named_files(argument)
    if len(files) > 1 and files[0] == files[1]:
        raise DataError(
            f"{files[0]} is given as training and as test data; wanted two files, or the one alone"
        )
    headers = [table_header.read(file, options.group) for file in files]
    layouts = [header.layout for header in headers]
    if len(set(layouts)) > 1:
        raise DataError(
            f"{files[0]} holds {layouts[0]} and {files[1]} {layouts[1]}; wanted two tables of one kind"
        )
    for header in headers:
        if unused := header.unused():
            options.tell(unused)
    return headers


def named_files(argument: str) -> list[Path]:
    """The file of that name, or the two that a comma parts: where names hold commas, those that are there."""
    whole = Path(argument).expanduser()
    places = [place for place, letter in enumerate(argument) if letter == ","]
    if not places or whole.exists():
        return [whole]
    pairs = [
        [Path(part).expanduser() for part in (argument[:place], argument[place + 1 :])] for place in places
    ]
    return next((pair for pair in pairs if all(path.exists() for path in pair)), pairs[0])
