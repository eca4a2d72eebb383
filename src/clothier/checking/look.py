"""A picture as a model sees it -> what can be told of it by itself: light, sharpness, its border, hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.ndimage import uniform_filter1d

from clothier.values import Floats, Images

HASH_BITS = 64
SIDE = 32  # of the small copy by which near duplicates are confirmed
LEAST_FOR_BLUR = 96  # pixels: of smaller pictures it cannot be told
CORNER = 0.08  # of each side
NUM_BORDER = 24  # numbers by which a border is known


@dataclass(frozen=True, eq=False)
class Look:
    """What is told of one picture. `low` and `high` are its darkest and its brightest grey level, the outermost half
    percent apart; `blur` in [0, 1] is as of `blur_effect`, NaN where it cannot be told. `border` float32 (24,): levels
    of red, green and blue in the four corners, and their medians along the four sides. `bits` bool (64,) is the
    perceptual hash, `small` uint8 (SIDE, SIDE, channels) the picture squeezed into a square."""

    low: float
    high: float
    blur: float
    border: Floats
    bits: npt.NDArray[np.bool_]
    small: Images


def look(image: Images) -> Look:
    """What is told of an image, uint8 (height, width, 1 or 3)."""
    import imagehash

    pixels = image if image.shape[2] == 3 else image[..., 0]
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    light = picture.convert("L")
    grey = np.asarray(light, np.float32)
    low, high = np.percentile(grey, (0.5, 99.5))
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX)).reshape(SIDE, SIDE, -1)
    # Source: N. Krawetz, "Looks Like It", 2011: signs of the lowest frequencies.
    bits = np.asarray(imagehash.phash(light).hash).ravel()
    sharp_enough = min(grey.shape) >= LEAST_FOR_BLUR
    return Look(
        float(low),
        float(high),
        blur_effect(grey) if sharp_enough else float("nan"),
        border(image),
        bits,
        small,
    )


def blur_effect(grey: npt.NDArray[Any], size: int = 11) -> float:
    """How blurred a picture is, float (height, width) -> [0, 1]: what is sharp loses most of the differences between
    neighbouring pixels when it is blurred again, what is blurred loses few. The worse of the two directions counts.

    Source: F. Crete et al., "The blur effect: perception and estimation with a new no-reference perceptual blur
    metric", 2007.
    """
    worst = 0.0
    for axis in (0, 1):
        again = uniform_filter1d(grey, size, axis=axis, mode="nearest")
        before, after = (np.abs(np.diff(each, axis=axis)) for each in (grey, again))
        total = float(before.sum())
        lost = float(np.maximum(before - after, 0).sum())
        worst = max(worst, (total - lost) / total if total else 0.0)
    return worst


def border(image: Images) -> Floats:
    """The colours around a thing, float32 (24,), in [0, 255]: means of the corners, medians of the sides, which a thing
    that touches a side in one place leaves as they are."""
    height, width = image.shape[:2]
    tall, wide = max(1, round(CORNER * height)), max(1, round(CORNER * width))
    corners = [
        image[rows, columns].mean(axis=(0, 1))
        for rows in (slice(None, tall), slice(-tall, None))
        for columns in (slice(None, wide), slice(-wide, None))
    ]
    frame = (image[:tall], image[-tall:], image[:, :wide], image[:, -wide:])
    sides = [np.median(part.reshape(-1, image.shape[2]), axis=0) for part in frame]
    colours = np.stack([*corners, *sides]).astype(np.float32)
    return np.broadcast_to(colours, (8, 3)).ravel() if image.shape[2] == 1 else colours.ravel()
