"""Images as the page shows them: photos from their files, other images enlarged."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from clothier import photo
from clothier.errors import DataError
from clothier.values import Images

SIZES = (512, 96)  # pixels of the longer side, at most


def of_file(path: Path, size: int) -> bytes:
    """The photo as JPEG. Raises DataError where it cannot be read."""
    picture = photo.decode(path, at_least=(size, size))
    picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return _saved(picture, "JPEG", quality=88)


def of_pixels(image: Images, size: int) -> bytes:
    """The image, uint8 (height, width, channels), as PNG: enlarged by a whole factor, so that its pixels are seen."""
    picture = Image.fromarray(np.squeeze(image, axis=2) if image.shape[2] == 1 else image)
    factor = max(1, size // max(picture.size))
    if factor > 1:
        picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    else:
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    return _saved(picture, "PNG")


def of(path: Path | None, image: Images, size: int) -> tuple[bytes, str]:
    """(the picture, its media type): the file's where there is one that can still be read, else the image's."""
    if path is not None:
        try:
            return of_file(path, size), "image/jpeg"
        except DataError:  # moved or changed since
            pass
    return of_pixels(image, size), "image/png"


def _saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **options)
    return content.getvalue()
