"""Rows of numbers in a file that may be stopped at any row, goes on from there, and is mapped into memory.

Two files: the numbers and, beside them, a manifest with the SHA-256 of each block of rows. A block is on the disk
before it is counted, so what was stopped or killed goes on where it was; a block that was damaged since is computed
again, with all that follow. Ordinary writes, no writing through the map: memory stays flat and a full disk is an error,
not a crash.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.data.cache import manifest, trust
from clothier.system.files import not_offered, sync


class RowFile:
    """The file at `path` of rows of `width` numbers; `num_rows` are whole. `about` says in words what they are."""

    def __init__(self, path: Path, width: int, dtype: npt.DTypeLike, about: str = "") -> None:
        self.path, self.width, self.dtype, self.about = path, width, np.dtype(dtype), about
        self.row_bytes = width * self.dtype.itemsize
        self._blocks = self._whole_blocks()

    @property
    def num_rows(self) -> int:
        return sum(rows for rows, _ in self._blocks)

    def append(self, parts: Iterable[npt.NDArray[Any]]) -> None:
        """One block more, (n, width) in parts. Raises OSError."""
        rows, digest = 0, hashlib.sha256()
        if trust.distrust(self.path):
            self.path.unlink()
        self.path.touch(0o600)
        with self.path.open("r+b") as file:
            file.seek(self.num_rows * self.row_bytes)
            for part in parts:
                content = part.astype(self.dtype, copy=False).tobytes()
                file.write(content)
                digest.update(content)
                rows += len(part)
            sync(file)
        self._blocks.append((rows, digest.hexdigest()))
        manifest.write(self.path.with_suffix(".json"), {"blocks": self._blocks}, self.about)

    def mapped(self) -> npt.NDArray[Any]:
        """All rows, (num_rows, width), read-only. Raises OSError."""
        shape = (self.num_rows, self.width)
        manifest.mark_used(self.path.with_suffix(".json"))
        try:  # as a plain array: numpy.memmap's own methods behave differently in places
            return np.memmap(self.path, self.dtype, mode="r", shape=shape).view(np.ndarray)
        except OSError as error:
            if not not_offered(error):
                raise
        # A file system that cannot map files.
        rows = np.fromfile(self.path, self.dtype, math.prod(shape)).reshape(shape)
        rows.setflags(write=False)
        return rows

    def _whole_blocks(self) -> list[tuple[int, str]]:
        """(rows, SHA-256) of each block, up to the first whose bytes are not those that were counted."""
        whole: list[tuple[int, str]] = []
        known = manifest.read(self.path.with_suffix(".json")) or {}
        try:
            if trust.distrust(self.path):
                return []
            size = self.path.stat().st_size
            with self.path.open("rb") as file:
                for rows, sha256 in known["blocks"]:
                    if not 0 < rows * self.row_bytes <= size:
                        break
                    if hashlib.sha256(file.read(rows * self.row_bytes)).hexdigest() != sha256:
                        break
                    whole.append((rows, sha256))
        except (OSError, KeyError, TypeError, ValueError):
            pass
        return whole
