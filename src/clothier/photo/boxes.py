"""What a HEIC or AVIF file says of itself in its boxes, before any decoder sees it.

Source: ISO/IEC 14496-12, section 4.2, for boxes, and section 8.11, for items; ISO/IEC 23008-12, sections 6.5 and 9.3,
for their properties; ISO/IEC 23091-2, section 8.2, for the numbers in `colr`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from clothier.errors import DataError

_MOST = 70_000  # boxes in one box; a grid has at most 65,536 tiles, and a box for each
_NEEDED = (b"ftyp", b"meta", b"mdat", b"moov")
_SIZE = re.compile(rb"ispe.{4}(.{4})(.{4})", re.DOTALL)
_TRANSFER = re.compile(rb"colrnclx..(..)", re.DOTALL)
_HDR = {16: "PQ", 18: "HLG"}
_HIDDEN = 1  # flag of an item that is no picture of its own

Box = tuple[bytes, int, int]  # its type, and where its content begins and ends


@dataclass(frozen=True)
class Facts:
    """The pixels of the largest picture that the file holds; the kind of HDR in which the colours of its main picture
    are kept, or empty; and the numbers of the tiles that this is put together from, or none."""

    most_pixels: int
    hdr: str
    tiles: tuple[int, ...]


@dataclass
class _Items:
    """Of the box `meta`: the number of the main item, with its place and its size in bytes; and by the numbers of
    items, the place of their flags, the items that they are derived from, and the transfer functions of their
    colours."""

    main: int = 0
    main_at: tuple[int, int] = (0, 0)
    flags: dict[int, int] = field(default_factory=dict)
    tiles: dict[int, list[int]] = field(default_factory=dict)
    transfers: dict[int, list[int]] = field(default_factory=dict)


def read(content: bytes) -> Facts:
    """What the file says of itself. Raises DataError for one that lacks its end."""
    top = list(_boxes(content, 0, len(content)))
    described = b"".join(content[start:end] for kind, start, end in top if kind == b"meta")
    sizes = [int.from_bytes(width) * int.from_bytes(height) for width, height in _SIZE.findall(described)]
    items = _items(content, top)
    tiles = items.tiles.get(items.main, [])
    # Those of a gain map, or of a version for other screens, say nothing of the main picture.
    transfers = items.transfers.get(items.main) or [
        number for tile in tiles for number in items.transfers.get(tile, ())
    ]
    if content[8:12] == b"avis":  # an animation, whose frames have their own
        moving = b"".join(content[start:end] for kind, start, end in top if kind == b"moov")
        transfers = [*transfers, *map(int.from_bytes, _TRANSFER.findall(moving))]
    kinds = [_HDR.get(number, "") for number in transfers]
    return Facts(max(sizes, default=0), max(kinds, default=""), tuple(tiles))


def with_main(content: bytes, number: int) -> bytes:
    """The same file with another item as its main picture."""
    items, changed = _items(content, _boxes(content, 0, len(content))), bytearray(content)
    place, wide = items.main_at
    changed[place : place + wide] = number.to_bytes(wide)
    if number in items.flags:
        changed[items.flags[number]] &= ~_HIDDEN
    return bytes(changed)


def _items(content: bytes, top: Iterable[Box]) -> _Items:
    found = _Items()
    for _, start, end in (box for box in top if box[0] == b"meta"):
        for kind, first, last in _boxes(content, start + 4, end):
            wide = 4 if content[first] else 2
            if kind == b"pitm":
                found.main_at = first + 4, wide
                found.main = int.from_bytes(content[first + 4 : first + 4 + wide])
            elif kind == b"iinf":
                for _, place, _ in _boxes(content, first + 4 + wide, last):
                    number = content[place + 4 : place + (8 if content[place] > 2 else 6)]
                    found.flags[int.from_bytes(number)] = place + 3
            elif kind == b"iref":
                _read_references(content, first, last, found)
            elif kind == b"iprp":
                _read_properties(content, first, last, found)
    return found


def _read_references(content: bytes, start: int, end: int, found: _Items) -> None:
    wide = 4 if content[start] else 2
    for kind, place, last in _boxes(content, start + 4, end):
        if kind == b"dimg":
            numbers = [int.from_bytes(content[at : at + wide]) for at in range(place + wide + 2, last, wide)]
            found.tiles.setdefault(int.from_bytes(content[place : place + wide]), numbers)


def _read_properties(content: bytes, start: int, end: int, found: _Items) -> None:
    inner = list(_boxes(content, start, end))
    known = [
        int.from_bytes(content[place + 6 : place + 8])
        if kind + content[place : place + 4] == b"colrnclx"
        else 0
        for _, first, last in (box for box in inner if box[0] == b"ipco")
        for kind, place, _ in _boxes(content, first, last)
    ]
    for _, first, last in (box for box in inner if box[0] == b"ipma"):
        wide, size = 4 if content[first] else 2, 2 if content[first + 3] & 1 else 1
        place = first + 8
        while place + wide < last:
            number, count = int.from_bytes(content[place : place + wide]), content[place + wide]
            place += wide + 1
            for at in range(place, min(place + count * size, last), size):
                # The highest bit says whether a reader must know the property.
                row = int.from_bytes(content[at : at + size]) & (2 ** (8 * size - 1) - 1)
                if 0 < row <= len(known) and known[row - 1]:
                    found.transfers.setdefault(number, []).append(known[row - 1])
            place += count * size


def _boxes(content: bytes, place: int, end: int) -> Iterator[Box]:
    """Each box from one place to another. Raises DataError where one at the top of a file ends after the file does."""
    for _ in range(_MOST):
        if place + 8 > end:
            return
        size, kind, head = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8], 8
        if size == 1:
            size, head = int.from_bytes(content[place + 8 : place + 16]), 16
        elif size == 0:  # the last box, which goes on to the end
            size = end - place
        if size < head:
            return
        if place + size > end:
            if kind in _NEEDED:  # some phones put something else behind these
                raise DataError("is truncated")
            return
        yield kind, place + head, place + size
        place += size
