"""What a TIFF file says of its first page, before any decoder sees it.

Source: TIFF revision 6.0, section 2, TIFF technical note 1 for sub-files, and the design of BigTIFF, whose numbers
have 8 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from clothier.errors import DataError
from clothier.photo.formats import RAW, advice

_WHOLE_NUMBERS = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}  # bytes of a value, by its type
_KIND, _COMPRESSION, _PHOTOMETRIC, _ORIENTATION, _DNG = 254, 259, 262, 274, 50706
_STRIPS, _TILES = (273, 279), (324, 325)  # where they begin, and how many bytes they have
_TILE_SIZE = (322, 323)
# None, fax, LZW, JPEG, deflate (two numbers), PackBits and Zstandard; others are rare, and their decoders less tried.
_COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32946, 32773, 50000)
_PREVIEW, _MASK = 1, 4  # bits of _KIND: another picture of the file is the one that is meant
_MOST_TAGS = 1000  # of a page; a photo has about thirty, and Pillow needs a second for 25,000
_COLOUR_FILTER, _LINEAR = 32803, 34892  # what a camera's sensor saw


@dataclass(frozen=True)
class Page:
    """The first page: its orientation as Exif has it, the file without that, whether its levels count from white, the
    pixels of a tile (0 for none), and whether other pages follow."""

    orientation: int
    unturned: bytes
    is_from_white: bool
    tile_pixels: int
    has_more: bool


def first_page(content: bytes) -> Page:
    """What the file says of its first page. Raises DataError for a file that lacks its end, is a camera's raw, or
    of a compression that is not read."""
    tags = _Tags(content)
    if (
        _DNG in tags.entries
        or tags.number(_KIND) & _PREVIEW
        or tags.number(_PHOTOMETRIC) in (_COLOUR_FILTER, _LINEAR)
    ):
        raise DataError(f"is in {RAW} format: {advice(RAW, 'it')}")
    if (compression := tags.number(_COMPRESSION, 1)) not in _COMPRESSIONS:
        raise DataError(f"is a TIFF of a rare compression ({compression}): {advice('', 'it')}")
    for places, sizes in (_STRIPS, _TILES):
        begin, size = tags.numbers(places), tags.numbers(sizes)
        if len(begin) == len(size) and len(begin) and int((begin + size).max()) > len(content):
            raise DataError("is truncated")
    width, height = (tags.number(tag) for tag in _TILE_SIZE)
    return Page(
        tags.number(_ORIENTATION, 1),
        _unturned(content, tags),
        tags.number(_PHOTOMETRIC) == 0,
        width * height,
        _is_page(content, tags.following),
    )


def _unturned(content: bytes, tags: _Tags) -> bytes:
    if tags.number(_ORIENTATION, 1) == 1:
        return content
    kind, _, place = tags.entries[_ORIENTATION]
    end = place + _WHOLE_NUMBERS[kind]
    return content[:place] + (1).to_bytes(end - place, tags.order) + content[end:]


def _is_page(content: bytes, place: int) -> bool:
    """Whether another page is described there: no preview or mask of the first one."""
    try:
        return place > 0 and not _Tags(content, place).number(_KIND) & (_PREVIEW | _MASK)
    except DataError:
        return False


class _Tags:
    """The directory at a place, the first one if 0: `entries` are (type, count, place of the values) by tag, `order`
    that of the bytes, and `following` the place of the next one, or 0. Raises DataError where the file ends before
    it does."""

    def __init__(self, content: bytes, place: int = 0) -> None:
        self._content = content
        self.order: Literal["big", "little"] = "big" if content[:2] == b"MM" else "little"
        is_big = 43 in content[2:4]
        word, entry, wide = (8, 20, 8) if is_big else (4, 12, 2)
        place = place or self._integer(8 if is_big else 4, word)
        count = self._integer(place, wide)
        if count > _MOST_TAGS:
            raise DataError("is damaged")
        end = place + wide + entry * count
        if end + word > len(content):
            raise DataError("is truncated")
        self.entries: dict[int, tuple[int, int, int]] = {}
        for start in range(place + wide, end, entry):
            kind, number = self._integer(start + 2, 2), self._integer(start + 4, word)
            values = start + 4 + word
            if _WHOLE_NUMBERS.get(kind, 0) * number > word:
                values = self._integer(values, word)
            self.entries.setdefault(self._integer(start, 2), (kind, number, values))
        self.following = self._integer(end, word)

    def numbers(self, tag: int) -> npt.NDArray[np.float64]:
        """The values of that tag; none where it is missing or holds no whole numbers."""
        kind, count, place = self.entries.get(tag, (0, 0, 0))
        size = _WHOLE_NUMBERS.get(kind, 0)
        if not size or place + count * size > len(self._content):
            return np.empty(0)
        kind_of = np.dtype(f"u{size}").newbyteorder(self.order)
        return np.frombuffer(self._content, kind_of, count, place).astype(np.float64)

    def number(self, tag: int, otherwise: int = 0) -> int:
        """The first value of that tag."""
        values = self.numbers(tag)
        return int(values[0]) if len(values) else otherwise

    def _integer(self, place: int, size: int) -> int:
        if place + size > len(self._content):
            raise DataError("is truncated")
        return int.from_bytes(self._content[place : place + size], self.order)
