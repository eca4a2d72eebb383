"""A picture as a model sees it -> what can be told of it by itself: light, sharpness, its border, hashes."""

from __future__ import annotations

from collections.abc import Iterator
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


def look_together(images: Images) -> Iterator[Look]:
    """`look` at each of many small images, uint8 (n, height, width, 1 or 3) with a side below LEAST_FOR_BLUR: the same
    in a tenth of the time, most of which one image at a time spends on calls."""
    from scipy.fft import dct

    pixels = images if images.shape[3] == 3 else images[..., 0]
    pictures = [Image.fromarray(each) for each in np.ascontiguousarray(pixels)]
    lights = [picture.convert("L") for picture in pictures]
    grey = np.stack([np.asarray(light) for light in lights]).reshape(len(images), -1)
    low, high = np.percentile(grey.astype(np.float32), (0.5, 99.5), axis=1)
    small = [
        np.asarray(each.resize((SIDE, SIDE), Image.Resampling.BOX)).reshape(SIDE, SIDE, -1)
        for each in pictures
    ]
    # imagehash.phash, of all at once.
    fine = [np.asarray(light.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float64) for light in lights]
    lowest = dct(dct(np.stack(fine), axis=1), axis=2)[:, :8, :8].reshape(len(images), HASH_BITS)
    bits = lowest > np.median(lowest, axis=1, keepdims=True)
    borders = _borders(images)
    for row, picture in enumerate(small):
        yield Look(float(low[row]), float(high[row]), float("nan"), borders[row], bits[row], picture)


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
    return np.asarray(_borders(image[np.newaxis])[0])


def _borders(images: Images) -> Floats:
    """`border` of each of many images, uint8 (n, height, width, 1 or 3): float32 (n, 24)."""
    count, height, width, channels = images.shape
    tall, wide = max(1, round(CORNER * height)), max(1, round(CORNER * width))
    corners = [
        images[:, rows, columns].mean(axis=(1, 2))
        for rows in (slice(None, tall), slice(-tall, None))
        for columns in (slice(None, wide), slice(-wide, None))
    ]
    frame = (images[:, :tall], images[:, -tall:], images[:, :, :wide], images[:, :, -wide:])
    sides = [np.median(part.reshape(count, -1, channels), axis=1) for part in frame]
    colours = np.stack([*corners, *sides], axis=1).astype(np.float32)
    return np.broadcast_to(colours, (count, 8, 3)).reshape(count, NUM_BORDER)
