"""A picture -> pixels of the size a model expects, with its aspect ratio kept."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

from clothier.photo.decoding import load
from clothier.photo.sources import MAX_PIXELS, Source
from clothier.values import Images

CROPS = ("centre", "pad")


def read(
    source: Source,
    size: tuple[int, int],
    crop: str = "pad",
    *,
    channels: int = 3,
    max_pixels: int = MAX_PIXELS,
) -> tuple[Images, str]:
    """(the picture as a model sees it, uint8 (height, width, channels), channels 1 or 3; what its file lacks or
    holds beside it, as `load` tells it).

    `size` is (height, width) in pixels, `crop` as in `fit`, `max_pixels` as in `load`. Raises DataError as `load`.
    """
    height, width = size
    # A JPEG can be decoded at a half, a quarter or an eighth for a fraction of the work; twice the size wanted
    # is left for the resampling filter, so that the result is nearly that of a full decode.
    picture = load(source, at_least=(2 * height, 2 * width), max_pixels=max_pixels)
    image = picture.pixels.convert("RGB" if channels == 3 else "L")
    return fit(image, size, crop, picture.ground), picture.left_out


def fit(image: Image.Image, size: tuple[int, int], crop: str = "pad", ground: int = 255) -> Images:
    """The image, mode L or RGB, resized with its aspect ratio kept: uint8 (height, width, 1 or 3).

    `size` is (height, width). "pad" shows all of it on the ground, a grey level; "centre" fills the frame and cuts the
    edges off.
    """
    height, width = size
    if crop == "centre":
        fitted = ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)
    else:
        scale = min(width / image.width, height / image.height)
        inner = (max(1, round(scale * image.width)), max(1, round(scale * image.height)))
        fitted = Image.new(image.mode, (width, height), (ground,) * len(image.getbands()))
        corner = ((width - inner[0]) // 2, (height - inner[1]) // 2)
        fitted.paste(image.resize(inner, Image.Resampling.LANCZOS), corner)
    return np.asarray(fitted).reshape(height, width, -1)
