"""The bytes of a picture's file -> the picture with its header read, by the reader of its format alone.

Readers are called directly. `PIL.Image.open` would register all of Pillow's, and those that it knows from elsewhere.
Every DataError raised here is the reason alone ("is truncated"); the caller puts the path before it.
"""

from __future__ import annotations

import importlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from clothier.errors import DataError
from clothier.photo import boxes, cutshort, jpeg, tiff
from clothier.photo.formats import FORMAT_WORDS, FORMATS, advice, format_of

# A JPEG may have so many times the pixels of others: it is decoded at a fraction of its size, a few rows at a time.
SCALED = 5
FIRST_PAGE = "the file has several pages; only the first was read"
_HDR = "the picture is HDR"
_AS_JPEG = " or save it as JPEG"
_STEP, _FEW = 16, 8  # every such pixel of a row and a column is looked at, of which so many may be suspicious
_MOST_TILES = 1000  # that are decoded alone; a photo of 48 megapixels has 192


@dataclass(frozen=True, eq=False)
class Opened:
    """A picture whose header was read: its format, the picture, and its Exif orientation where `image` does not tell
    that; whether its levels count from white; what of its file it leaves out, in words; and the numbers of the tiles
    that it is put together from."""

    name: str
    image: Image.Image
    orientation: int | None = None
    is_from_white: bool = False
    left_out: str = ""
    tiles: tuple[int, ...] = ()


def opened(content: bytes, suffix: str, max_pixels: int) -> Opened:
    """The picture of a file. Raises DataError for one that is of another format, lacks its end, or has more than
    `max_pixels` (a JPEG more than SCALED times as many), and whatever readers raise."""
    name = format_of(content, suffix)
    if name not in FORMATS:
        what = f"is in {name} format: {advice(name, 'it')}" if name else f"is not a {FORMAT_WORDS} picture"
        raise DataError(what)
    if name == "TIFF":
        found = _tiff(content, max_pixels)
    elif name in ("HEIC", "AVIF"):
        found = _boxed(name, content, max_pixels)
    else:
        found = Opened(name, read_header(name, content))
    _check_size(found, content, max_pixels)
    return found


def read_header(name: str, content: bytes) -> Image.Image:
    """The picture as the reader of that format opens it."""
    try:
        image: Image.Image = _reader(name)(io.BytesIO(content))
    except SyntaxError as error:
        raise DataError("is truncated or damaged") from error
    # The library opens another picture where the main one is damaged.
    if name == "HEIC" and not image.info["primary"]:
        raise DataError("is damaged")
    return image


def check_tiles(found: Opened, content: bytes) -> None:
    """DataError where a tile of a decoded HEIC picture is damaged, whatever readers raise where one cannot be read.

    libheif leaves such a tile out, and all of its levels are 0. In red, green and blue they are a dark green, or black.
    Each tile is decoded alone where the picture has more of that than a few pixels.
    """
    image = found.image
    if found.name != "HEIC" or not found.tiles:
        return
    some = image.resize((-(-image.width // _STEP), -(-image.height // _STEP)), Image.Resampling.NEAREST)
    levels = np.asarray(some.convert("RGB"))
    if np.count_nonzero((levels[..., 0] == 0) & (levels[..., 2] == 0)) <= _FEW:
        return
    if len(found.tiles) > _MOST_TILES:
        raise DataError("is damaged")
    for number in found.tiles:
        read_header("HEIC", boxes.with_main(content, number)).load()


def missing(warnings: Sequence[str]) -> str:
    """What of a photo's file is missing in what was read, by the warnings about the photo, or empty."""
    start = f"{cutshort.TRUNCATED}: "
    found = [words.removeprefix(start) for words in warnings if words.startswith((start, FIRST_PAGE, _HDR))]
    return "; ".join(found)


def too_large(pixels: int, limit: int, what: str, otherwise: str = "") -> DataError:
    """The error for a picture of so many pixels."""
    megapixels = math.ceil(pixels / 10**6)
    return DataError(
        f"has {megapixels:,} megapixels, more than the limit of {limit // 10**6} for {what}: "
        f"make it smaller{otherwise}"
    )


@lru_cache
def _reader(name: str) -> Any:
    module, reader = FORMATS[name].reader
    found: Any = importlib.import_module(module)
    # One thread a picture: many pictures are decoded at once, and each thread takes memory of its own.
    if name == "AVIF" and not found.DEFAULT_MAX_THREADS:
        found.DEFAULT_MAX_THREADS = 1
    elif name == "HEIC":
        importlib.import_module("pi_heif").options.DECODE_THREADS = 1
    return getattr(found, reader)


def _tiff(content: bytes, max_pixels: int) -> Opened:
    page = tiff.first_page(content)
    if page.tile_pixels > max_pixels:  # which is in memory as a whole, however small the picture
        raise DataError("is damaged")
    # Of this format alone, Pillow turns pictures itself.
    image = read_header("TIFF", page.unturned)
    left_out = FIRST_PAGE if page.has_more else ""
    return Opened("TIFF", image, page.orientation, page.is_from_white, left_out)


def _boxed(name: str, content: bytes, max_pixels: int) -> Opened:
    facts = boxes.read(content)
    if facts.most_pixels > max_pixels:  # of which the picture may be cut out
        raise too_large(facts.most_pixels, max_pixels, name, _AS_JPEG)
    # The library turns HEIC pictures itself; what Exif says there describes them before that.
    orientation = 1 if name == "HEIC" else None
    hdr = f"{_HDR} ({facts.hdr}) and was read as an ordinary one, so its colours are off" if facts.hdr else ""
    image = read_header(name, content)
    if name == "HEIC" and not image.info.get(
        "primary"
    ):  # the library takes another picture for one that is damaged
        raise DataError("is damaged")
    return Opened(name, image, orientation, left_out=hdr, tiles=facts.tiles)


def _check_size(found: Opened, content: bytes, max_pixels: int) -> None:
    pixels = found.image.width * found.image.height
    if not pixels:
        raise DataError("has no pixels")
    if pixels <= max_pixels:
        return
    if found.name != "JPEG":
        raise too_large(pixels, max_pixels, found.name, _AS_JPEG)
    if pixels > SCALED * max_pixels:
        raise too_large(pixels, SCALED * max_pixels, "JPEG")
    if not jpeg.is_one_scan(content):
        raise too_large(pixels, max_pixels, "progressive JPEG", " or save it as baseline JPEG")
