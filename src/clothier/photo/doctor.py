"""The photo doctor: a person's photo -> the image a model expects, step by step, each visible and switchable."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from clothier.errors import DataError, unknown_name
from clothier.photo.decoding import load
from clothier.photo.fitting import CROPS, read
from clothier.photo.sources import MAX_PIXELS, Source
from clothier.photo.steps import GREY_ALONE, STEPS, Case
from clothier.values import Images

Diagnosis = tuple[Images, tuple[str, ...]]  # the image for a model, and what speaks against trusting it

WAYS = (*CROPS, "doctor")  # how a photo becomes an image
WORDS = {  # what those ways do that are not the doctor's
    "pad": "instead of these steps: padded, resized",
    "centre": "instead of these steps: cropped, resized",
}
CUTTING = ("cut", "trim")  # the steps that leave a part of the photo out
WHOLE_WORDS = "the whole photo was used, with its background, as was asked for"
# The longest edge during the steps: SIDES times the side of the model's image, and at least SIDE pixels.
SIDES, SIDE = 4, 256


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


def prepare(
    source: Source,
    preprocessing: str,
    size: tuple[int, int],
    channels: int,
    max_pixels: int = MAX_PIXELS,
) -> Images:
    """The image a model is given for a photo, uint8 (height, width, channels).

    `source` is a path, the bytes of a picture's file, or a PIL image. `preprocessing` is "doctor", or "pad" or "centre"
    as in `photo.fit`; `size` is (height, width), `max_pixels` as in `photo.decode`. Raises DataError, which gives the
    reason alone, for a picture that cannot be read, InputTypeError for another type of source, and InputError
    for another preprocessing.
    """
    return diagnose(source, preprocessing, size, channels, max_pixels)[0]


def diagnose(
    source: Source,
    preprocessing: str,
    size: tuple[int, int],
    channels: int,
    max_pixels: int = MAX_PIXELS,
    *,
    whole: bool = False,
) -> Diagnosis:
    """The image as `prepare` gives it, and what speaks against trusting it: what is missing of a truncated file, and
    what the doctor warns of, where it is called; arguments and errors as there. With `whole` nothing is cut out or
    off."""
    if preprocessing == "doctor":
        case = _case(source, size, channels, max_pixels)
        acted = list(_acted(case, CUTTING if whole else ()))
        warnings = [case.left_out, WHOLE_WORDS if whole else "", *(warning for _, _, warning in acted)]
        return _seen(case), tuple(filter(None, warnings))
    if preprocessing not in WAYS:
        raise unknown_name("preprocessing", preprocessing, WAYS)
    way = "pad" if whole else preprocessing
    image, left_out = read(source, size, way, channels=channels, max_pixels=max_pixels)
    return image, (left_out,) if left_out else ()


def attempt(
    source: Source, preprocessing: str, size: tuple[int, int], channels: int, *, whole: bool = False
) -> Diagnosis | DataError:
    """What `diagnose` gives, or the DataError that it raises: for many photos, of which some may be unreadable."""
    try:
        return diagnose(source, preprocessing, size, channels, whole=whole)
    except DataError as error:
        return error


def examine(
    source: Source,
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
    steps, warnings = [_step("upright", words, case)], [case.left_out]
    for name, done, warning in _acted(case, skip):
        steps.append(_step(name, done, case))
        warnings.append(warning)
    return Examination(tuple(steps), steps[-1].seen, tuple(filter(None, warnings)))


def as_predicted(examination: Examination, source: Source, preprocessing: str) -> Examination:
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
    source: Source, size: tuple[int, int], channels: int, max_pixels: int, *, upright: bool = True
) -> Case:
    side = max(SIDES * max(size), SIDE)
    loaded = load(source, at_least=(side, side), upright=upright, max_pixels=max_pixels)
    picture, opacity = loaded.pixels, loaded.opacity
    if max(picture.size) > side:
        scale = side / max(picture.size)
        edges = max(1, round(scale * picture.width)), max(1, round(scale * picture.height))
        picture = picture.resize(edges, Image.Resampling.LANCZOS)
        opacity = opacity and opacity.resize(edges, Image.Resampling.LANCZOS)
    return Case(picture, size, channels, opacity=opacity, under=loaded.ground, left_out=loaded.left_out)


def _acted(case: Case, skip: Collection[str] = ()) -> Iterator[tuple[str, str, str]]:
    """Each step's name, what it did, and its warning or "", once it has been taken."""
    for name, act in STEPS.items():
        if name not in skip and act is not None and not (name in GREY_ALONE and case.channels == 3):
            yield name, *act(case)


def _step(name: str, words: str, case: Case) -> Step:
    pixels = np.asarray(case.picture)
    return Step(name, words, pixels.reshape(*pixels.shape[:2], -1), _seen(case))


def _seen(case: Case) -> Images:
    height, width = case.size
    picture = case.picture.convert("RGB" if case.channels == 3 else "L")
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    return np.asarray(picture).reshape(height, width, case.channels)
