"""What the photo doctor leaves of a person's photo: things laid down anyhow, in folds, on scraps of background.

For images that are light on dark, as Fashion-MNIST's: black is background. Each thing is turned, sheared, scaled,
stretched, moved and bent; its light is drawn again, perhaps from dark to light, with folds in it; background shows
through in an ellipse, which may be all of the picture; another ellipse is bitten out; and all is blurred or sharpened.
The reaches were chosen on training photos (docs/photos.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from clothier.values import Images

Floats = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]

ROTATION = 12.0  # degrees, either way
SHEAR = 0.1  # sideways for each pixel down, and down for each sideways, either way
SCALES = (0.85, 1.05)  # of the thing
STRETCH = 1.3  # at most, of its height against its width, either way
SHIFT = 0.05  # of the side, either way
BEND = 0.06  # of the side: the most that a place of the grid is moved by, either way and along either axis
LEVELS = (70, 255)  # grey levels that the darkest and the lightest of the thing may have
SOLID = 32  # grey level from which on a pixel is all thing, and no background
FOLDS = 40  # grey levels, either way, that a place of the grid is lighter or darker by, at most
SCRAP = 0.2  # probability that background shows through at all
SCRAP_RADII = (0.15, 1.2)  # in sides of the picture
BITE = 0.1  # probability that a piece is missing
BITE_RADII = (0.05, 0.25)
UNEVEN = 60  # grey levels, either way, about the background's own
GRAIN = 40  # grey levels, either way, of its noise at most
BLUR = (-0.15, 0.25)  # weight of each neighbour, along either axis; below 0 sharpens
GRID = 5  # places along a side; between them bends, folds and background run evenly
WHOLE = 64 * 64  # parts of a square of the grid


@dataclass(frozen=True, eq=False)
class Dice:
    """For each image: `places` (n, 2, 3), output (row, column, 1) -> input, in pixels; `bends` (n, GRID, GRID, 2),
    added to that, in 256ths of one; `ends` (n, 2), the levels that black and white become; `folds` (n, GRID, GRID),
    added to those; `scraps` and `bites` (n, 4), ellipses as (row, column, radius down, radius across), radii 0 where
    there is none; `ground` (n, GRID, GRID) and `grain` (n, height, width), the levels of the background and their
    noise; `blur` (n,), in 256ths."""

    places: Floats
    bends: Levels
    ends: Levels
    folds: Levels
    scraps: Floats
    bites: Floats
    ground: Levels
    grain: Levels
    blur: Levels


def throw(rng: np.random.Generator, images: Images) -> Dice:
    """Dice for each image, all independent."""
    num_images, height, width, _ = images.shape
    one, grid = (num_images, 1, 1), (num_images, GRID, GRID)
    bend = rng.uniform(0, BEND, (*one, 1)) * rng.uniform(-1, 1, (*grid, 2)) * (height, width)
    fold, grain = rng.integers(0, FOLDS + 1, one), rng.integers(0, GRAIN + 1, one)
    ground = rng.integers(0, 256, one) + rng.integers(-UNEVEN, UNEVEN + 1, grid)
    return Dice(
        places=_places(rng, num_images, height, width),
        bends=np.rint(256 * bend).astype(np.int64),
        ends=rng.integers(*LEVELS, (num_images, 2), endpoint=True),
        folds=rng.integers(-fold, fold + 1, grid),
        scraps=_ellipses(rng, num_images, (height, width), SCRAP, SCRAP_RADII),
        bites=_ellipses(rng, num_images, (height, width), BITE, BITE_RADII),
        ground=np.clip(ground, 0, 255),
        grain=rng.integers(-grain, grain + 1, (num_images, height, width)),
        blur=rng.integers(round(256 * BLUR[0]), round(256 * BLUR[1]), (num_images,), endpoint=True),
    )


def _places(rng: np.random.Generator, num_images: int, height: int, width: int) -> Floats:
    def draw(reach: float) -> Floats:
        return rng.uniform(-reach, reach, num_images)

    def linear(*rows: tuple[Floats, Floats]) -> Floats:
        return np.array(rows).transpose(2, 0, 1)

    angle, lean, slant = np.deg2rad(draw(ROTATION)), draw(SHEAR), draw(SHEAR)
    scale, stretch = rng.uniform(*SCALES, num_images), np.exp(draw(np.log(STRETCH)) / 2)
    cos, sin, one, none = np.cos(angle), np.sin(angle), np.ones(num_images), np.zeros(num_images)
    turned = linear((cos, -sin), (sin, cos))
    sheared = linear((one, lean), (slant, one))
    sized = linear((1 / (scale * stretch), none), (none, stretch / scale))
    made = turned @ sheared @ sized
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    moved = middle + np.stack([draw(SHIFT * height), draw(SHIFT * width)], axis=-1)
    offset = middle[:, np.newaxis] - made @ moved[:, :, np.newaxis]
    return np.concatenate([made, offset], axis=2)


def _ellipses(
    rng: np.random.Generator,
    num_images: int,
    sides: tuple[int, int],
    probability: float,
    radii: tuple[float, float],
) -> Floats:
    middles = rng.random((num_images, 2)) * sides
    sizes = rng.uniform(*radii, (num_images, 2)) * sides
    sizes[rng.random(num_images) >= probability] = 0
    return np.concatenate([middles, sizes], axis=1)


def move(images: Images, dice: Dice) -> Images:
    """The images with those dice applied."""
    moved = np.empty_like(images, order="C")
    _move(
        np.ascontiguousarray(images),
        dice.places,
        dice.bends,
        dice.ends,
        dice.folds,
        dice.scraps,
        dice.bites,
        dice.ground,
        dice.grain,
        dice.blur,
        moved,
    )
    return moved


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _move(
    images: Images,
    places: Floats,
    bends: Levels,
    ends: Levels,
    folds: Levels,
    scraps: Floats,
    bites: Floats,
    ground: Levels,
    grain: Levels,
    blur: Levels,
    moved: Images,
) -> None:
    num_images, height, width, channels = images.shape
    drawn, rows = np.empty((height, width), np.int64), np.empty((height, width), np.int64)
    for n in range(num_images):
        place = places[n]
        for c in range(channels):
            image = images[n, :, :, c]
            for y in range(height):
                for x in range(width):
                    level = 0
                    if not _inside(bites[n], y, x):
                        row = place[0, 0] * y + place[0, 1] * x + place[0, 2]
                        column = place[1, 0] * y + place[1, 1] * x + place[1, 2]
                        row += _between(bends[n, :, :, 0], y, x, height, width) / (256 * WHOLE)
                        column += _between(bends[n, :, :, 1], y, x, height, width) / (256 * WHOLE)
                        level = _sampled(image, row, column)
                    thing, behind = 0, 0
                    if level > 0:
                        lit = 255 * ends[n, 0] + (ends[n, 1] - ends[n, 0]) * level
                        thing = lit // 255 + _between(folds[n], y, x, height, width) // WHOLE
                    if level < SOLID and _inside(scraps[n], y, x):
                        behind = _between(ground[n], y, x, height, width) // WHOLE + grain[n, y, x]
                    share = min(level, SOLID)
                    thing, behind = min(max(thing, 0), 255), min(max(behind, 0), 255)
                    drawn[y, x] = (share * thing + (SOLID - share) * behind) // SOLID
            _smooth(drawn, blur[n], rows, moved[n, :, :, c])


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _inside(ellipse: Floats, y: int, x: int) -> bool:
    if ellipse[2] == 0.0:
        return False
    down, across = (y - ellipse[0]) / ellipse[2], (x - ellipse[1]) / ellipse[3]
    return down * down + across * across <= 1.0  # type: ignore[no-any-return]  # a bool, of float64


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _between(grid: Levels, y: int, x: int, height: int, width: int) -> int:
    """What the four places of the grid about a pixel give, in proportion to its distance from each, times WHOLE; in
    whole numbers, so that rounding falls the same way everywhere."""
    down, across = y * (GRID - 1) * 64 // max(height - 1, 1), x * (GRID - 1) * 64 // max(width - 1, 1)
    top, left = min(down // 64, GRID - 2), min(across // 64, GRID - 2)
    down, across = down - 64 * top, across - 64 * left
    upper = grid[top, left] * (64 - across) + grid[top, left + 1] * across
    lower = grid[top + 1, left] * (64 - across) + grid[top + 1, left + 1] * across
    return upper * (64 - down) + lower * down  # type: ignore[no-any-return]  # an int, of int64


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _sampled(image: npt.NDArray[np.uint8], row: float, column: float) -> int:
    """The grey level between the four pixels around a place, with halves rounded up; the outside of the picture is
    background."""
    height, width = image.shape
    top, left = int(np.floor(row)), int(np.floor(column))
    if top < -1 or left < -1 or top >= height or left >= width:
        return 0
    down, across = row - top, column - left
    total = 0.5
    if top >= 0:
        if left >= 0:
            total += (1 - down) * (1 - across) * image[top, left]
        if left + 1 < width:
            total += (1 - down) * across * image[top, left + 1]
    if top + 1 < height:
        if left >= 0:
            total += down * (1 - across) * image[top + 1, left]
        if left + 1 < width:
            total += down * across * image[top + 1, left + 1]
    return int(total)


@njit(nogil=True, cache=True)  # type: ignore[untyped-decorator]  # numba publishes no types
def _smooth(drawn: Levels, weight: int, rows: Levels, smoothed: npt.NDArray[np.uint8]) -> None:
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
