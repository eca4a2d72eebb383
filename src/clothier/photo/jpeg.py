"""The segments of a JPEG file. Source: ITU-T T.81, annex B."""

from __future__ import annotations

import re
from collections.abc import Iterator

FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # start of frame, of each kind
SCAN = 0xDA  # start of scan
_SEQUENTIAL = frozenset({0xC0, 0xC1, 0xC9})
_SEGMENT = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd9]")  # no byte of a scan, nor a marker without a segment


def segments(content: bytes) -> Iterator[tuple[int, int, bytes | None]]:
    """(where it begins, its marker, what it holds) of each segment in order; of the last None where it is not whole."""
    end = 2
    while (found := _SEGMENT.search(content, end)) is not None:
        place, marker = found.start(), content[found.start() + 1]
        end = place + 2 + int.from_bytes(content[place + 2 : place + 4])
        if end > len(content) or end < place + 4:
            yield place, marker, None
            return
        yield place, marker, content[place + 4 : end]


def is_one_scan(content: bytes) -> bool:
    """Whether a decoder needs only a few rows at a time: one scan brings all there is, from the top to the bottom. All
    others keep two bytes for each pixel of each colour until the last scan has come."""
    num_colours = 0
    for _, marker, body in segments(content):
        if marker in FRAMES:
            if marker not in _SEQUENTIAL or not body or len(body) < 6:
                return False
            num_colours = body[5]
        elif marker == SCAN:
            return body is not None and body[:1] == bytes([num_colours])
    return False
