"""The photo doctor: a person's photo -> the image a model expects, step by step, each visible and switchable.

From `trim` on, the steps are those by which Fashion-MNIST was made. Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST",
2017, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter, ImageOps

from clothier.errors import DataError, unknown_name
from clothier.photo import foreground
from clothier.photo.decoding import MAX_PIXELS, load
from clothier.photo.fitting import CROPS, read
from clothier.photo.foreground import Mask
from clothier.values import Images

Diagnosis = tuple[Images, tuple[str, ...]]  # the image for a model, and what speaks against trusting it

WAYS = (*CROPS, "doctor")  # how a photo becomes an image
WORDS = {  # what those ways do that are not the doctor's
    "pad": "in place of all that: the photo as it is, resized, on white",
    "centre": "in place of all that: the middle of the photo, resized",
}
GREY_ALONE = ("grey", "even", "sharpen", "light")  # steps for grey images alone
SIDES, SIDE = (
    4,
    256,
)  # the longest edge meanwhile: so many sides of the model's image, and so many pixels at least
LEAST, MOST = 0.02, 0.95  # share of the picture that a thing takes up; else none was found
CLOSE = 0.05  # of the range of a colour: nearer to white, or black, is background. Source: as above
FLAT = (
    0.015  # of the range: a ground that is farther from white, or black, is a photo's and no product shot's
)
# Of the unsharp mask, whose radius is the published one. The filter that shrinks blurs less than the published choice
# of every so manyth pixel, and at 100 percent models found up to 6 photos of 100 fewer.
SHARPNESS = 30
# A thing in a room has shadows and folds that a product shot has not, and models take them for buttons and collars:
# with less contrast, about the mean level of Fashion-MNIST's things, they found 2 to 4 photos of 100 more.
LEVEL, CONTRAST = 145, 0.6
CUT_OFF = 0.05  # share of the photo's edge that a thing may lie on
CUT_OFF_WORDS = "the thing reaches the edge of the photo: what lies beyond is missing"


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
    """What the steps hand on: the picture, mode L or RGB; where the thing is, if that was found; the grey level around
    it, if it is known; whether its background was plain from the start; whether it was shrunk; and as `load` tells them
    the picture's opacity, the ground under what is transparent, and its damage."""

    picture: Image.Image
    size: tuple[int, int]
    channels: int
    mask: Mask | None = None
    ground: int | None = None
    plain: bool = False
    shrunk: bool = False
    opacity: Image.Image | None = None
    under: int = 255
    damage: str = ""


def prepare(
    source: Path | bytes,
    preprocessing: str,
    size: tuple[int, int],
    channels: int,
    max_pixels: int = MAX_PIXELS,
) -> Images:
    """The image a model is given for a photo, uint8 (height, width, channels).

    `preprocessing` is "doctor", or "pad" or "centre" as in `photo.fit`; `size` is (height, width), `max_pixels` as in
    `photo.decode`. Raises DataError, which gives the reason alone, for a picture that cannot be read, and InputError
    for another preprocessing.
    """
    return diagnose(source, preprocessing, size, channels, max_pixels)[0]


def diagnose(
    source: Path | bytes,
    preprocessing: str,
    size: tuple[int, int],
    channels: int,
    max_pixels: int = MAX_PIXELS,
) -> Diagnosis:
    """The image as `prepare` gives it, and what speaks against trusting it: what is missing of a truncated file, and
    what the doctor warns of, where it is called; arguments and errors as there."""
    if preprocessing == "doctor":
        case = _case(source, size, channels, max_pixels)
        warnings = [case.damage, *(warning for _, _, warning in _acted(case))]
        return _seen(case), tuple(filter(None, warnings))
    if preprocessing not in WAYS:
        raise unknown_name("preprocessing", preprocessing, WAYS)
    image, damage = read(source, size, preprocessing, channels=channels, max_pixels=max_pixels)
    return image, (damage,) if damage else ()


def attempt(
    source: Path | bytes, preprocessing: str, size: tuple[int, int], channels: int
) -> Diagnosis | DataError:
    """What `diagnose` gives, or the DataError that it raises: for many photos, of which some may be unreadable."""
    try:
        return diagnose(source, preprocessing, size, channels)
    except DataError as error:
        return error


def examine(
    source: Path | bytes,
    skip: Collection[str] = (),
    size: tuple[int, int] = (28, 28),
    channels: int = 1,
    max_pixels: int = MAX_PIXELS,
) -> Examination:
    """Every step from a photo to the image for a model of `size` (height, width) and channels, 1 or 3.

    Colours are left as they are, on white; what is grey is made as Fashion-MNIST was: sharpened, and light on dark.
    `skip` names steps of STEPS to leave out. Raises DataError as `prepare`, InputError for an unknown step.
    """
    check_steps(skip)
    case = _case(source, size, channels, max_pixels, upright="upright" not in skip)
    words = "the photo as it was stored" if "upright" in skip else "the photo, upright"
    steps, warnings = [_step("upright", words, case)], [case.damage]
    for name, done, warning in _acted(case, skip):
        steps.append(_step(name, done, case))
        warnings.append(warning)
    return Examination(tuple(steps), steps[-1].seen, tuple(filter(None, warnings)))


