"""Tables of photos, one a row: path,label[,split]."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clothier.data import photos, table_header
from clothier.data.cache.photos import Photo
from clothier.data.options import LoadOptions
from clothier.data.photos import SPLIT_NAMES, Listed
from clothier.data.table_header import Header
from clothier.errors import DataError
from clothier.values import Dataset, csvtext
from clothier.values.names import in_order

_NUMBER = re.compile(r"(\d+)([.,]0*)?")


@dataclass(frozen=True)
class _Row:
    path: Path
    label: str
    split: str
    where: str
    group: str


def load(name: str, headers: Sequence[Header], options: LoadOptions, default_validation: str) -> Dataset:
    """The data set of one table or two (training, test).

    Paths are relative to their CSV file, with slashes or backslashes; labels are any text, without the apostrophe by
    which our own tables shield names from spreadsheets (csvtext), and the classes are in the order of `in_order`;
    splits go by `SPLIT_NAMES`. Raises DataError naming file and row for a cell that is missing
    or unknown, or a photo listed twice; and as `photos.load`.
    """
    listed = pictures(headers, options)
    if "train" not in listed.splits:
        raise DataError(
            f"{headers[0].file} lists no photo of the train split; wanted some; correct its split column"
        )
    return photos.load(name, listed, options, default_validation)


def pictures(headers: Sequence[Header], options: LoadOptions) -> Listed:
    """The labelled photos of one table or two, not decoded; errors as `load`, but for splits and classes."""
    for header in headers:
        if len(headers) > 1 and header.split is not None:
            raise DataError(
                f"{header.file} has a split column and two files are given; wanted one or the other"
            )
    rows = _whole_labels(
        [
            _row(header, cells, where, split)
            for header, split in zip(headers, ("train", "test"), strict=False)
            for cells, where in table_header.rows(header, "a photo")
        ]
    )
    _refuse_repeated(rows)
    folder = headers[0].file.parent
    class_names = in_order({row.label for row in rows})
    numbers = {label: number for number, label in enumerate(class_names)}
    splits: dict[str, list[Photo]] = {}
    for row in rows:
        splits.setdefault(row.split, []).append(
            Photo(row.path, os.path.relpath(row.path, folder), numbers[row.label], row.group)
        )
    is_divided = len(headers) > 1 or headers[0].split is not None
    return Listed(splits, tuple(class_names), is_divided)


def _row(header: Header, cells: list[str], where: str, default_split: str) -> _Row:
    columns = header.columns

    def value(place: int) -> str:
        cell = csvtext.unshielded(cells[place].strip())
        if not cell:
            raise DataError(f"{where}, column {columns[place]} is missing; wanted a value; fill the cell")
        if "\0" in cell:
            raise DataError(
                f"{where}, column {columns[place]} holds a null byte; wanted text; save the table again"
            )
        return cell

    path = value(header.path or 0)
    word = value(header.split) if header.split is not None else default_split
    split = SPLIT_NAMES.get(word.lower())
    if split is None:
        raise DataError(
            f"{where}, column {columns[header.split or 0]} is '{word}'; wanted train, validation or test"
        )
    place = _place(header.file.parent, path)
    group = os.path.relpath(place.parent, header.file.parent)
    if header.group is not None:
        group = csvtext.unshielded(cells[header.group].strip())
    return _Row(place, value(header.label), split, where, "" if group == os.curdir else group)


def _place(folder: Path, path: str) -> Path:
    """Where the photo is. A table that was written on Windows has backslashes between folders, which may be part of a
    name elsewhere."""
    place = folder / path
    return folder / path.replace("\\", "/") if "\\" in path and not os.path.lexists(place) else place


def _whole_labels(rows: list[_Row]) -> list[_Row]:
    """Labels that are all whole numbers without the ".0", or in other countries ",0", of programs that took them for
    measurements."""
    numbers = [_NUMBER.fullmatch(row.label) for row in rows]
    if not any(number and number[2] for number in numbers):
        return rows
    whole = [replace(row, label=number[1]) for row, number in zip(rows, numbers, strict=True) if number]
    return whole if len(whole) == len(rows) else rows


def _refuse_repeated(rows: list[_Row]) -> None:
    seen: dict[str, _Row] = {}
    for row in rows:
        before = seen.setdefault(os.path.normpath(row.path), row)
        if before is not row:
            raise DataError(
                f"{row.where} lists {row.path} again, first listed in {before.where}; remove one of them"
            )
