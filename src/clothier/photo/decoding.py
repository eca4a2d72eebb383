"""A picture in a file or in memory -> an upright picture of 8 bits; the only decoding of untrusted pictures.

Every DataError raised here is the reason alone ("is truncated"); the caller puts the path before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from clothier.errors import DataError
from clothier.photo import cutshort
from clothier.photo.colours import to_srgb
from clothier.photo.opening import Opened, check_tiles, opened, read_header, too_large
from clothier.photo.quiet import quiet
from clothier.photo.sources import MAX_PIXELS, Source, content_of, suffix_of

# Share of the pixels that are more clear than opaque, below which a picture counts as opaque.
LEAST_CLEAR = 0.005
LIGHT = 191  # of 255: what is lighter than that, by its median, would hardly be seen on white

_GREY_MODES = ("1", "L", "LA", "La", "F", "I", "I;16", "I;16B", "I;16L", "I;16N")
_ORIENTATION_TAG = 0x0112
_CAMERA_TAGS = (0x010F, 0x0110)  # maker and model
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
    is transparent; `opacity` in mode L, of the same size, None where all or nearly all of it is opaque; and `left_out`,
    what of its file is missing in it, in words, or empty."""

    pixels: Image.Image
    opacity: Image.Image | None = None
    ground: int = 255
    left_out: str = ""


@dataclass(frozen=True)
class Header:
    """The size of an upright picture in pixels, and the maker and model of its camera, "" where Exif names none."""

    height: int
    width: int
    camera: str


def load(
    source: Source,
    *,
    at_least: tuple[int, int] | None = None,
    upright: bool = True,
    max_pixels: int = MAX_PIXELS,
) -> Picture:
    """The first frame, or page, of a picture: a path, the bytes of a file, or a PIL image. What is transparent lies on
    white, or on black where most of what is opaque is so light that it would vanish on white. Colours are those of
    sRGB, to which other ICC profiles are converted.

    `at_least` (height, width) allows a JPEG to be decoded at a fraction of its size that is no smaller; a JPEG that is
    one scan may then have five times `max_pixels`. 16-bit grey is scaled to 8 bit; a PIL image of mode I or F holds
    0..255, or mode I up to 65535. Not `upright`, it is left as the camera held it, which a HEIC file does not tell. Of
    a JPEG or PNG file that lacks its end, what came is read where that is nine tenths of the pixels or more. Raises
    DataError for a picture that is damaged, truncated, of another format, of values that may be of another range, or of
    more than `max_pixels` (told by its header, before any pixel is decoded).
    """
    content = content_of(source)
    with _opened(content, source, max_pixels) as found:
        orientation = _orientation(found) if upright else 1
        size = None
        if at_least is not None:
            height, width = at_least if orientation < 5 else at_least[::-1]
            size = width, height
        image, left_out = _loaded(found, content, size, max_pixels)
        picture = _flatten(image, left_out, is_file=content is not None)
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
    found: Opened, content: bytes | None, at_least: tuple[int, int] | None, max_pixels: int
) -> tuple[Image.Image, str]:
    """The picture with its pixels, and what of its file is missing. `content` is None for a picture in memory;
    `at_least` is (width, height)."""
    image = found.image
    if content is None:
        image.load()
        return image, ""
    if at_least is not None:
        image.draft(None, at_least)
    if image.width * image.height > max_pixels:
        raise too_large(image.width * image.height, max_pixels, f"{found.name} at this size")
    left_out = found.left_out
    try:
        image.load()
    except OSError as error:
        if "truncated" not in str(error):
            raise

        def again(data: bytes) -> Image.Image:
            image = read_header(found.name, data)
            if at_least is not None:
                image.draft(None, at_least)
            return image

        came = cutshort.read(content, found.name, again)
        if came is None:
            raise
        image, left_out = came
    check_tiles(found, content)
    if found.is_from_white and image.mode.startswith("I;16"):  # Pillow minds this in 8 bits alone
        image = Image.fromarray(65535 - np.asarray(image))
    if found.name == "JPEG" and image.mode == "CMYK" and "adobe" not in found.image.info:
        # Adobe's programs store the opposite of each ink and leave a mark; Pillow takes each file for theirs.
        image = ImageChops.invert(image)
    if profile := found.image.info.get("icc_profile"):
        image.info["icc_profile"] = profile
    return image, left_out


