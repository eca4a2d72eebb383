"""Tables of pixels, one image a row: label,pixel1..pixelN, as Kaggle's Fashion-MNIST and MNIST have it."""

from __future__ import annotations

import csv
import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from clothier.data import table_header
from clothier.data.classes import FASHION_MNIST, RawLabels, class_values, to_classes
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.data.table_header import Header, opened
from clothier.errors import DataError, InputError
from clothier.values import Dataset, Images, Split

_PLAIN = frozenset(map(str, range(256)))  # cells that need no second look
_ZEROS = re.compile(r"(?<=[0-9])\.0*(?=[\s\",;|]|$)")  # those of 160.0

Rows = npt.NDArray[np.uint8]  # (n, 1 + pixels): the label first


def load(name: str, headers: Sequence[Header], options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of one table or two (training, test).

    N pixels are a square (grey) or three squares (colour, the channels of a pixel side by side). Classes are named by
    their labels; those of a file with fashion-mnist in its name by Fashion-MNIST's. Raises DataError naming file, row
    (counted from 1, the header included) and column for a cell that is not a whole number from 0 to 255, as 160 or
    160.0.
    """
    options.refuse_photo_options("a table of pixels", has_columns=True)
    if options.group and headers[0].group is None:
        raise InputError(
            f"--group is '{options.group}', and the images of {headers[0].file} are pixels; wanted a column"
        )
    shapes = [_image_shape(header.file, len(header.pixels)) for header in headers]
    if len(set(shapes)) > 1:
        files = " and ".join(str(header.file) for header in headers)
        raise DataError(f"{files} have {shapes[0]} and {shapes[1]} pixels; wanted as many")
    tables = [read(header) for header in headers]
    names = FASHION_MNIST if "fashion-mnist" in headers[0].file.name.lower() else None
    values = class_values(tables[0][:, 0], names)
    keys = {
        split: [cells[header.group].strip() for cells, _ in table_header.rows(header, "an image")]
        for split, header in zip(("train", "test"), headers, strict=False)
        if header.group is not None
    }
    splits = [_split(header, rows, values, shapes[0]) for header, rows in zip(headers, tables, strict=True)]
    return from_arrays(
        name,
        splits[0],
        splits[1] if len(splits) > 1 else None,
        names or [str(value) for value in values],
        options=options,
        default_validation=default_validation,
        keys=keys or None,
    )


def read(header: Header) -> Rows:
    """The table's labels and pixels, uint8 (n, 1 + pixels). Raises DataError as `load`, and for a table without
    rows."""
    places = [header.label, *header.pixels]
    for lines in (_lines, _mended) if len(places) == len(header.columns) else (_mended,):
        try:
            with opened(header.file) as text, warnings.catch_warnings(action="ignore", category=UserWarning):
                text.readline()
                rows = np.loadtxt(  # it warns of a table without rows
                    lines(text, header),
                    np.uint8,
                    comments=None,
                    delimiter=header.delimiter,
                    quotechar='"',
                    usecols=None if lines is _lines else places,
                    ndmin=2,
                )
        except ValueError:  # it does not say where; the slow reader does
            continue
        if rows.size and rows.shape[1] == len(places):
            in_order = lines is _mended or places == list(range(len(places)))
            return rows if in_order else np.ascontiguousarray(rows[:, places])
    return _read_slowly(header, places)


def _lines(text: IO[str], header: Header) -> Iterable[str]:
    return text


def _mended(text: IO[str], header: Header) -> Iterator[str]:
    """The lines with 160 in place of 160.0; ValueError where one has another number of cells than the header."""
    for line in text:
        if line.strip():
            num_cells = line.count(header.delimiter) + 1
            if '"' in line:
                num_cells = len(next(csv.reader([line], delimiter=header.delimiter, skipinitialspace=True)))
            if num_cells != len(header.columns):
                raise ValueError("cells are missing, or too many")
            yield _ZEROS.sub("", line)


def _read_slowly(header: Header, places: list[int]) -> Rows:
    rows = [_numbers(cells, header, places, where) for cells, where in table_header.rows(header, "an image")]
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)


def _numbers(cells: list[str], header: Header, places: list[int], where: str) -> bytes:
    chosen = [cells[place] for place in places]
    if not _PLAIN.issuperset(chosen):
        chosen = [_whole(cells[place], f"{where}, column {header.columns[place]}") for place in places]
    return bytes(map(int, chosen))


def _whole(cell: str, where: str) -> str:
    digits = _ZEROS.sub("", cell.strip())
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) <= 255):
        what = f"is '{cell.strip()[:20]}'" if digits else "is missing"
        raise DataError(f"{where} {what}; wanted a whole number from 0 to 255; correct the cell")
    return digits


def _image_shape(file: Path, num_pixels: int) -> tuple[int, int, int]:
    for channels in (1, 3):
        side = math.isqrt(num_pixels // channels)
        if channels * side * side == num_pixels:
            return side, side, channels
    raise DataError(
        f"{file} has {num_pixels} pixel columns; wanted a square number (grey) or three times one (colour), "
        "such as 784 = 28 x 28; check its header"
    )


def _split(header: Header, rows: Rows, values: RawLabels, shape: tuple[int, int, int]) -> Split:
    images: Images = np.ascontiguousarray(rows[:, 1:]).reshape(-1, *shape)
    column = header.columns[header.label]

    def where(position: int) -> str:
        return f"{header.file}, row {position + 2}, column {column}"

    return Split(images, to_classes(rows[:, 0], values, where))
