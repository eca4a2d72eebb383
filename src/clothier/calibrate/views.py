"""Several views of each held-out photo, as other people might have taken it: thresholds that hold for all of them are
less at the mercy of a few hundred photos."""

from __future__ import annotations

import numpy as np
from PIL import Image

from clothier.values import Images

NUM_VIEWS = 4  # of each photo, with itself
CROP = (0.85, 0.97)  # share of each side that a crop keeps
LIGHT = (0.7, 1.3)  # factor of all levels


def views(images: Images, seed: int = 0) -> list[Images]:
    """NUM_VIEWS arrays like `images`, uint8 (n, height, width, channels): the images, their mirror images, crops, and
    the images in another light. The same images and seed give the same views."""
    rng = np.random.default_rng(seed)
    keep = rng.uniform(*CROP, len(images))
    place = rng.uniform(0, 1, (len(images), 2))
    light = rng.uniform(*LIGHT, len(images)).astype(np.float32)
    crops = np.stack(
        [_crop(image, *dice) for image, dice in zip(images, zip(keep, place, strict=True), strict=True)]
    )
    lit = np.clip(np.rint(images * light[:, None, None, None]), 0, 255).astype(np.uint8)
    return [images, np.ascontiguousarray(images[:, :, ::-1]), crops, lit]


def _crop(image: Images, keep: float, place: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Images:
    height, width = image.shape[:2]
    high, wide = keep * height, keep * width
    top, left = place * (height - high, width - wide)
    planes = [
        Image.fromarray(image[..., channel]).resize(
            (width, height), Image.Resampling.BILINEAR, (left, top, left + wide, top + high)
        )
        for channel in range(image.shape[2])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=2)
