"""A picture's file that was cut short -> what came of the picture, where that is nearly all.

Pillow either refuses such a file or, by `ImageFile.LOAD_TRUNCATED_IMAGES`, which is one switch for a whole process,
fills the rest with grey and does not say how much. Here the file is decoded twice, with two endings or on two grounds:
what comes out the same both times is what the file holds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier.photo.jpeg import FRAMES, SCAN, segments

LEAST = 0.9  # share of the pixels that must have come
TRUNCATED = "the file is truncated"  # with which every such warning begins

# Bytes that a byte of deflate can become at most: 258 of two bits. Source: zlib, "Technical Details", maximum
# compression factor.
_MOST_INFLATED = 1032
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG's colour type
_BLOCKS = (16, 8, 4, 2, 1)  # heights of JPEG's blocks, also where it is decoded at a fraction of its size
_END = b"\xff\xd9"  # JPEG's last marker
# What no picture goes on with; with restart markers among it, for files that have them.
_NOISE = np.random.default_rng(5).integers(0, 255, 400, np.uint8).tobytes()
_OTHER_END = _NOISE + b"".join(bytes([0xFF, 0xD0 + number % 8]) + _NOISE for number in range(16)) + _END

Opened = Callable[[bytes], Image.Image]


def read(content: bytes, kind: str, opened: Opened) -> tuple[Image.Image, str] | None:
    """(what came of the picture, in words how much is missing); None where less than nine tenths of its pixels came,
    or the file is neither JPEG nor PNG. `opened` gives the picture of such bytes with its header read. Raises what
    decoders raise."""
    if kind == "JPEG":
        scans = _Scans(content)
        content = content[: scans.end].rstrip(b"\xff")  # without half a segment, or half a marker
        if not scans.all_begun:
            return None
        variants = [(content + _END, 0), (content + _OTHER_END, 255)]
    elif kind == "PNG":
        if _MOST_INFLATED * len(content) < LEAST * _png_bytes(content):
            return None
        scans, variants = None, [(content, 0), (content, 255)]
    else:
        return None
    images = [_decoded(opened(data), ground) for data, ground in variants]
    if scans is not None and scans.is_refining:  # all pixels are there, the lower ones a little coarser
        return images[0], f"{TRUNCATED}: details of the picture are missing"
    whole = images[0]
    same = (np.asarray(whole) == np.asarray(images[1])).reshape(whole.height, whole.width, -1).all(axis=2)
    rows, count = _came(same)
    if count < LEAST * same.size:
        return None
    percent = -(-100 * (same.size - count) // same.size)
    what = f"{percent} % of the picture is missing" if percent else "no part of the picture is missing"
    # Rows that came in part are left out, unless the picture is so small that they are many.
    kept = rows if rows >= LEAST * whole.height else whole.height
    return whole.crop((0, 0, whole.width, kept)), f"{TRUNCATED}: {what}"


def _came(same: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """(the rows, the pixels) that came, of (height, width) whether a pixel is the same both times. Below the break,
    what is the same is filling: pixels come in rows of blocks, from left to right."""
    rows = len(same) if same.all() else int(np.argmin(same.all(axis=1)))
    columns = (
        (block, int(np.argmin(same[rows : rows + block].all(axis=0))))
        for block in _BLOCKS
        if rows + block <= len(same)
    )
    return rows, rows * same.shape[1] + max((block * column for block, column in columns), default=0)


def _png_bytes(content: bytes) -> float:
    """Bytes of the pixels that a PNG's header tells of."""
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    return width * height * content[24] * _CHANNELS[content[25]] / 8


def _decoded(image: Image.Image, ground: int) -> Image.Image:
    """As far as it goes, on that ground."""
    bands = len(image.getbands())
    image.im = Image.new(image.mode, image.size, (ground,) * bands if bands > 1 else ground).im
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise
    image.tile = []  # type: ignore[attr-defined] # so that what is there counts as loaded
    return image


class _Scans:
    """What a JPEG file's headers tell of its scans: `all_begun` is whether each component has begun to get all of its
    coefficients, `is_refining` whether the last scan only adds bits to them (progressive files end so), and `end` where
    a segment begins that is not whole.

    Source: ITU-T T.81, sections B.2.2 and B.2.3, and table G.1 for what a scan adds.
    """

    def __init__(self, content: bytes) -> None:
        components: set[int] = set()
        begun: dict[int, set[int]] = {}
        self.is_refining, self.end = False, len(content)
        for place, marker, body in segments(content):
            if body is None:
                self.end = place
            elif marker in FRAMES and len(body) >= 6:
                components = set(body[6 : 6 + 3 * body[5] : 3])
            elif marker == SCAN and body and len(body) >= 4 + 2 * body[0]:
                first, last, bits = body[-3:]
                self.is_refining = bits >> 4 != 0
                for component in body[1 : 1 + 2 * body[0] : 2] if not self.is_refining else ():
                    begun.setdefault(component, set()).update(range(first, last + 1))
        self.all_begun = bool(components) and all(
            len(begun.get(component, ())) == 64 for component in components
        )
