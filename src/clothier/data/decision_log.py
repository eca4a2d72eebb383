"""labels.csv as it grows: rows are appended one after the other, each on the disk before the next."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from clothier.data import decisions
from clothier.data.decisions import COLUMNS, Decision, History
from clothier.errors import WriteError
from clothier.system import locks
from clothier.system.files import check_file_place, sync, sync_folder
from clothier.values import csvtext

_HEADER = csvtext.line(COLUMNS).encode()


class DecisionLog:
    """The decisions in a file, which need not be there yet, and which other processes may append to at the same time.

    Raises DataError where the file is not one of decisions, WriteError where it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        check_file_place(path)
        self.path = path
        self._forget()
        if path.exists():
            self.refresh()

    def refresh(self) -> History:
        """The decisions that the file holds now."""
        try:
            with self.path.open("rb") as file:
                self._follow(file)
        except FileNotFoundError:
            self._forget()
        except OSError as error:
            decisions.read(self.path)  # which says what is wrong
            raise WriteError(self.path, error) from error
        return self.history

    def append(self, make: Callable[[History], Sequence[Decision]]) -> History:
        """Add the rows that `make` makes of the decisions so far, all of them or none, and wait until the disk has
        them. No other process appends meanwhile. What `make` raises is passed on, and nothing is written then."""
        try:
            with _locked(self.path) as file:
                self._follow(file)
                rows = make(self.history)
                if rows:
                    self._write(file, "".join(row.text() for row in rows).encode())
                    for row in rows:
                        self.history.add(row)
        except OSError as error:
            raise WriteError(self.path, error) from error
        return self.history

    def _forget(self) -> None:
        self.history, self._size, self._lines, self._inode = History(), 0, 0, 0

    def _follow(self, file: IO[bytes]) -> None:
        """Replay what was appended since, or everything where the file is another one now."""
        state = os.fstat(file.fileno())
        if state.st_ino != self._inode or state.st_size < self._size:
            self._forget()
        if state.st_size > decisions.MOST_BYTES:
            raise OSError(errno.EFBIG, f"it has more than {decisions.MOST_BYTES:,} bytes", str(self.path))
        self._inode = state.st_ino
        if state.st_size == self._size:
            return
        file.seek(self._size)
        content = file.read()
        content = content[: decisions.whole(content, is_start=not self._size)]
        self._lines += decisions.replay(self.history, content, self.path, first_line=self._lines + 1)
        self._size += len(content)

    def _write(self, file: IO[bytes], content: bytes) -> None:
        """Put the content after the last whole row; where it does not fit, the file stays as it was up to there."""
        file.seek(max(0, self._size - 1))
        ends_well = file.read(1) in (b"\n", b"\r") if self._size else False
        before = b"" if ends_well else (b"\n" if self._size else _HEADER)
        file.truncate(self._size)
        file.seek(self._size)
        try:
            left = memoryview(before + content)
            while left:  # a disk that is nearly full takes a part
                left = left[file.write(left) :]
            sync(file)
        except OSError:
            with suppress(OSError):
                file.truncate(self._size)
            raise
        if not self._size:
            sync_folder(self.path.parent)
        self._size += len(before + content)
        self._lines += content.count(b"\n") + (before == _HEADER)


def _locked(path: Path) -> IO[bytes]:
    """The file, open to read and write, which this process alone holds until it is closed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        # Without buffers, so that nothing that failed is written again when the file is closed.
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
        locks.wait(file.fileno())
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()  # replaced while this process waited
