"""Tables of pixels, one image a row: label,pixel1..pixelN, as Kaggle's Fashion-MNIST and MNIST have it."""

from __future__ import annotations

import csv
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clothier.data.classes import FASHION_MNIST, RawLabels, class_values, to_classes
from clothier.data.options import LoadOptions
from clothier.data.split import from_arrays
from clothier.errors import DataError
from clothier.values import Dataset, Images, Split

_PLAIN = frozenset(map(str, range(256)))  # cells that need no second look

Rows = npt.NDArray[np.uint8]  # (n, 1 + pixels): the label first


def load(name: str, files: Mapping[Path, list[str]], options: LoadOptions, default_split: str) -> Dataset:
    """The data set of one file or two (training, test) with their headers.

    N is a square (grey) or three squares (colour, the channels of a pixel side by side). Classes are named by their
    labels; those of a file with fashion-mnist in its name by Fashion-MNIST's. Raises DataError naming file, row
    (counted from 1, the header included) and column for a cell that is not a whole number from 0 to 255.
    """
    options.refuse_photo_options("a table of pixels")
    shapes = [_image_shape(file, len(header) - 1) for file, header in files.items()]
    if len(set(shapes)) > 1:
        raise DataError(
            f"{' and '.join(map(str, files))} have {shapes[0]} and {shapes[1]} pixels; wanted as many"
        )
    tables = {file: read(file, header) for file, header in files.items()}
    train_file = next(iter(files))
    names = FASHION_MNIST if "fashion-mnist" in train_file.name.lower() else None
    values = class_values(tables[train_file][:, 0], names)
    splits = [_split(file, rows, values, shapes[0]) for file, rows in tables.items()]
    how = default_split if options.split == "default" else options.split
    return from_arrays(
        name,
        splits[0],
        splits[1] if len(splits) > 1 else None,
        names or [str(value) for value in values],
        how=how,
        seed=options.seed,
    )


def read(file: Path, header: list[str]) -> Rows:
    """The table's numbers, uint8 (n, columns). Raises DataError as `load`, and for a table without rows."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            text.readline()
            with warnings.catch_warnings(action="ignore", category=UserWarning):  # of a table without rows
                rows = np.loadtxt(text, np.uint8, comments=None, delimiter=",", quotechar='"', ndmin=2)
        return rows if rows.shape[1] == len(header) else _read_slowly(file, header)
    except OSError as error:
        raise DataError(
            f"cannot read {file}: {error.strerror}; check the name and the permissions"
        ) from error
    except ValueError:  # the fast reader does not say where; the slow one does
        return _read_slowly(file, header)


def _read_slowly(file: Path, header: list[str]) -> Rows:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            next(reader)
            rows = [_numbers(cells, header, f"{file}, row {reader.line_num}") for cells in reader if cells]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} is not a CSV file in UTF-8 ({error}); save it as one") from error
    if not rows:
        raise DataError(f"{file} has a header and no rows; wanted one row an image; add them")
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)


def _numbers(cells: list[str], header: list[str], where: str) -> bytes:
    if len(cells) != len(header):
        raise DataError(
            f"{where} has {len(cells)} cells; wanted {len(header)}, one for each column of the header"
        )
    if not _PLAIN.issuperset(cells):
        for cell, column in zip(cells, header, strict=True):
            _check(cell, f"{where}, column {column}")
    return bytes(map(int, cells))


def _check(cell: str, where: str) -> None:
    digits = cell.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) <= 255):
        what = f"is '{digits[:20]}'" if digits else "is missing"
        raise DataError(f"{where} {what}; wanted a whole number from 0 to 255; mend the cell")


def _image_shape(file: Path, num_pixels: int) -> tuple[int, int, int]:
    for channels in (1, 3):
        side = math.isqrt(num_pixels // channels)
        if channels * side * side == num_pixels:
            return side, side, channels
    raise DataError(
        f"{file} has {num_pixels} pixel columns; wanted a square number (grey) or three times one (colour), "
        "such as 784 = 28 x 28; check its header"
    )


def _split(file: Path, rows: Rows, values: RawLabels, shape: tuple[int, int, int]) -> Split:
    images: Images = np.ascontiguousarray(rows[:, 1:]).reshape(-1, *shape)
    return Split(images, to_classes(rows[:, 0], values, _where(file)))


def _where(file: Path) -> Callable[[int], str]:
    return lambda position: f"{file}, row {position + 2}, column label"
