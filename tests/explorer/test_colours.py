"""The classes' colours, as people with each kind of colour vision see them."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from clothier.explorer import page

Array = npt.NDArray[np.float64]

# Source: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency",
# 2009, severity 1.0; for linear RGB.
VISION: dict[str, Array] = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
# Linear RGB -> XYZ over the white point. Source: IEC 61966-2-1.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
NUM_SHAPES = 5
GROUND = {"light": "#ffffff", "dark": "#171717"}


def lab(colour: str, vision: str) -> Array:
    """CIE L*a*b* of "#rrggbb" in that kind of vision."""
    shares = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    relative = XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / WHITE
    root = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def colours(theme: str) -> list[str]:
    (listed,) = re.findall(rf"CLASSES = {{.*?\b{theme}: \[([^\]]+)\]", page._read("colours.js"), re.S)
    return re.findall(r"#[0-9a-f]{6}", listed)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", GROUND)
def test_classes_differ_from_each_other_and_from_the_ground(theme: str, vision: str) -> None:
    found = colours(theme)
    assert len(found) == 10
    for first, second in combinations(range(10), 2):
        apart = np.linalg.norm(lab(found[first], vision) - lab(found[second], vision))
        # A difference of 2.3 can just be seen; two classes of one shape must be told apart by colour alone.
        assert apart > (25 if first % NUM_SHAPES == second % NUM_SHAPES else 10), (first, second)
    for colour in found:
        assert np.linalg.norm(lab(colour, vision) - lab(GROUND[theme], vision)) > 25, colour
