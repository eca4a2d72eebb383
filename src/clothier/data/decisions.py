"""labels.csv: decisions about labels, one a row, in the order in which they were made.

Its columns are COLUMNS. `id` is the image's: its file as the data name it, or else its split and row, such as train/17.
`path` is where the photo is, or a digest of the pixels of an image without a file. `old` is the label in the data,
empty for a photo that has none; `new` is the one it gets, empty for an image to leave out. The last row of an id
counts. A row with the reason `undo` takes back the one before it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clothier.errors import DataError, unknown_name
from clothier.system.files import read_file
from clothier.values import csvtext
from clothier.values.names import escaped

COLUMNS = ("id", "path", "old", "new", "reason", "time")
MOST_BYTES = 2**28
MOST_LETTERS = 5000  # of a cell
CHANGED, KEPT, LEFT_OUT, LABELLED, UNDO = "changed", "kept", "left out", "labelled", "undo"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")
_REMEDY = "wanted the file that `clothier label` writes"


@dataclass(frozen=True)
class Decision:
    """One row. `old` and `new` are class names, or "" as the module says; `line` is where it stands in the file."""

    id: str
    path: str
    old: str
    new: str
    reason: str
    time: str
    line: int = field(default=0, compare=False)

    @property
    def is_left_out(self) -> bool:
        return not self.new

    def text(self) -> str:
        """The row as the file holds it."""
        return csvtext.line((self.id, self.path, self.old, self.new, self.reason, self.time))


@dataclass
class History:
    """Decisions, replayed. `made` are those in force, oldest first, `current` the last of each id, and `versions`
    the number of rows of each id, undone ones among them. `num_rows` counts all rows."""

    made: list[Decision] = field(default_factory=list)
    current: dict[str, Decision] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    num_rows: int = 0

    def add(self, row: Decision) -> None:
        """Replay one more row."""
        self.num_rows += 1
        self.versions[row.id] = self.versions.get(row.id, 0) + 1
        if row.reason != UNDO:
            self.made.append(row)
            self.current[row.id] = row
            return
        self.current.pop(row.id, None)
        for place in reversed(range(len(self.made))):
            if self.made[place].id == row.id:
                del self.made[place]
                break
        if before := next((made for made in reversed(self.made) if made.id == row.id), None):
            self.current[row.id] = before

    def undoing(self, time: str) -> list[Decision]:
        """The rows that take back the last decision in force, or those that were made together with it, at the same
        time; none where there is none."""
        together: list[Decision] = []
        place = len(self.made)
        while place and (not together or (self.made[place - 1].time == together[0].time != "")):
            place -= 1
            together.append(self.made[place])
        ids = {made.id for made in together}
        before = {made.id: made.new for made in self.made[:place] if made.id in ids}
        return [
            Decision(made.id, made.path, made.old, before.get(made.id, made.old), UNDO, time)
            for made in together
        ]


def read(path: Path, num_rows: int | None = None) -> History:
    """The decisions in that file, or in its first `num_rows` rows: what was appended since does not count.

    A last row that was cut short, as a power cut leaves it, is passed over. Raises DataError for a file that cannot be
    read or is not one of decisions, naming the line.
    """
    try:
        content = read_file(path, MOST_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"cannot read {escaped(str(path))}: {reason}; {_REMEDY}") from error
    history = History()
    replay(history, content[: whole(content)], path, num_rows)
    if num_rows is not None and history.num_rows < num_rows:
        raise DataError(
            f"{path} has {history.num_rows:,} decisions, and {num_rows:,} were read before; wanted that file, to which "
            "rows are only added"
        )
    return history


def replay(
    history: History, content: bytes, path: Path, num_rows: int | None = None, first_line: int = 1
) -> int:
    """Add the whole rows in `content`, up to `num_rows` in all; the number of its lines. It begins with the header, or
    where it continues a file at `first_line`, without. Errors as `read`."""
    try:
        text = content.decode("utf-8-sig" if first_line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); {_REMEDY}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if first_line == 1 and (header := next(reader, None)) not in (None, list(COLUMNS)):
            found = escaped(",".join(header or ()))[:80]
            raise DataError(
                f"{path} begins with '{found}'; wanted the columns {','.join(COLUMNS)}; {_REMEDY}"
            )
        start = reader.line_num
        for cells in reader:
            if history.num_rows == num_rows:
                break
            if cells:
                row = _row(cells, first_line + start, path)
                _check(history, row, path)
                history.add(row)
            start = reader.line_num
    except csv.Error as error:
        raise DataError(f"{path}, line {first_line + reader.line_num - 1}: {error}; {_REMEDY}") from None
    return reader.line_num


def check_classes(history: History, path: Path, class_names: Sequence[str]) -> None:
    """DataError for a decision in force that names a class which the data do not have."""
    known = set(class_names)
    for row in history.current.values():
        for name in (row.old, row.new):
            if name and name not in known:
                raise DataError(
                    f"{path}, line {row.line}: {unknown_name('class', escaped(name), class_names)}"
                )


def whole(content: bytes, *, is_start: bool = True) -> int:
    """The length of what is whole: all, or all but a last row that was cut short. `is_start` says whether this is the
    beginning of the file, where the header is."""
    if is_start and csvtext.line(COLUMNS).encode().startswith(content):
        return len(content) if content.endswith(b"\n") else 0
    text = content.decode("utf-8", "surrogateescape")
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, strict=True)
    start = 0
    cells: list[str] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            if reader.line_num >= len(lines) and (start or not is_start):  # an open quote
                return _bytes(lines[:start])
            return len(content)  # a fault of another kind, which reading tells
        if reader.line_num < len(lines):
            start = reader.line_num
    is_whole = len(cells) == len(COLUMNS) and _TIME.fullmatch(cells[-1])
    if text.endswith(("\n", "\r")) or is_whole or (is_start and not start):
        return len(content)  # what is no header is told by who reads it
    return _bytes(lines[:start])


def _bytes(lines: Sequence[str]) -> int:
    return sum(len(line.encode("utf-8", "surrogateescape")) for line in lines)


def _row(cells: list[str], line: int, path: Path) -> Decision:
    where = f"{path}, line {line}"
    if len(cells) != len(COLUMNS):
        raise DataError(
            f"{where} has {len(cells)} cells; wanted {len(COLUMNS)}: {','.join(COLUMNS)}; correct it"
        )
    if any(len(cell) > MOST_LETTERS or "\0" in cell for cell in cells):
        raise DataError(
            f"{where} has a cell of more than {MOST_LETTERS} characters, or a null byte; correct it"
        )
    image, place, old, new, reason, time = map(csvtext.unshielded, cells)
    if not image:
        raise DataError(f"{where} has no id; wanted the image's; correct it")
    return Decision(image, place, old, new, reason, time, line)


def _check(history: History, row: Decision, path: Path) -> None:
    """DataError for a row that contradicts those before it."""
    before = history.current.get(row.id)
    where = f"{path}, line {row.line}"
    if before is not None and before.old != row.old:
        raise DataError(
            f"{where}: the old label of '{escaped(row.id)}' is '{escaped(row.old)}', and in line {before.line} it is "
            f"'{escaped(before.old)}'; wanted the same; correct one"
        )
    if row.reason == UNDO and before is None:
        raise DataError(
            f"{where} takes back a decision about '{escaped(row.id)}', and there is none; remove the row"
        )
