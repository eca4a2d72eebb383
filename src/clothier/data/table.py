"""The source csv:FILE[,TEST_FILE]: a table of pixels or a table of photos, told apart by the header."""

from __future__ import annotations

import csv
from pathlib import Path

from clothier.data import table_paths, table_pixels
from clothier.data.options import LoadOptions
from clothier.errors import DataError
from clothier.values import Dataset

_MAX_HEADER = 2**20  # characters; a header of 3 * 2048 pixels takes a tenth


def load(argument: str, options: LoadOptions, default_split: str) -> Dataset:
    """The data set of one CSV file, or of two: training and test data.

    The header is label,pixel1..pixelN (see table_pixels) or path,label[,split] (see table_paths). Raises DataError
    for a file that cannot be read, another header, or two files of different kinds.
    """
    files = [Path(argument).expanduser()]
    if not files[0].exists() and "," in argument:
        files = [Path(part).expanduser() for part in argument.split(",", 1)]
    if len(files) > 1 and files[0] == files[1]:
        raise DataError(
            f"{files[0]} is given as training and as test data; wanted two files, or the one alone"
        )
    headers = [read_header(file) for file in files]
    layouts = [_layout(file, header) for file, header in zip(files, headers, strict=True)]
    if len(set(layouts)) > 1:
        raise DataError(
            f"{files[0]} holds {layouts[0]} and {files[1]} {layouts[1]}; wanted two tables of one kind"
        )
    read = table_pixels.load if layouts[0] == "pixels" else table_paths.load
    return read(f"csv:{argument}", dict(zip(files, headers, strict=True)), options, default_split)


def read_header(file: Path) -> list[str]:
    """The column names in lower case. Raises DataError for a file that cannot be read as text."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            line = text.readline(_MAX_HEADER)
        return [name.strip().lower() for name in next(csv.reader([line]), [])]
    except OSError as error:
        raise DataError(
            f"cannot read {file}: {error.strerror}; wanted csv:FILE or csv:FILE,TEST_FILE"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} is not a CSV file in UTF-8 ({error}); save it as one") from error


def _layout(file: Path, header: list[str]) -> str:
    if "path" in header and "label" in header:
        return "paths"
    if header[:1] == ["label"] and len(header) > 1:
        return "pixels"
    begins = ",".join(header[:4])[:60] or "nothing"
    raise DataError(
        f"{file} begins with the header '{begins}'; wanted label,pixel1,pixel2,... or path,label or "
        "path,label,split; give the table such a first line"
    )
