"""Tables of photos, one a row: path,label[,split]."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clothier import csvtext
from clothier.data import photos
from clothier.data.cache import Photo
from clothier.data.options import LoadOptions
from clothier.data.photos import SPLIT_NAMES
from clothier.errors import DataError
from clothier.values import Dataset
from clothier.values.names import in_order

COLUMNS = ("path", "label", "split")


@dataclass(frozen=True)
class _Row:
    path: Path
    label: str
    split: str
    where: str


def load(name: str, files: Mapping[Path, list[str]], options: LoadOptions, default_split: str) -> Dataset:
    """The data set of one file or two (training, test) with their headers.

    Paths are relative to their CSV file; labels are any text, without the apostrophe by which our own tables shield
    names from spreadsheets (csvtext), and the classes are in the order of `in_order`; splits
    are train, validation (val, valid) and test. Raises DataError naming file and row for a cell that is missing or
    unknown, a column that is unknown, or a photo listed twice; and as `photos.load`.
    """
    for file, header in files.items():
        unknown = [column for column in header if column not in COLUMNS]
        if unknown or len(set(header)) < len(header):
            raise DataError(
                f"{file} has the columns {','.join(header)}; wanted path,label or path,label,split"
            )
        if len(files) > 1 and "split" in header:
            raise DataError(f"{file} has a split column and two files are given; wanted one or the other")
    rows = [
        row
        for (file, header), split in zip(files.items(), ("train", "test"), strict=False)
        for row in _read(file, header, split)
    ]
    _refuse_repeated(rows)
    first = next(iter(files))
    class_names = in_order({row.label for row in rows})
    numbers = {label: number for number, label in enumerate(class_names)}
    splits: dict[str, list[Photo]] = {}
    for row in rows:
        splits.setdefault(row.split, []).append(
            Photo(row.path, os.path.relpath(row.path, first.parent), numbers[row.label])
        )
    if "train" not in splits:
        raise DataError(f"{first} lists no photo of the train split; wanted some; mend its split column")
    flat = len(files) == 1 and "split" not in files[first]
    return photos.load(name, splits, class_names, options, default_split, hold_out_test=flat)


def _read(file: Path, header: list[str], default_split: str) -> Iterator[_Row]:
    count = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            next(reader)
            for cells in reader:
                if cells:
                    count += 1
                    yield _row(file, cells, header, f"{file}, row {reader.line_num}", default_split)
    except OSError as error:
        raise DataError(
            f"cannot read {file}: {error.strerror}; check the name and the permissions"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} is not a CSV file in UTF-8 ({error}); save it as one") from error
    if count == 0:
        raise DataError(f"{file} has a header and no rows; wanted one row a photo; add them")


def _row(file: Path, cells: list[str], header: list[str], where: str, default_split: str) -> _Row:
    if len(cells) != len(header):
        raise DataError(
            f"{where} has {len(cells)} cells; wanted {len(header)}, one for each column of the header"
        )
    values = {column: csvtext.unshielded(cell.strip()) for column, cell in zip(header, cells, strict=True)}
    for column, value in values.items():
        if not value:
            raise DataError(f"{where}, column {column} is missing; wanted a value; fill the cell")
    split = SPLIT_NAMES.get(values.get("split", default_split).lower())
    if split is None:
        raise DataError(f"{where}, column split is '{values['split']}'; wanted train, validation or test")
    return _Row(file.parent / values["path"], values["label"], split, where)


def _refuse_repeated(rows: list[_Row]) -> None:
    seen: dict[str, _Row] = {}
    for row in rows:
        before = seen.setdefault(os.path.normpath(row.path), row)
        if before is not row:
            raise DataError(
                f"{row.where} lists {row.path} again, first listed in {before.where}; remove one of them"
            )
