"""The photo doctor: a person's photo -> the image a model expects, step by step, each visible and switchable.

From `trim` on, the steps are those by which Fashion-MNIST was made. Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST",
2017, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from clothier.errors import unknown_name
from clothier.photo import foreground
from clothier.photo.decoding import decode
from clothier.photo.fitting import CROPS, read
from clothier.photo.foreground import Mask
from clothier.values import Images

WORKING = 4  # the longest edge meanwhile, in sides of the model's image
LEAST, MOST = 0.02, 0.95  # share of the picture that a thing takes up; else none was found
CLOSE = 0.05  # of the range of a colour: nearer to the corners' colour is background. Source: as above


@dataclass(frozen=True, eq=False)
class Step:
    """What a step made: its name, what it did in words, the picture uint8 (height, width, 1 or 3), and the same as
    the model would see it were it only squeezed into shape, uint8 (h, w, c)."""

    name: str
    words: str
    pixels: Images
    seen: Images


@dataclass(frozen=True, eq=False)
class Examination:
    """All steps in order, the first being the photo as it came; the image for the model, uint8 (h, w, c); and what
    speaks against trusting it."""

    steps: tuple[Step, ...]
    image: Images
    warnings: tuple[str, ...]


@dataclass
class _Case:
    """What the steps hand on: the picture, mode L or RGB; where the thing is, if that was found; and the grey level
    around it, if it is known."""

    picture: Image.Image
    size: tuple[int, int]
    mask: Mask | None = None
    ground: int | None = None


def prepare(source: Path | bytes, preprocessing: str, size: tuple[int, int], channels: int) -> Images:
    """The image a model is given for a photo, uint8 (height, width, channels).

    `preprocessing` is "doctor", or "pad" or "centre" as in `photo.fit`; `size` is (height, width). Raises DataError,
    which gives the reason alone, for a picture that cannot be read, and InputError for another preprocessing.
    """
    if preprocessing == "doctor":
        return examine(source, size=size, channels=channels).image
    if preprocessing not in CROPS:
        raise unknown_name("preprocessing", preprocessing, ("doctor", *CROPS))
    return read(source, size, preprocessing, channels=channels)


def examine(
    source: Path | bytes,
    skip: Collection[str] = (),
    size: tuple[int, int] = (28, 28),
    channels: int = 1,
) -> Examination:
    """Every step from a photo to the image for a model of `size` (height, width) and channels, 1 or 3.

    `skip` names steps of STEPS to leave out. Raises DataError as `prepare`, InputError for an unknown step.
    """
    for name in skip:
        if name not in STEPS:
            raise unknown_name("step", name, STEPS)
    side = WORKING * max(size)
    picture = decode(source, at_least=(side, side), upright="upright" not in skip)
    if max(picture.size) > side:
        scale = side / max(picture.size)
        edges = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
        picture = picture.resize(edges, Image.Resampling.LANCZOS)
    case = _Case(picture, size)
    words = "the photo" if "upright" in skip else "the photo, upright"
    steps = [_step("upright", words, case, channels)]
    warnings = []
    for name, act in STEPS.items():
        if name in skip or act is None or (name == "grey" and channels == 3):
            continue
        done, warning = act(case)
        steps.append(_step(name, done, case, channels))
        if warning:
            warnings.append(warning)
    return Examination(tuple(steps), steps[-1].seen, tuple(warnings))


def _step(name: str, words: str, case: _Case, channels: int) -> Step:
    pixels = np.asarray(case.picture)
    height, width = case.size
    picture = case.picture.convert("RGB" if channels == 3 else "L")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    seen = np.asarray(picture).reshape(height, width, channels)
    return Step(name, words, pixels.reshape(*pixels.shape[:2], -1), seen)


def _cut(case: _Case) -> tuple[str, str]:
    """Find the thing, and paint what is around it white; black around a light thing."""
    pixels = np.asarray(case.picture.convert("RGB"))
    plain = _differing(pixels)
    if plain is not None:
        case.mask = plain
        return "a plain background, left as it is", ""
    mask = foreground.find(pixels)
    if not LEAST <= mask.mean() <= MOST:
        return "no background found", "the thing could not be told from its background"
    case.mask = mask
    grey = np.asarray(case.picture.convert("L"))
    case.ground = 0 if grey[mask].mean() > 127 else 255
    around = Image.new(case.picture.mode, case.picture.size, "black" if case.ground == 0 else "white")
    case.picture = Image.composite(case.picture, around, Image.fromarray(mask))
    return f"background painted {'black' if case.ground == 0 else 'white'}", ""


def _differing(pixels: Images) -> Mask | None:
    """What differs from the colour of the corners, where they and most of the edge agree on one; else None."""
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]].astype(np.int16)
    colour = np.median(corners, axis=0)
    close = CLOSE * 255
    if np.abs(corners - colour).max() > close:
        return None
    differs: Mask = np.abs(pixels - colour).max(axis=2) > close
    edge = np.concatenate([differs[0], differs[-1], differs[:, 0], differs[:, -1]])
    return differs if edge.mean() < 0.5 and differs.any() else None


def _trim(case: _Case) -> tuple[str, str]:
    if case.mask is None:
        return "nothing to trim", ""
    rows, columns = (np.flatnonzero(case.mask.any(axis=axis)) for axis in (1, 0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    case.picture = case.picture.crop(box)
    case.mask = case.mask[box[1] : box[3], box[0] : box[2]]
    return "trimmed to the thing", ""


def _grey(case: _Case) -> tuple[str, str]:
    case.picture = case.picture.convert("L")
    return "grey", ""


def _resize(case: _Case) -> tuple[str, str]:
    height, width = case.size
    scale = min(width / case.picture.width, height / case.picture.height)
    edges = max(1, round(scale * case.picture.width)), max(1, round(scale * case.picture.height))
    case.picture = case.picture.resize(edges, Image.Resampling.LANCZOS)
    return f"longest edge to {max(edges)}", ""


def _sharpen(case: _Case) -> tuple[str, str]:
    case.picture = case.picture.filter(ImageFilter.UnsharpMask(radius=1, percent=100, threshold=0))
    return "sharpened", ""


def _centre(case: _Case) -> tuple[str, str]:
    height, width = case.size
    ground = _ground(case)
    square = Image.new(case.picture.mode, (width, height), (ground,) * len(case.picture.getbands()))
    square.paste(case.picture, ((width - case.picture.width) // 2, (height - case.picture.height) // 2))
    case.picture = square
    return "put in the middle", ""


def _light(case: _Case) -> tuple[str, str]:
    if _ground(case) < 128:
        return "light on dark already", ""
    case.picture = ImageOps.invert(case.picture)
    return "turned to light on dark", ""


def _ground(case: _Case) -> int:
    """The grey level around the thing: what was painted, or the border's."""
    if case.ground is not None:
        return case.ground
    grey = np.asarray(case.picture.convert("L"))
    return int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


# In order; `upright` is done while decoding.
STEPS: dict[str, Callable[[_Case], tuple[str, str]] | None] = {
    "upright": None,
    "cut": _cut,
    "trim": _trim,
    "grey": _grey,
    "resize": _resize,
    "sharpen": _sharpen,
    "centre": _centre,
    "light": _light,
}
