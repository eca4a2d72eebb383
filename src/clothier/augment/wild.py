"""What the photo doctor leaves of a person's photo: turned, stretched, of another contrast, on scraps of background.

For images that are light on dark, as Fashion-MNIST's: black is background. Each image is turned, sheared, scaled,
stretched and moved; its light is drawn anew, perhaps from dark to light; background shows through in an ellipse, which
may be all of the picture; another ellipse is bitten out; and it is blurred or sharpened. The reaches were chosen on
training photos (docs/photos.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.augment.affine import Matrices, warp
from clothier.values import Images

ROTATION = 20.0  # degrees, either way
SHEAR = 0.15  # sideways for each pixel down, and down for each sideways, either way
SCALES = (0.75, 1.1)  # of the thing
STRETCH = 1.3  # at most, of its height against its width, either way
SHIFT = 0.08  # of the side, either way
LEVELS = (40, 255)  # grey levels that the darkest and the lightest of the thing may have
SOLID = 32  # grey level from which on a pixel is all thing, and no background
SCRAP = 0.35  # probability that background shows through at all
BITE = 0.2  # probability that a piece is missing
BLUR = (-0.15, 0.25)  # weight of each neighbour, along either axis; below 0 sharpens
GRID = 5  # places along a side between which the background's light runs evenly
GRAIN = 40  # grey levels, either way, of its noise


@dataclass(frozen=True, eq=False)
class Dice:
    """For each image, float64: `places` (n, 2, 3), output (row, column, 1) -> input, in pixels; `ends` int64 (n, 2), what
    black and white become; `scraps` and `bites` (n, 4), ellipses as (row, column, radius down, radius across), with
    radius 0 where there is none; `lights` int64 (n, GRID, GRID) and `grain` int64 (n, height, width), the background;
    `blur` int64 (n,), in 256ths."""

    places: Matrices
    ends: npt.NDArray[np.int64]
    scraps: npt.NDArray[np.float64]
    bites: npt.NDArray[np.float64]
    lights: npt.NDArray[np.int64]
    grain: npt.NDArray[np.int64]
    blur: npt.NDArray[np.int64]


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape
    lights = rng.integers(0, 256, (num_images, 1, 1)) + rng.integers(-60, 61, (num_images, GRID, GRID))
    reach = rng.integers(0, GRAIN + 1, (num_images, 1, 1))
    return Dice(
        places=_places(rng, num_images, height, width),
        ends=rng.integers(*LEVELS, (num_images, 2), endpoint=True),
        scraps=_ellipses(rng, num_images, height, width, SCRAP, (0.15, 1.2)),
        bites=_ellipses(rng, num_images, height, width, BITE, (0.05, 0.25)),
        lights=np.clip(lights, 0, 255),
        grain=rng.integers(-reach, reach + 1, (num_images, height, width)),
        blur=rng.integers(round(256 * BLUR[0]), round(256 * BLUR[1]), num_images, endpoint=True),
    )


def _places(rng: np.random.Generator, num_images: int, height: int, width: int) -> Matrices:
    def draw(reach: float) -> npt.NDArray[np.float64]:
        return rng.uniform(-reach, reach, num_images)

    angle, lean, slant = np.deg2rad(draw(ROTATION)), draw(SHEAR), draw(SHEAR)
    scale, stretch = rng.uniform(*SCALES, num_images), np.exp(draw(np.log(STRETCH)) / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    one = np.ones(num_images)
    turned = np.array([[cos, -sin], [sin, cos]]).transpose(2, 0, 1)
    sheared = np.array([[one, lean], [slant, one]]).transpose(2, 0, 1)
    sized = np.array([[1 / (scale * stretch), 0 * one], [0 * one, stretch / scale]]).transpose(2, 0, 1)
    linear = turned @ sheared @ sized
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    moved = middle + np.stack([draw(SHIFT) * height, draw(SHIFT) * width], axis=-1)
    offset = middle - (linear @ moved[:, :, np.newaxis])[:, :, 0]
    return np.concatenate([linear, offset[:, :, np.newaxis]], axis=2)


def _ellipses(
    rng: np.random.Generator,
    num_images: int,
    height: int,
    width: int,
    probability: float,
    radii: tuple[float, float],
) -> npt.NDArray[np.float64]:
    sides = np.array([height, width])
    middles = rng.random((num_images, 2)) * (sides - 1)
    sizes = rng.uniform(*radii, (num_images, 2)) * sides
    sizes[rng.random(num_images) >= probability] = 0
    return np.concatenate([middles, sizes], axis=1)


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    # A frame of background: what is moved in from outside takes the nearest pixel.
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    places = dice.places.copy()
    places[:, :, 2] += 1 - places[:, :, :2].sum(axis=2)
    things = np.ascontiguousarray(warp(framed, places)[:, 1:-1, 1:-1])
    return _develop(
        things, dice.ends, dice.scraps, dice.bites, dice.lights, dice.grain.astype(np.int16), dice.blur
    )


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _develop(
    things: Images,
    ends: npt.NDArray[np.int64],
    scraps: npt.NDArray[np.float64],
    bites: npt.NDArray[np.float64],
    lights: npt.NDArray[np.int64],
    grain: npt.NDArray[np.int16],
    blur: npt.NDArray[np.int64],
) -> Images:
    num_images, height, width, channels = things.shape
    developed = np.empty_like(things)
    drawn = np.empty((height, width), np.int64)
    rows = np.empty((height, width), np.int64)
    for n in range(num_images):
        for c in range(channels):
            for y in range(height):
                for x in range(width):
                    level = np.int64(things[n, y, x, c])
                    if _inside(bites[n], y, x):
                        level = np.int64(0)
                    share = min(level, SOLID)
                    lit = ends[n, 0] * 255 + (ends[n, 1] - ends[n, 0]) * level
                    behind = np.int64(0)
                    if share < SOLID and _inside(scraps[n], y, x):
                        behind = _light(lights[n], y, x, height, width) + np.int64(grain[n, y, x])
                        behind = min(max(behind, 0), 255)
                    drawn[y, x] = (share * lit + (SOLID - share) * 255 * behind) // (255 * SOLID)
            _smooth(drawn, blur[n], rows, developed[n, :, :, c])
    return developed


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _inside(ellipse: npt.NDArray[np.float64], y: int, x: int) -> bool:
    if ellipse[2] == 0.0:
        return False
    down, across = (y - ellipse[0]) / ellipse[2], (x - ellipse[1]) / ellipse[3]
    return down * down + across * across <= 1.0  # type: ignore[no-any-return]  # a bool, of float64


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _light(lights: npt.NDArray[np.int64], y: int, x: int, height: int, width: int) -> int:
    """Between the four lights around a pixel: whole numbers in places and in weights."""
    down, across = y * (GRID - 1) * 64 // max(height - 1, 1), x * (GRID - 1) * 64 // max(width - 1, 1)
    top, left = min(down // 64, GRID - 2), min(across // 64, GRID - 2)
    down, across = down - 64 * top, across - 64 * left
    upper = lights[top, left] * (64 - across) + lights[top, left + 1] * across
    lower = lights[top + 1, left] * (64 - across) + lights[top + 1, left + 1] * across
    return (upper * (64 - down) + lower * down) // 4096  # type: ignore[no-any-return]  # an int, of int64


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _smooth(
    drawn: npt.NDArray[np.int64],
    weight: int,
    rows: npt.NDArray[np.int64],
    smoothed: npt.NDArray[np.uint8],
) -> None:
    """Each pixel with `weight` 256ths of each neighbour, first along the rows and then across; edges repeated."""
    height, width = drawn.shape
    own = 256 - 2 * weight
    for y in range(height):
        for x in range(width):
            beside = drawn[y, max(x - 1, 0)] + drawn[y, min(x + 1, width - 1)]
            rows[y, x] = own * drawn[y, x] + weight * beside
    for y in range(height):
        for x in range(width):
            beside = rows[max(y - 1, 0), x] + rows[min(y + 1, height - 1), x]
            level = (own * rows[y, x] + weight * beside) // 65536
            smoothed[y, x] = min(max(level, 0), 255)
