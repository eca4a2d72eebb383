"""What a HEIC or AVIF file says of itself in its boxes, before any decoder sees it.

Source: ISO/IEC 14496-12, section 4.2, for boxes; ISO/IEC 23008-12, section 6.5, for `ispe`; ISO/IEC 23091-2, section
8.2, for the numbers in `colr`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clothier.errors import DataError

_MOST = 1000  # boxes of a file; there are about five
_NEEDED = (b"ftyp", b"meta", b"mdat", b"moov")
_SIZE = re.compile(rb"ispe.{4}(.{4})(.{4})", re.DOTALL)
_TRANSFER = re.compile(rb"colrnclx..(..)", re.DOTALL)
_HDR = {16: "PQ", 18: "HLG"}


@dataclass(frozen=True)
class Facts:
    """The pixels of the largest picture that the file holds, and the kind of HDR in which its colours are kept, or
    empty."""

    most_pixels: int
    hdr: str


def read(content: bytes) -> Facts:
    """What the file says of itself. Raises DataError for one that lacks its end."""
    described = b"".join(content[start:end] for kind, start, end in _boxes(content) if kind == b"meta")
    sizes = [int.from_bytes(width) * int.from_bytes(height) for width, height in _SIZE.findall(described)]
    kinds = [_HDR.get(int.from_bytes(number), "") for number in _TRANSFER.findall(described)]
    return Facts(max(sizes, default=0), max(kinds, default=""))


def _boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of each box at the top. Raises DataError where one ends after the file does."""
    place = 0
    for _ in range(_MOST):
        size, kind = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(content[place + 8 : place + 16])
        elif size == 0:  # the last box, which goes on to the end
            size = len(content) - place
        if len(kind) < 4 or size < 8:
            return
        if place + size > len(content):
            if kind in _NEEDED:  # some phones put something else behind these
                raise DataError("is truncated")
            return
        yield kind, place, place + size
        place += size
