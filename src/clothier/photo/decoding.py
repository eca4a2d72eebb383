"""A picture in a file or in memory -> an upright picture of 8 bits; the only decoding of untrusted pictures.

Every DataError raised here is the reason alone ("is truncated"); the caller puts the path before it.
"""

from __future__ import annotations

import io
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from clothier.errors import DataError
from clothier.photo import cutshort
from clothier.photo.formats import CONVERT, FORMAT_WORDS, FORMATS, other_format
from clothier.photo.sources import MAX_PIXELS, Source, content_of, suffix_of

# Share of the pixels that are more clear than opaque, below which a picture counts as opaque.
LEAST_CLEAR = 0.005
LIGHT = 191  # of 255: what is lighter than that, by its median, would hardly be seen on white

_FIRST_BYTES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
_GREY_MODES = ("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N")
_ORIENTATION_TAG = 0x0112
# Source: Exif 2.32, section 4.6.4; the tag says how the camera was held, this undoes it.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, eq=False)
class Picture:
    """An upright picture of 8 bits: `pixels` in mode L (grey pictures) or RGB, with `ground`, a grey level, under what
    is transparent; `opacity` in mode L, of the same size, None where all or nearly all of it is opaque; and `damage`,
    what is missing of a truncated file, in words, or empty."""

    pixels: Image.Image
    opacity: Image.Image | None = None
    ground: int = 255
    damage: str = ""


def load(
    source: Source,
    *,
    at_least: tuple[int, int] | None = None,
    upright: bool = True,
    max_pixels: int = MAX_PIXELS,
) -> Picture:
    """The first frame of a picture: a path, the bytes of a file, or a PIL image. What is transparent lies on white, or
    on black where most of what is opaque is so light that it would vanish on white.

    `at_least` (height, width) allows a JPEG to be decoded at a fraction of its size that is no smaller. 16-bit grey
    is scaled to 8 bit; a PIL image of mode I or F holds 0..255, or mode I up to 65535. Not `upright`, it is left as
    the camera held it. Of a JPEG or PNG file that lacks its end, what came is read where that is nine tenths of the
    pixels or more. Raises DataError for a picture that is damaged, truncated, of another format, of values that may be
    of another range, or of more than `max_pixels` (told by its header, before any pixel is decoded).
    """
    content = content_of(source)
    with _opened(content, source, max_pixels) as image:
        orientation = _orientation(image) if upright else 1
        size = None
        if at_least is not None:
            height, width = at_least if orientation < 5 else at_least[::-1]
            size = width, height
        loaded, damage = _loaded(image, content, size)
        picture = _flatten(loaded, damage, is_file=content is not None)
    if orientation not in _UPRIGHT:
        return picture
    turn = _UPRIGHT[orientation]
    opacity = None if picture.opacity is None else picture.opacity.transpose(turn)
    return replace(picture, pixels=picture.pixels.transpose(turn), opacity=opacity)


def decode(
    source: Source,
    *,
    at_least: tuple[int, int] | None = None,
    upright: bool = True,
    max_pixels: int = MAX_PIXELS,
) -> Image.Image:
    """The pixels alone of what `load` gives; arguments and errors as there."""
    return load(source, at_least=at_least, upright=upright, max_pixels=max_pixels).pixels


def _loaded(
    image: Image.Image, content: bytes | None, at_least: tuple[int, int] | None
) -> tuple[Image.Image, str]:
    """The picture with its pixels, and its damage. `content` is None for a picture in memory; `at_least` is (width,
    height)."""
    if content is None:
        image.load()
        return image, ""
    if at_least is not None:
        image.draft(None, at_least)
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise

        def opened(data: bytes) -> Image.Image:
            again = Image.open(io.BytesIO(data), formats=(str(image.format),))
            if at_least is not None:
                again.draft(None, at_least)
            return again

        found = cutshort.read(content, str(image.format), opened)
        if found is None:
            raise
        return found
    return image, ""


def is_grey(source: Source) -> bool:
    """Whether the picture has no colour, told by its header or its palette. Raises DataError as `decode`."""
    content = content_of(source)
    with _opened(content, source) as image:
        return _has_grey_mode(image)


def shape(source: Source) -> tuple[int, int, int]:
    """(height, width, 1 for grey or 3 for colour), told by its header or its palette. Raises DataError as `decode`."""
    content = content_of(source)
    with _opened(content, source) as image:
        return image.height, image.width, 1 if _has_grey_mode(image) else 3


def may_be_grey(source: Source) -> bool:
    """As `is_grey`; True also for a picture that cannot be read, which has no say in the colours of a data set."""
    try:
        return is_grey(source)
    except DataError:
        return True


