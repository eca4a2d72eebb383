"""A picture in the colours of its ICC profile, or of a printer's inks -> the same in sRGB, as everything else is."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

MOST_BYTES = 4_000_000  # of a profile; those of printing presses have up to three million
SAME = 2  # levels by which a profile of sRGB moves no colour, however it was written
_STEPS = np.linspace(0, 255, 9).astype(np.uint8)


def to_srgb(image: Image.Image) -> Image.Image:
    """A picture of mode L, RGB or CMYK in sRGB, mode L or RGB. A profile that cannot be read, or that belongs to
    another mode, counts for nothing."""
    target = "L" if image.mode == "L" else "RGB"
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and 128 < len(profile) <= MOST_BYTES:
        transform = _transform(profile, image.mode)
        if transform is not None:
            converted: Image.Image = transform.apply(image)
            return converted.convert(target)
    return image if image.mode == target else image.convert(target)


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> Any:
    """Pillow's transform from a profile to sRGB; None where it would change nothing, or there can be none."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except Exception:  # of a profile that is damaged, or not for this mode
        return None
    if mode == "CMYK":
        return transform
    probe = _probe(mode)
    change = np.asarray(transform.apply(probe), np.int16) - np.asarray(probe.convert("RGB"), np.int16)
    return transform if np.abs(change).max() > SAME else None


def _probe(mode: str) -> Image.Image:
    """Colours, or greys, from all over the range."""
    if mode == "L":
        return Image.fromarray(_STEPS[np.newaxis])
    grid = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), axis=-1)
    return Image.fromarray(grid.reshape(1, -1, 3))
