"""HEIC files of many items, put together box by box, as iPhones write them: a grid of coded tiles, a thumbnail, a gain
map and an Exif block.

Source: ISO/IEC 14496-12, sections 8.11 (meta, iloc, iinf, iref) and 12.1.5 (colr); ISO/IEC 23008-12, sections 6.5
(ispe, irot, clap, auxC) and 6.6.2.3 (grid), and 9.3 (ipma).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np

from clothier.values import Images

SIDE = 512  # of a tile
GAIN_MAP = b"urn:com:apple:photo:2020:aux:hdrgainmap"

Coded = tuple[bytes, bytes]  # an HEVC picture: its box hvcC, and its data


@dataclass(frozen=True)
class Item:
    """One item of a file: its type, its data, whole boxes of properties, and the items it refers to by type."""

    kind: bytes
    data: bytes
    properties: tuple[bytes, ...] = ()
    refers: Mapping[bytes, Sequence[int]] = field(default_factory=dict)


def patches() -> Images:
    """1024x1024 pixels of 64 patches, each of another colour: what the tiles of heic.GRID show."""
    rows, columns = np.mgrid[:8, :8]
    small = np.stack([30 + 24 * rows, 30 + 24 * columns, 220 - 12 * (rows + columns)], axis=-1)
    return small.astype(np.uint8).repeat(128, axis=0).repeat(128, axis=1)


def box(kind: bytes, *parts: bytes, full: int | None = None) -> bytes:
    """A box; one with version and flags, as one number, if it is `full`."""
    content = (b"" if full is None else struct.pack(">I", full)) + b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def ispe(width: int, height: int) -> bytes:
    return box(b"ispe", struct.pack(">II", width, height), full=0)


def clap(width: int, height: int) -> bytes:
    """What is cut out of the middle."""
    return box(b"clap", struct.pack(">8I", width, 1, height, 1, 0, 1, 0, 1))


def irot(quarters: int) -> bytes:
    """So many quarter turns to the left."""
    return box(b"irot", bytes([quarters]))


def nclx(primaries: int, transfer: int) -> bytes:
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, 6, 0x80))


def profile(content: bytes) -> bytes:
    return box(b"colr", b"prof", content)


def grid(rows: int, columns: int, width: int, height: int) -> bytes:
    """The data of an item of that type."""
    return struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)


def mux(items: Mapping[int, Item], primary: int) -> bytes:
    """The file of these items by their numbers. Equal properties are written once, and equal data lie in one place; a
    grid's data are in the box idat, and its tiles are hidden."""
    grids = [item for item in items.values() if item.kind == b"grid"]
    hidden = {number for item in grids for number in item.refers.get(b"dimg", ())}
    distinct = list(dict.fromkeys(each for item in items.values() for each in item.properties))
    infos, references, associations = [], [], []
    for number, item in items.items():
        version = 0x02000000 + (number in hidden)
        infos.append(box(b"infe", struct.pack(">HH4sB", number, 0, item.kind, 0), full=version))
        references += [
            box(kind, struct.pack(f">HH{len(to)}H", number, len(to), *to)) for kind, to in item.refers.items()
        ]
        places = [distinct.index(each) + 1 for each in item.properties]
        associations.append(struct.pack(f">HB{len(places)}B", number, len(places), *places))
    near = b"".join(item.data for item in items.values() if item.kind == b"grid")
    far = list(dict.fromkeys(item.data for item in items.values() if item.kind != b"grid"))
    head = box(b"ftyp", b"heic", bytes(4), b"mif1heic")

    def meta(start: int) -> bytes:
        begins = dict(zip(far, accumulate(map(len, far), initial=start), strict=False))
        entries, inside = [], 0
        for number, item in items.items():
            is_near = item.kind == b"grid"
            place = inside if is_near else begins[item.data]
            inside += len(item.data) if is_near else 0
            entries.append(struct.pack(">HHHHII", number, is_near, 0, 1, place, len(item.data)))
        return box(
            b"meta",
            box(b"hdlr", bytes(4), b"pict", bytes(13), full=0),
            box(b"pitm", struct.pack(">H", primary), full=0),
            box(b"iloc", struct.pack(">HH", 0x4400, len(items)), *entries, full=0x01000000),
            box(b"iinf", struct.pack(">H", len(items)), *infos, full=0),
            box(b"iref", *references, full=0),
            box(
                b"iprp",
                box(b"ipco", *distinct),
                box(b"ipma", struct.pack(">I", len(associations)), *associations, full=0),
            ),
            box(b"idat", near),
            full=0,
        )

    start = len(head) + len(meta(0)) + 8
    return head + meta(start) + box(b"mdat", *far)


def phone(
    tiles: Sequence[Coded],
    columns: int,
    size: tuple[int, int],
    *properties: bytes,
    side: int = SIDE,
    thumbnail: Coded | None = None,
    gain_map: Coded | None = None,
    exif: bytes = b"",
) -> dict[int, Item]:
    """The items of a photo: the tiles from number 1 on, and behind them the grid that they make row by row, of which
    `size` (width, height) is kept. `properties` are the grid's, after its own size, and `side` is what each tile says
    its own is; thumbnail and gain map say 128x96."""
    main = len(tiles) + 1
    items = {
        number: Item(b"hvc1", data, (hvcc, ispe(side, side))) for number, (hvcc, data) in enumerate(tiles, 1)
    }
    refers = {b"dimg": range(1, main)}
    rows = len(tiles) // columns
    items[main] = Item(b"grid", grid(rows, columns, *size), (ispe(*size), *properties), refers)
    if thumbnail:
        items[main + 1] = Item(b"hvc1", thumbnail[1], (thumbnail[0], ispe(128, 96)), {b"thmb": [main]})
    if gain_map:
        kind = box(b"auxC", GAIN_MAP + b"\0", full=0)
        items[main + 2] = Item(b"hvc1", gain_map[1], (gain_map[0], ispe(128, 96), kind), {b"auxl": [main]})
    if exif:
        items[main + 3] = Item(b"Exif", struct.pack(">I", 6) + exif, (), {b"cdsc": [main]})
    return items


def coded_in(content: bytes) -> Coded:
    """The one HEVC picture in the file of an encoder."""
    return _hvcc(content), content[content.index(b"mdat") + 4 :]


def tiles_of(content: bytes, count: int) -> list[Coded]:
    """The first coded pictures in a file that `mux` wrote, which all have its first box hvcC."""
    start = content.index(b"iloc") + 12
    places = (struct.unpack_from(">II", content, start + 16 * row + 8) for row in range(count))
    return [(_hvcc(content), content[place : place + size]) for place, size in places]


def _hvcc(content: bytes) -> bytes:
    start = content.index(b"hvcC") - 4
    return content[start : start + int.from_bytes(content[start : start + 4])]
