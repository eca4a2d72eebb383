"""Pictures the tests of this room draw."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

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


def phone_photo(path: Path, seed: int) -> Path:
    """A dark thing on a light ground, with noise, as a phone might see it."""
    image = Image.new("RGB", (90, 120), (190, 170, 140))
    ImageDraw.Draw(image).rectangle((20 + seed, 25, 60, 95 - 3 * seed), (30, 40, 40 + 30 * seed))
    noise = np.random.default_rng(seed).integers(-8, 9, (120, 90, 3))
    Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)).save(path)
    return path
