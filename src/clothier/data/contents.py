"""Whether photos are those of before: their state tells it quickly, their bytes surely.

Names, sizes and times alone do not: archives and image layers give equal times to different files, `cp -p` keeps them.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from clothier import photo
from clothier.errors import DataError
from clothier.values import Report

_WHOLE = 4096  # bytes; a smaller file is read as a whole, of a larger one
_SAMPLE = 1024  # bytes are read in three places


def state(path: Path) -> tuple[int, bytes]:
    """The size of a file in bytes, and what changes with its content: device, inode, size, times of modification and
    of change, and a sample of its bytes. (-1, b"") for a file that may not be read: the next time it may.

    A file system that keeps the time of change lets nobody set it. On one that does not, or whose inodes are not
    stable, the sample decides.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - a tenth faster than through Path, as is open
        if not stat.S_ISREG(status.st_mode):
            return -1, b""
        size = status.st_size
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            if size <= _WHOLE:
                sample = file.read(_WHOLE)
            else:
                sample = b""
                for place in (size // 3, 2 * size // 3, size - _SAMPLE):
                    file.seek(place)
                    sample += file.read(_SAMPLE)
    except OSError:  # a broken link, say; decoding it will tell
        return -1, b""
    numbers = (status.st_dev, status.st_ino, size, status.st_mtime_ns, status.st_ctime_ns)
    return size, b"%d %d %d %d %d " % numbers + sample


def read(path: Path) -> tuple[bytes | None, str]:
    """A photo's bytes and their SHA-256; None and the reason where it cannot be read."""
    try:
        content = photo.bytes_of(path)
    except DataError as error:
        return None, str(error)
    return content, hashlib.sha256(content).hexdigest()


def digests(paths: Sequence[Path], report: Report) -> Iterator[str]:
    """The SHA-256 of each photo, or why it cannot be read, in order."""
    for done, digest in enumerate(photo.ahead(lambda path: read(path)[1], paths), start=1):
        report("checking photos", done, len(paths))
        yield digest
