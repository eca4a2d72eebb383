"""Where a picture comes from: a path, the bytes of a file, or a picture that Pillow opened."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from PIL import Image, ImageFile

from clothier.errors import DataError, InputTypeError
from clothier.photo.formats import PILLOW_NAMES
from clothier.system.files import special_kind

MAX_PIXELS = 50_000_000
MAX_FILE_BYTES = 4 * MAX_PIXELS + 10**6  # the largest BMP of MAX_PIXELS

Source = str | os.PathLike[str] | bytes | Image.Image


def content_of(source: Source) -> bytes | None:
    """The bytes of the picture's file; None for a picture in memory that no file is behind any more.

    A picture that Pillow opened but has not decoded yet is read from its file, so that it becomes the same image as by
    its path. Raises DataError as `bytes_of`, InputTypeError for any other type.
    """
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | os.PathLike):
        return bytes_of(Path(source))
    if isinstance(source, Image.Image):
        return _undecoded(source)
    raise InputTypeError(
        f"a picture is of type {type(source).__name__}; wanted a path (str or Path), bytes, or a PIL image"
    )


def bytes_of(path: Path) -> bytes:
    """What the picture file holds. Raises DataError for one that cannot be read, is too large, or is no file."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            next(path.iterdir(), None)  # raises where it may not be looked into
            raise DataError("is a folder")
        if kind := special_kind(status.st_mode):  # reading it might never end
            raise DataError(f"is {kind}, not a file")
        if status.st_size > MAX_FILE_BYTES:
            raise DataError(
                f"has {status.st_size // 10**6} MB, more than the limit of {MAX_FILE_BYTES // 10**6}"
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})") from error


def suffix_of(source: Source) -> str:
    """The ending of a path, empty for anything else."""
    return Path(source).suffix if isinstance(source, str | os.PathLike) else ""


def _undecoded(image: Image.Image) -> bytes | None:
    """The file of a picture whose first frame Pillow has opened and not decoded; None for any other."""
    file = image.fp if isinstance(image, ImageFile.ImageFile) else None
    if (
        file is None
        or not getattr(image, "tile", None)
        or image.format not in PILLOW_NAMES
        or image.tell() != 0
    ):
        return None
    try:
        place = file.tell()
        file.seek(0)
        content: bytes = file.read(MAX_FILE_BYTES + 1)
        file.seek(place)
    except (OSError, ValueError):  # closed, or a stream that cannot go back
        return None
    return content if len(content) <= MAX_FILE_BYTES else None