def is_grey(source: Source) -> bool:
    """Whether the picture has no colour, told by its header or its palette. Raises DataError as `decode`."""
    content = content_of(source)
    with _opened(content, source) as found:
        return _has_grey_mode(found.image)


def shape(source: Source) -> tuple[int, int, int]:
    """(height, width, 1 for grey or 3 for colour), told by its header or its palette. Raises DataError as `decode`."""
    content = content_of(source)
    with _opened(content, source) as found:
        return found.image.height, found.image.width, 1 if _has_grey_mode(found.image) else 3


def header(source: Source) -> Header:
    """What the head of a picture's file tells without its pixels. Raises DataError as `decode`."""
    content = content_of(source)
    with _opened(content, source) as found:
        height, width = found.image.height, found.image.width
        upright = (width, height) if _orientation(found) >= 5 else (height, width)
        try:
            exif = found.image.getexif()
            words = [str(exif.get(tag, "")).strip("\0 ") for tag in _CAMERA_TAGS]
        except Exception:  # a picture with a broken Exif block is still a picture
            words = []
        return Header(*upright, " ".join(filter(None, words)))


def may_be_grey(source: Source) -> bool:
    """As `is_grey`; True also for a picture that cannot be read, which has no say in the colours of a data set."""
    try:
        return is_grey(source)
    except DataError:
        return True


@contextmanager
def _opened(content: bytes | None, source: Source, max_pixels: int = MAX_PIXELS) -> Iterator[Opened]:
    """The picture with its header read and its size checked; whatever goes wrong inside becomes a DataError."""
    if content == b"":
        raise DataError("is empty")
    try:
        with quiet():
            if content is None and isinstance(source, Image.Image):  # which stays open
                yield _in_memory(source, max_pixels)
                return
            found = opened(content or b"", suffix_of(source), max_pixels)
            with found.image:
                yield found
    except DataError:
        raise
    # Decoders raise nearly anything on hostile bytes: OSError, SyntaxError, struct.error, IndexError, MemoryError.
    except Exception as error:
        truncated = "truncated" in str(error) or isinstance(error, EOFError)
        raise DataError("is truncated" if truncated else "is damaged") from error


def _in_memory(image: Image.Image, max_pixels: int) -> Opened:
    pixels = image.width * image.height
    if not pixels:
        raise DataError("has no pixels")
    if pixels > max_pixels:
        raise too_large(pixels, max_pixels, "a picture in memory")
    return Opened("", image)


def _orientation(found: Opened) -> int:
    if found.orientation is not None:
        return found.orientation
    try:
        return int(found.image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # a picture with a broken Exif block is still a picture
        return 1


def _has_grey_mode(image: Image.Image) -> bool:
    if image.mode != "P":
        return image.mode in _GREY_MODES
    palette = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
    return bool((palette == palette[:, :1]).all())


def _flatten(image: Image.Image, left_out: str, *, is_file: bool) -> Picture:
    """Mode L or RGB: sRGB, no alpha, no palette, 8 bit."""
    mode = "L" if _has_grey_mode(image) else "RGB"
    if image.mode.startswith(("I", "F")):
        grey = Image.fromarray(_eight_bits(image, is_file=is_file))
        grey.info.update(image.info)
        return Picture(to_srgb(grey), left_out=left_out)
    if image.mode == "La":  # Pillow converts it to nothing else
        image = image.convert("LA")
    if not image.has_transparency_data:
        return Picture(to_srgb(image if image.mode == "CMYK" else image.convert(mode)), left_out=left_out)
    image = image.convert("RGBA")
    alpha = image.getchannel("A")
    if "icc_profile" in image.info:
        image = to_srgb(image.convert("RGB").convert(mode)).convert("RGBA")
        image.putalpha(alpha)
    is_opaque = sum(alpha.histogram()[:128]) < LEAST_CLEAR * image.width * image.height
    ground = 255 if is_opaque else _standing_out(image, alpha)
    below = Image.new("RGBA", image.size, (ground, ground, ground, 255))
    flat = Image.alpha_composite(below, image).convert(mode)
    return Picture(flat, None if is_opaque else alpha, ground, left_out)


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