def as_predicted(examination: Examination, source: Path | bytes, preprocessing: str) -> Examination:
    """The examination with one more step, "predict": the photo as `prepare` makes it of the same source by that way,
    which is not the doctor's. Warnings of the doctor's own steps are left out: they say nothing of it."""
    height, width, channels = examination.image.shape
    image, warnings = diagnose(source, preprocessing, (height, width), channels)
    step = Step("predict", WORDS[preprocessing], image, image)
    return Examination((*examination.steps, step), image, warnings)


def check_steps(names: Collection[str]) -> None:
    """InputError for a name that is no step's, before any photo is read."""
    for name in names:
        if name not in STEPS:
            raise unknown_name("step", name, STEPS)


def _case(
    source: Path | bytes, size: tuple[int, int], channels: int, max_pixels: int, *, upright: bool = True
) -> _Case:
    side = max(SIDES * max(size), SIDE)
    loaded = load(source, at_least=(side, side), upright=upright, max_pixels=max_pixels)
    picture, opacity = loaded.pixels, loaded.opacity
    if max(picture.size) > side:
        scale = side / max(picture.size)
        edges = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
        picture = picture.resize(edges, Image.Resampling.LANCZOS)
        opacity = opacity and opacity.resize(edges, Image.Resampling.LANCZOS)
    return _Case(picture, size, channels, opacity=opacity, under=loaded.ground, damage=loaded.damage)


def _acted(case: _Case, skip: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Each step's name, what it did, and its warning or "", once it has been taken."""
    for name, act in STEPS.items():
        if name not in skip and act is not None and not (name in GREY_ALONE and case.channels == 3):
            yield name, *act(case)


def _step(name: str, words: str, case: _Case) -> Step:
    pixels = np.asarray(case.picture)
    return Step(name, words, pixels.reshape(*pixels.shape[:2], -1), _seen(case))


def _seen(case: _Case) -> Images:
    height, width = case.size
    picture = case.picture.convert("RGB" if case.channels == 3 else "L")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture).reshape(height, width, case.channels)


def _cut(case: _Case) -> tuple[str, str]:
    """Find the thing, and paint what is around it white; black around a light thing that is to lie on black."""
    if case.opacity is not None:
        mask = np.asarray(case.opacity) > 127
        if mask.any() and mask.mean() <= MOST:
            paint = _paint(case, mask)
            case.plain = True
            return f"cut out along its transparency, on {paint}", ""
    pixels = np.asarray(case.picture.convert("RGB"))
    if _plain(pixels, case):
        return "left as it is: a plain background", ""
    mask = foreground.find(pixels)
    if not LEAST <= mask.mean() <= MOST:
        return "left as it is: no background found", (
            "no thing could be told from its background: all of the photo is taken, where one thing on a plain "
            "ground is wanted"
        )
    paint = _paint(case, mask)
    missing = _edge(mask).mean() > CUT_OFF
    return f"background painted {paint}", CUT_OFF_WORDS if missing else ""


def _paint(case: _Case, mask: Mask) -> str:
    """Paint what is around the mask, and say how: for grey images by the thing's own light, for others as the ground
    under what is transparent, which is white where nothing is."""
    light = case.under == 0
    if case.channels == 1:
        light = bool(np.asarray(case.picture.convert("L"))[mask].mean() > 127)
    paint, case.ground = ("black", 0) if light else ("white", 255)
    around = Image.new(case.picture.mode, case.picture.size, paint)
    case.picture, case.mask = Image.composite(case.picture, around, Image.fromarray(mask)), mask
    return paint


def _plain(pixels: Images, case: _Case) -> bool:
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


def _trim(case: _Case) -> tuple[str, str]:
    if case.mask is None:
        return "left as it is: nothing to trim to", ""
    rows, columns = (np.flatnonzero(case.mask.any(axis=axis)) for axis in (1, 0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    case.picture = case.picture.crop(box)
    case.mask = case.mask[box[1] : box[3], box[0] : box[2]]
    return "trimmed to the thing", ""


def _grey(case: _Case) -> tuple[str, str]:
    case.picture = case.picture.convert("L")
    return "made grey", ""


def _even(case: _Case) -> tuple[str, str]:
    if case.mask is None or case.plain:
        return f"left as it is: {'nothing was cut out' if case.opacity is None else 'already cut out'}", ""
    if case.picture.mode != "L":
        return "left as it is: not grey", ""
    levels = np.asarray(case.picture).astype(np.float32)
    target = LEVEL if case.ground == 0 else 255 - LEVEL
    evened = np.clip(target + CONTRAST * (levels - levels[case.mask].mean()), 0, 255)
    case.picture = Image.fromarray(np.where(case.mask, evened, levels).astype(np.uint8))
    return "light evened out", ""


def _resize(case: _Case) -> tuple[str, str]:
    height, width = case.size
    scale = min(width / case.picture.width, height / case.picture.height)
    edges = max(1, round(scale * case.picture.width)), max(1, round(scale * case.picture.height))
    case.shrunk = scale < 1
    case.picture = case.picture.resize(edges, Image.Resampling.LANCZOS)
    return f"longest edge is {max(edges)} pixels", ""


def _sharpen(case: _Case) -> tuple[str, str]:
    if not case.shrunk:
        return "left as it is: nothing was shrunk", ""
    case.picture = case.picture.filter(ImageFilter.UnsharpMask(radius=1, percent=SHARPNESS, threshold=0))
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
    return int(np.median(_edge(np.asarray(case.picture.convert("L")))))


# In order; `upright` is done while decoding.
STEPS: dict[str, Callable[[_Case], tuple[str, str]] | None] = {
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
