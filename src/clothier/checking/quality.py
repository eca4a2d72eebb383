"""Pictures that show little: dark, blank, blurred, smaller than a model takes, oddly shaped."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.checking import advice
from clothier.checking.material import Material, Rows
from clothier.values import Finding
from clothier.values.wording import counted

BLANK = 12  # grey levels of 255 between the darkest and the brightest half percent
DARK = 64  # grey level that the brightest half percent does not reach
# Of `blur_effect`: sharp photos have 0.2 to 0.4, and a blur of five pixels' radius at 224 pixels gives 0.6.
BLURRED = 0.6
UPSCALED = 1.1  # a picture enlarged by more than this is called tiny
LONG = 3.0  # times its short side: a picture padded to a square then fills a third of it


def of_light(material: Material) -> list[Finding]:
    looks = material.looks
    contrast = looks.high - looks.low
    blank = contrast < BLANK
    dark = ~blank & (looks.high < DARK)
    found = [
        _finding(
            material, "blank", "blank", blank, contrast, "They have one colour all over.",
            "Take them out, or photograph them again.",
        ),
        _finding(
            material, "dark", "dark", dark, looks.high, "Nothing in them is brighter than a quarter of white.",
            "Brighten them, photograph them again, or take them out.",
        ),
    ]  # fmt: skip
    return [one for one in found if one]


def of_blur(material: Material) -> list[Finding]:
    looks = material.looks
    with np.errstate(invalid="ignore"):  # NaN, where it cannot be told, is not above
        blurred = (looks.blur > BLURRED) & (looks.high - looks.low >= BLANK) & (looks.high >= DARK)
    one = _finding(
        material, "blurred", "blurred", blurred, -looks.blur,
        "Blurring them once more hardly changes them: they have no sharp edge at the size a model takes.",
        "Look at them, and take out those in which a person could not tell the class.",
    )  # fmt: skip
    return [one] if one else []


def of_shapes(material: Material) -> list[Finding]:
    if material.files is None:
        return []
    heights, widths = (
        np.array([getattr(header, side) for header in material.files.headers], np.float32)
        for side in ("height", "width")
    )
    height, width = material.dataset.image_shape[:2]
    scale = np.minimum(height / heights, width / widths)
    length = np.maximum(heights, widths) / np.minimum(heights, widths)
    sizes = [f"{int(w)} x {int(h)}" for h, w in zip(heights, widths, strict=True)]
    tiny = _finding(
        material, "tiny", "tiny", scale > UPSCALED, -scale,
        f"They have fewer pixels than the {width} x {height} that they are enlarged to, so detail is made up.",
        "Find larger originals, or train at a smaller --image-size.", sizes,
    )  # fmt: skip
    odd = _finding(
        material, "oddly-shaped", "oddly shaped", length > LONG, -length,
        f"They are more than {LONG:.0f} times as long as wide, so most of the image is padding.",
        "Cut them to the thing that they show.", sizes,
    )  # fmt: skip
    return [one for one in (tiny, odd) if one]


def _finding(
    material: Material,
    kind: str,
    word: str,
    mask: npt.NDArray[np.bool_],
    worst: npt.NDArray[Any],
    words: str,
    what: str,
    notes: list[str] | None = None,
) -> Finding | None:
    """The finding of these pictures, those with the lowest `worst` first; None where there are none."""
    rows: Rows = np.flatnonzero(mask)
    if not len(rows):
        return None
    rows = rows[np.argsort(worst[rows], kind="stable")]
    said = [notes[row] for row in rows] if notes else ()
    return Finding(
        kind,
        f"{counted(len(rows), f'{word} picture')}",
        words,
        len(rows),
        what,
        groups=material.sights(rows, said),
        commands=advice.doctor(material, int(rows[0])),
    )