@contextmanager
def _opened(content: bytes | None, source: Source, max_pixels: int = MAX_PIXELS) -> Iterator[Image.Image]:
    """The picture with its header read and its size checked; whatever goes wrong inside becomes a DataError."""
    if content == b"":
        raise DataError("is empty")
    try:
        with _quiet(), _header(content, source) as image:
            if not image.width * image.height:
                raise DataError("has no pixels")
            if image.width * image.height > max_pixels:
                megapixels = str(math.ceil(image.width * image.height / 10**6))
                raise DataError(_too_large(megapixels, max_pixels))
            yield image
    except Image.DecompressionBombError as error:
        raise DataError(
            _too_large(f"over {2 * (Image.MAX_IMAGE_PIXELS or 0) // 10**6}", max_pixels)
        ) from error
    except UnidentifiedImageError as error:
        raise DataError(_unknown(content or b"", source)) from error
    except DataError:
        raise
    # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, struct.error, IndexError, MemoryError.
    except Exception as error:
        truncated = "truncated" in str(error) or isinstance(error, EOFError)
        raise DataError("is truncated" if truncated else "is damaged") from error


def _header(content: bytes | None, source: Source) -> AbstractContextManager[Image.Image]:
    """The picture in that file; the source itself, which stays open, where no file is behind it."""
    if content is None and isinstance(source, Image.Image):
        return nullcontext(source)
    return Image.open(io.BytesIO(content or b""), formats=FORMATS)


def _unknown(content: bytes, source: Source) -> str:
    """What is wrong with a content that Pillow does not know."""
    if content.startswith(_FIRST_BYTES) or content[8:12] == b"WEBP":
        return "is truncated or damaged"
    name = other_format(content, suffix_of(source))
    return f"is in {name} format: {CONVERT.format('it')}" if name else f"is not a {FORMAT_WORDS} picture"


def _too_large(megapixels: str, max_pixels: int) -> str:
    return f"has {megapixels} megapixels, more than the limit of {max_pixels // 10**6}"


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # a picture with a broken Exif block is still a picture
        return 1


def _has_grey_mode(image: Image.Image) -> bool:
    if image.mode != "P":
        return image.mode in _GREY_MODES
    palette = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _flatten(image: Image.Image, damage: str, *, is_file: bool) -> Picture:
    """Mode L or RGB: no alpha, no palette, 8 bit."""
    mode = "L" if _has_grey_mode(image) else "RGB"
    if image.mode.startswith(("I", "F")):
        return Picture(Image.fromarray(_eight_bits(image, is_file=is_file)), damage=damage)
    if image.mode == "La":  # Pillow converts it to nothing else
        image = image.convert("LA")
    if not image.has_transparency_data:
        return Picture(image.convert(mode), damage=damage)
    image = image.convert("RGBA")
    opacity: Image.Image | None = image.getchannel("A")
    if sum(image.getchannel("A").histogram()[:128]) < LEAST_CLEAR * image.width * image.height:
        opacity = None
    ground = 255 if opacity is None else _standing_out(image, opacity)
    below = Image.new("RGBA", image.size, (ground, ground, ground, 255))
    return Picture(Image.alpha_composite(below, image).convert(mode), opacity, ground, damage)


def _eight_bits(image: Image.Image, *, is_file: bool) -> npt.NDArray[np.uint8]:
    """The grey levels of a picture of 16 or 32 bits. Modes I and F hold what the program that made them wanted: levels
    of 0..255, as Pillow converts them, or for mode I of 0..65535. DataError for values that could be others."""
    values, mode = np.asarray(image), image.mode
    low, high = values.min(), values.max()
    least, most = (1, 255) if mode == "F" else (0 if mode == "I" or is_file else 255, 65535)
    if not (low >= 0 and high <= most) or 0 < high <= least:
        raise DataError(
            f"is of mode {mode} with values from {low:g} to {high:g}; wanted mode L or RGB, which hold 0 to 255; "
            "convert it"
        )
    if mode == "F" or (mode == "I" and high <= 255):
        return np.asarray(np.rint(values), np.uint8)
    return np.asarray((values.astype(np.uint32) * 255 + 32767) // 65535, np.uint8)


def _standing_out(image: Image.Image, opacity: Image.Image) -> int:
    """The ground, 255 or 0, that most of what is opaque can be told from."""
    counts = np.cumsum(image.convert("L").histogram(opacity.point(lambda level: 255 * (level >= 128))))
    median = int(np.searchsorted(counts, counts[-1] / 2)) if counts[-1] else 0
    return 0 if median > LIGHT else 255


_quiet_lock = threading.Lock()
_quiet_users = 0
_quiet_context = warnings.catch_warnings()


@contextmanager
def _quiet() -> Iterator[None]:
    """No warning leaves Pillow meanwhile: an unsound picture is refused or read, not talked about.

    `warnings.catch_warnings` alone is not safe with threads, hence one context, from the first user to the last.
    """
    global _quiet_users, _quiet_context
    with _quiet_lock:
        _quiet_users += 1
        if _quiet_users == 1:
            _quiet_context = warnings.catch_warnings()
            _quiet_context.__enter__()
            warnings.simplefilter("ignore")
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_users -= 1
            if _quiet_users == 0:
                _quiet_context.__exit__(None, None, None)
