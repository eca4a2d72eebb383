"""The first line of a table -> what its columns mean, by the names that tables in use give them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from clothier.data import groups
from clothier.errors import DataError
from clothier.system.files import check_file
from clothier.values.wording import counted, listed

_MAX_LINE = 2**20  # characters; a header of 3 * 2048 pixels takes a tenth
_DELIMITERS = ",;\t|"
_MANY = 4  # columns, of which all but the label may be pixels without being called so
_SHOWN = 5  # columns that are named where they are not used
# Names without case, spaces, dashes and underscores; the first is ours, and is taken before the others.
_MEANINGS = {
    "label": ("label", "category", "class", "classlabel", "classname", "labelname", "target"),
    "path": (
        "path",
        "file",
        "filename",
        "filepath",
        "image",
        "imagefile",
        "imagename",
        "imagepath",
        "img",
        "photo",
    ),
    "split": ("split", "subset"),
}
_PIXEL = re.compile(r"(pixel|px|p|x)?\d+(x\d+)?")
_WANTED = "label,pixel1,pixel2,... or path,label or path,label,split"


@dataclass(frozen=True)
class Header:
    """The columns of a table, in lower case, and what stands between them. `label`, `path`, `split`, `pixels` and
    `group` are places of columns; a table is of pixels or of paths."""

    file: Path
    columns: tuple[str, ...]
    delimiter: str
    label: int
    path: int | None = None
    split: int | None = None
    pixels: tuple[int, ...] = ()
    group: int | None = None

    @property
    def layout(self) -> str:
        return "pixels" if self.pixels else "paths"

    def unused(self) -> str:
        """A sentence about the columns that are not read; "" where all are."""
        used = {self.label, self.path, self.split, self.group, *self.pixels}
        rest = [name or "one without a name" for place, name in enumerate(self.columns) if place not in used]
        if not rest:
            return ""
        return f"{self.file}: columns that are not used: {listed(rest, _SHOWN)}"


def read(file: Path, group: str = "") -> Header:
    """The header of a table, whose images are grouped by the column `group` if it names one. Raises InputError for a
    column that there is not, DataError for a file that cannot be read as text, and a line that names no label,
    or neither paths nor pixels."""
    with opened(file, "wanted csv:FILE or csv:FILE,TEST_FILE") as text:
        line = text.readline(_MAX_LINE)
    rows = {mark: next(csv.reader([line], delimiter=mark, skipinitialspace=True), []) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(rows[mark]))
    columns = [name.strip().lower() for name in rows[delimiter]]
    places = {meaning: _place(file, columns, meaning) for meaning in _MEANINGS}
    label, path = places["label"], places["path"]
    grouped = groups.column(group, columns, file)
    pixels = [
        place for place, name in enumerate(columns) if _PIXEL.fullmatch(_bare(name)) and place != grouped
    ]
    if label == 0 and path is None and not pixels and len(columns) > _MANY:  # whatever they are called
        pixels = [place for place in range(1, len(columns)) if place != grouped]
    if label is None or (path is None and not pixels):
        raise _unknown(file, columns, label, path, pixels)
    if path is not None and len(pixels) <= 1:
        pixels = []
    return Header(file, tuple(columns), delimiter, label, path, places["split"], tuple(pixels), grouped)


@contextmanager
def opened(file: Path, wanted: str = "check the name and the permissions") -> Iterator[IO[str]]:
    """The table as text; DataError for what cannot be read as such, here or in the block."""
    check_file(file, DataError)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            yield text
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror}; {wanted}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file} is not a CSV file in UTF-8 ({error}); save it as one") from error


def rows(header: Header, thing: str) -> Iterator[tuple[list[str], str]]:
    """The cells of each row below the header, one for each column, and what to call the row in messages. Raises
    DataError for a row of another length, and a table without rows; `thing` is what a row holds."""
    file, columns, is_empty = header.file, header.columns, True
    with opened(file) as text:
        reader = csv.reader(text, delimiter=header.delimiter, skipinitialspace=True)
        next(reader)
        for cells in filter(None, reader):
            where, is_empty = f"{file}, row {reader.line_num}", False
            if len(cells) != len(columns):
                raise DataError(
                    f"{where} has {counted(len(cells), 'cell')}; wanted {len(columns)}, one for each column of the "
                    "header"
                )
            yield cells, where
    if is_empty:
        raise DataError(f"{file} has a header and no rows; wanted one row {thing}; add them")


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]", "", name)


def _place(file: Path, columns: list[str], meaning: str) -> int | None:
    """Where the column of that meaning is; DataError where it could be several."""
    found = [place for place, name in enumerate(columns) if _bare(name) in _MEANINGS[meaning]]
    ours = [place for place in found if columns[place] == meaning]
    chosen = ours or found
    if len(chosen) > 1:
        raise DataError(
            f"{file} has several columns for the {meaning}: {', '.join(columns[place] for place in chosen)}; "
            f"wanted one; name the right one '{meaning}' and rename the others"
        )
    return chosen[0] if chosen else None


def _unknown(
    file: Path, columns: list[str], label: int | None, path: int | None, pixels: list[int]
) -> DataError:
    begins = ",".join(columns[:4])[:60] or "nothing"
    hint = "give the table such a first line"
    if path is not None:
        hint = "rename the column of the classes 'label'"
    elif label is not None:
        hint = "rename the column of the file names 'path'"
    elif pixels and len(pixels) < len(columns):
        hint = "name the column of the classes 'label'"
    return DataError(f"{file} begins with the header '{begins}'; wanted {_WANTED}; {hint}")
