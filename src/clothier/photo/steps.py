"""The steps of the photo doctor, in order: what each does to the picture, in words, and what it warns of.

From `trim` on, they are those by which Fashion-MNIST was made. Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST", 2017,
section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

from clothier.photo import foreground
from clothier.photo.foreground import Mask
from clothier.values import Images

LEAST, MOST = 0.02, 0.95  # share of the picture that a thing takes up; else none was found
CLOSE = 0.05  # of the range of a colour: nearer to white, or black, is background. Source: as of the steps
# Of the range too: a ground that is farther from white, or black, is a photo's and no product shot's.
FLAT = 0.015
# Of the unsharp mask, whose radius is the published one. The filter that shrinks blurs less than the published choice
# of every nth pixel, and at 100 percent models found up to 6 photos of 100 fewer.
SHARPNESS = 30
# A thing in a room has shadows and folds that a product shot lacks, and models take them for buttons and collars:
# with less contrast, about the mean level of Fashion-MNIST's things, they found 2 to 4 photos of 100 more.
LEVEL, CONTRAST = 145, 0.6
CUT_OFF = 0.05  # share of the photo's edge that a thing may lie on
# Of the thing's area: pixels that may be of either side. Of 332 photos 15 % were above. Looked at, their masks lacked
# sleeves or kept the floor; the model fashion-mnist was right on 31 % of these and on 65 % of the others.
UNCLEAR = 0.1
UNCLEAR_WORDS = (
    "the garment is hard to tell from its background, so parts of it may be missing, or parts of the background be "
    "left; photograph it on a plain background, or use the whole photo"
)
CUT_OFF_WORDS = "the garment reaches the edge of the photo, so part of it may be missing"


@dataclass
class Case:
    """What the steps hand on: the picture, mode L or RGB; where the thing is, if that was found; the grey level around
    it, if it is known; whether its background was plain from the start; whether it was shrunk; and as `load` tells them
    the picture's opacity, the ground under what is transparent, and what its file holds beside it."""

    picture: Image.Image
    size: tuple[int, int]
    channels: int
    mask: Mask | None = None
    ground: int | None = None
    plain: bool = False
    shrunk: bool = False
    opacity: Image.Image | None = None
    under: int = 255
    left_out: str = ""


def _cut(case: Case) -> tuple[str, str]:
    """Find the thing, and paint what is around it white; black around a light thing that is to lie on black."""
    if case.opacity is not None:
        mask = np.asarray(case.opacity) > 127
        if mask.any() and mask.mean() <= MOST:
            paint = _paint(case, mask)
            case.plain = True
            return f"cut out by transparency, on {paint}", ""
    pixels = np.asarray(case.picture.convert("RGB"))
    if _plain(pixels, case):
        return "unchanged: plain background", ""
    mask, unclear = foreground.look(pixels)
    if not LEAST <= mask.mean() <= MOST:
        return "unchanged: no background found", (
            "no garment could be separated from the background, so the whole photo is used; photograph one garment "
            "on a plain background"
        )
    paint = _paint(case, mask)
    warning = UNCLEAR_WORDS if unclear > UNCLEAR else ""
    return f"background painted {paint}", CUT_OFF_WORDS if _edge(mask).mean() > CUT_OFF else warning


def _paint(case: Case, mask: Mask) -> str:
    """Paint what is around the mask, and say how: for grey images by the thing's own light, for others as the ground
    under what is transparent, which is white where nothing is."""
    light = case.under == 0
    if case.channels == 1:
        light = bool(np.asarray(case.picture.convert("L"))[mask].mean() > 127)
    paint, case.ground = ("black", 0) if light else ("white", 255)
    around = Image.new(case.picture.mode, case.picture.size, paint)
    case.picture, case.mask = Image.composite(case.picture, around, Image.fromarray(mask)), mask
    return paint


def _plain(pixels: Images, case: Case) -> bool:
    """Whether corners and most of the edge are white, or black, as in a product shot: what differs is the thing."""
    red, green, blue = np.moveaxis(pixels, 2, 0)  # NumPy is slow along an axis of three
    lightest = np.maximum(np.maximum(red, green), blue)
    darkest = np.minimum(np.minimum(red, green), blue)
    for ground, farthest in ((0, lightest), (255, 255 - darkest)):
        away = farthest / 255
        if away[[0, 0, -1, -1], [0, -1, 0, -1]].max() <= CLOSE and np.median(_edge(away)) <= FLAT:
            differs: Mask = away > CLOSE
            if differs.any():
                case.mask, case.ground, case.plain = differs, ground, True
                return True
    return False


def _edge(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _trim(case: Case) -> tuple[str, str]:
    if case.mask is None:
        return "unchanged: no garment found", ""
    rows, columns = (np.flatnonzero(case.mask.any(axis=axis)) for axis in (1, 0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    case.picture = case.picture.crop(box)
    case.mask = case.mask[box[1] : box[3], box[0] : box[2]]
    return "trimmed to the garment", ""


def _grey(case: Case) -> tuple[str, str]:
    case.picture = case.picture.convert("L")
    return "converted to grey", ""


def _even(case: Case) -> tuple[str, str]:
    if case.mask is None or case.plain:
        return f"unchanged: {'nothing was cut out' if case.opacity is None else 'already cut out'}", ""
    if case.picture.mode != "L":
        return "unchanged: not grey", ""
    levels = np.asarray(case.picture).astype(np.float32)
    target = LEVEL if case.ground == 0 else 255 - LEVEL
    evened = np.clip(target + CONTRAST * (levels - levels[case.mask].mean()), 0, 255)
    case.picture = Image.fromarray(np.where(case.mask, evened, levels).astype(np.uint8))
    return "lighting evened out", ""


def _resize(case: Case) -> tuple[str, str]:
    height, width = case.size
    scale = min(width / case.picture.width, height / case.picture.height)
    edges = max(1, round(scale * case.picture.width)), max(1, round(scale * case.picture.height))
    case.shrunk = scale < 1
    case.picture = case.picture.resize(edges, Image.Resampling.LANCZOS)
    return f"resized: longest edge {max(edges)} pixels", ""


def _sharpen(case: Case) -> tuple[str, str]:
    if not case.shrunk:
        return "unchanged: not shrunk before", ""
    case.picture = case.picture.filter(ImageFilter.UnsharpMask(radius=1, percent=SHARPNESS, threshold=0))
    return "sharpened", ""


def _centre(case: Case) -> tuple[str, str]:
    height, width = case.size
    ground = _ground(case)
    square = Image.new(case.picture.mode, (width, height), (ground,) * len(case.picture.getbands()))
    square.paste(case.picture, ((width - case.picture.width) // 2, (height - case.picture.height) // 2))
    case.picture = square
    return "centred", ""


def _light(case: Case) -> tuple[str, str]:
    if _ground(case) < 128:
        return "unchanged: already light on dark", ""
    case.picture = ImageOps.invert(case.picture)
    return "inverted to light on dark", ""


def _ground(case: Case) -> int:
    """The grey level around the thing: what was painted, or the border's."""
    if case.ground is not None:
        return case.ground
    return int(np.median(_edge(np.asarray(case.picture.convert("L")))))


# In order; `upright` is done while decoding.
STEPS: dict[str, Callable[[Case], tuple[str, str]] | None] = {
    "upright": None,
    "cut": _cut,
    "trim": _trim,
    "grey": _grey,
    "even": _even,
    "resize": _resize,
    "sharpen": _sharpen,
    "centre": _centre,
    "light": _light,
}
GREY_ALONE = ("grey", "even", "sharpen", "light")  # those of grey images alone
