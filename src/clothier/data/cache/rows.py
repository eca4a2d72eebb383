"""Rows of numbers in a file that may be stopped at any row, goes on from there, and is mapped into memory.

Two files: the numbers and, beside them, a manifest with the SHA-256 of each block of rows. A block is on the disk
before it is counted, so what was stopped or killed goes on where it was; a block that was damaged since is computed
again, with all that follow. Ordinary writes, no writing through the map: memory stays flat and a full disk is an error,
not a crash.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.data.cache import checked, manifest, trust
from clothier.errors import DamagedError
from clothier.system.files import not_offered, sync


class RowFile:
    """The file at `path` of rows of `width` numbers; `num_rows` are whole. `about` says in words what they are, and
    `damaged` what of them is not what was written, None where all of it is."""

    def __init__(self, path: Path, width: int, dtype: npt.DTypeLike, about: str = "") -> None:
        self.path, self.width, self.dtype, self.about = path, width, np.dtype(dtype), about
        self.row_bytes = width * self.dtype.itemsize
        self.damaged: DamagedError | None = None
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
        try:
            # A manifest of a version that gave it no digest counts too: each block has one, and hours may lie in them.
            known = manifest.read(self.path.with_suffix(".json"), sealed=False)
            if known is None or trust.distrust(self.path) or not os.path.lexists(self.path):
                return []
            counted = [(int(rows), str(sha256)) for rows, sha256 in known["blocks"]]
            if any(rows < 1 for rows, _ in counted):
                raise ValueError("a block without rows")
        except DamagedError as error:
            self.damaged = error
            return []
        except (KeyError, TypeError, ValueError):
            self.damaged = DamagedError(self.path.with_suffix(".json"), "it does not say what was written")
            return []
        digests = [(rows * self.row_bytes, sha256) for rows, sha256 in counted]
        whole = checked.num_whole(self.path, digests)
        if whole < len(counted):
            rows, total = (sum(rows for rows, _ in part) for part in (counted[:whole], counted))
            self.damaged = DamagedError(
                self.path, f"{total - rows:,} of its {total:,} rows are not what was written"
            )
        return counted[:whole]
