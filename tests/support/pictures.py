"""Pictures the tests of this room draw."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from clothier.values import Images


def colours(height: int = 30, width: int = 40) -> Images:
    """A picture that no flip or turn leaves as it is."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 6, columns * 5, (rows + columns) * 3], axis=-1).astype(np.uint8)


def encode(picture: Image.Image | Images, kind: str = "PNG", **options: Any) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def thing(
    size: tuple[int, int] = (300, 240),
    box: tuple[int, int, int, int] = (80, 60, 180, 260),
    colour: tuple[int, int, int] = (40, 60, 140),
    ground: tuple[int, int, int] = (200, 180, 150),
    noise: int = 6,
) -> Image.Image:
    """A box (left, top, right, bottom) of one colour on a ground of another, mode RGB, `size` (height, width), each
    pixel off by up to `noise` levels."""
    height, width = size
    image = Image.new("RGB", (width, height), ground)
    image.paste(colour, box)
    off = np.random.default_rng(3).integers(-noise, noise + 1, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(image) + off, 0, 255).astype(np.uint8))
