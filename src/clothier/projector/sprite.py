"""Images -> one picture of all their thumbnails, as TensorBoard's page cuts it up."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from clothier.errors import DataError
from clothier.system.files import SOFTWARE
from clothier.values import Images

MAX_SIDE = 8192  # pixels; the page refuses a larger picture


def check(images: Images) -> None:
    """DataError for more images than fit into one picture."""
    room = (MAX_SIDE // side(images)) ** 2
    if len(images) > room:
        height, width = images.shape[1:3]
        raise DataError(
            f"{len(images):,} images of {height} x {width} pixels do not fit into TensorBoard's {MAX_SIDE} x "
            f"{MAX_SIDE}; {room:,} do; take a part with --sample {room}"
        )


def side(images: Images) -> int:
    """The side in pixels of the square that holds one image."""
    return int(max(images.shape[1:3]))


def draw(images: Images) -> bytes:
    """A PNG of the images in rows, as many rows as columns, each in a square cell of side `side(images)`.

    `images` uint8 (n, height, width, 1 or 3). What is light on a dark ground is inverted, to be dark on the light
    page; photos in colour are not. Around images that are not square the cell is transparent, which the page leaves
    out. Raises DataError as `check`.
    """
    check(images)
    num_images, height, width, channels = images.shape
    cell, columns = side(images), math.ceil(math.sqrt(num_images))
    shades = 255 - images if channels == 1 and images.mean() < 128 else images
    if height != width:
        shades = np.concatenate([shades, np.full((*images.shape[:3], 1), 255, np.uint8)], axis=3)
    top, left = (cell - height) // 2, (cell - width) // 2
    cells = np.zeros((columns * columns, cell, cell, shades.shape[3]), np.uint8)
    cells[:num_images, top : top + height, left : left + width] = shades
    sheet = (
        cells.reshape(columns, columns, cell, cell, -1)
        .swapaxes(1, 2)
        .reshape(columns * cell, columns * cell, -1)
    )
    file, marks = io.BytesIO(), PngInfo()
    marks.add_text("Software", SOFTWARE)
    Image.fromarray(sheet[..., 0] if sheet.shape[2] == 1 else sheet).save(file, "PNG", pnginfo=marks)
    return file.getvalue()
