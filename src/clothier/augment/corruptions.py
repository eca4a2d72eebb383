"""What cameras and people do to photos: each image stays whole or suffers one of eight things.

Noise, blur, coarse pixels, darkness, glare, fog, lost colour, or a turn of up to 45 degrees, each at any strength from
none to that of the published third level. Source of the kinds: D. Hendrycks and T. Dietterich, "Benchmarking Neural
Network Robustness to Common Corruptions and Perturbations", 2019, section 4; colour and turns are added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.augment.affine import warp
from clothier.values import Images

PROBABILITY = 0.4  # that an image suffers one
MOST_NOISE = 46.0  # grey levels, standard deviation: 0.18 of the range
MOST_BLUR = 6  # pixels to each side, of an image of 224
TURN = 45.0  # degrees, either way

Image = Any  # float32 (height, width, channels), grey levels


@dataclass(frozen=True, eq=False)
class Dice:
    """Each (n,): int64 `kinds`, a place in KINDS, or -1 for an image that stays; float64 `strengths` in [0, 1]; int64
    `seeds` of noise and of signs."""

    kinds: npt.NDArray[np.int64]
    strengths: npt.NDArray[np.float64]
    seeds: npt.NDArray[np.int64]


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    count = len(images)
    kinds = rng.integers(0, len(KINDS), count)
    return Dice(
        kinds=np.where(rng.random(count) < PROBABILITY, kinds, -1),
        strengths=rng.random(count),
        seeds=rng.integers(0, 2**32, count),
    )


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    moved = images.copy()
    for row in np.flatnonzero(dice.kinds >= 0):
        rng = np.random.default_rng(int(dice.seeds[row]))
        corrupt = KINDS[int(dice.kinds[row])]
        pixels = corrupt(images[row].astype(np.float32), float(dice.strengths[row]), rng)
        moved[row] = np.clip(pixels + np.float32(0.5), 0, 255).astype(np.uint8)
    return moved


def _noise(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return image + rng.standard_normal(image.shape, np.float32) * np.float32(MOST_NOISE * strength)


def _blur(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Average over a square, twice, which is near a Gaussian."""
    reach = max(1, round(MOST_BLUR * strength * max(image.shape[:2]) / 224))
    for axis in (0, 1, 0, 1):
        image = _averaged(image, reach, axis)
    return image


def _averaged(image: Image, reach: int, axis: int) -> Image:
    """The mean over `reach` pixels to both sides; the edge goes on beyond itself."""
    padding = [(0, 0)] * 3
    padding[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(image, padding, mode="edge"), axis=axis, dtype=np.float64)
    ends = np.take(sums, np.arange(2 * reach + 1, sums.shape[axis]), axis)
    starts = np.take(sums, np.arange(sums.shape[axis] - 2 * reach - 1), axis)
    return ((ends - starts) / (2 * reach + 1)).astype(np.float32)


def _pixelate(image: Image, strength: float, rng: np.random.Generator) -> Image:
    step = 1 + round(3 * strength)
    height, width = image.shape[:2]
    rows, columns = (np.arange(side) // step * step + step // 2 for side in (height, width))
    return image[np.minimum(rows, height - 1)][:, np.minimum(columns, width - 1)]


def _darken(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return image * np.float32(1 - 0.7 * strength)


def _brighten(image: Image, strength: float, rng: np.random.Generator) -> Image:
    return image + np.float32(0.4 * 255 * strength)


def _fade(image: Image, strength: float, rng: np.random.Generator) -> Image:
    """Lose contrast, as in fog."""
    mean = image.mean()
    return mean + (image - mean) * np.float32(1 - 0.8 * strength)


def _grey(image: Image, strength: float, rng: np.random.Generator) -> Image:
    grey = image.mean(axis=2, keepdims=True)
    return image + (grey - image) * np.float32(strength)


def _turn(image: Image, strength: float, rng: np.random.Generator) -> Image:
    angle = np.deg2rad(TURN * strength) * rng.choice([-1.0, 1.0])
    matrix = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0]])
    centre = (np.array(image.shape[:2]) - 1) / 2
    matrix[:, 2] = centre - matrix[:, :2] @ centre
    return warp(image[None].astype(np.uint8), matrix[None])[0].astype(np.float32)


KINDS: tuple[Callable[[Image, float, np.random.Generator], Image], ...] = (
    _noise, _blur, _pixelate, _darken, _brighten, _fade, _grey, _turn,
)  # fmt: skip
