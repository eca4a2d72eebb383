"""Garment -> pixels. Only whole numbers and correctly rounded operations, so every machine gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from clothier.data.generated.dice import Dice
from clothier.data.generated.shapes import Garment, Outline

Field = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

UNIT = 256  # steps of a coordinate in one pixel
SCANLINES = 4  # rows of samples in one pixel; across, coverage is exact
FULL = UNIT * SCANLINES  # coverage of a pixel that lies wholly inside
LIGHT_GRID = 7  # points along a side at which light and creases are drawn
WEAVE_GRID = 56
BORDER = 1 / 28  # share of the frame that stays black on every side
MOST_SHIFT = 0.05  # of the centre, as a share of the frame


@dataclass(frozen=True)
class Look:
    """How a garment lies before the camera; says nothing of the size of the picture."""

    turn: float  # tangent of half the angle
    lean: float  # shear: x moves by lean times y
    stretch: float  # width over true width
    fill: float  # share of the frame that the longer side fills
    shift: tuple[float, float]  # of the centre, as shares of what the margin allows
    light: Field  # (LIGHT_GRID, LIGHT_GRID), factors
    weave: Field  # (WEAVE_GRID, WEAVE_GRID), factors
    edge: float  # how much darker the rim is than the middle


def throw_look(dice: Dice, garment: Garment) -> Look:
    """The dice of pose, light, creases and weave."""
    slope = (np.arange(LIGHT_GRID) - LIGHT_GRID // 2) / (LIGHT_GRID // 2)
    light = 1.04 + 0.3 * garment.creases * (dice.rng.random((LIGHT_GRID, LIGHT_GRID)) - 0.6)
    light += dice.between(-0.1, 0.1) * slope + dice.between(-0.1, 0.02) * slope[:, None]
    return Look(
        turn=dice.between(-0.035, 0.035),
        lean=dice.between(-0.04, 0.04),
        stretch=dice.between(0.88, 1.12),
        fill=dice.between(0.84, 0.925),
        shift=(dice.between(-1, 1), dice.between(-1, 1)),
        light=light,
        weave=1 + 0.5 * garment.weave * (dice.rng.random((WEAVE_GRID, WEAVE_GRID)) - 0.5),
        edge=dice.between(0.05, 0.4),
    )


def render(garment: Garment, look: Look, size: int) -> npt.NDArray[np.uint8]:
    """The picture, uint8 (size, size), on a background of 0."""
    decorations = [decoration for fill in garment.fills for decoration in fill.decoration]
    parts = [*garment.fills, *decorations]
    areas = [area for part in parts for area in part.areas]
    owners = np.repeat(np.arange(len(parts)), [len(part.areas) for part in parts])
    num_true = sum(len(area) for fill in garment.fills for area in fill.areas)
    masks = coverage(place(areas, num_true, look, size), areas, owners, size)

    canvas, shape = np.zeros((2, size, size), np.int64)
    on_top = iter(masks[len(garment.fills) :])
    for fill, mask in zip(garment.fills, masks, strict=False):
        canvas += (fill.tone - canvas) * mask // FULL
        np.maximum(shape, mask, out=shape)
        for decoration in fill.decoration:
            canvas += (decoration.tone - canvas) * (next(on_top) * mask // FULL) // FULL
    rim = 1 - blur(shape, max(1, size // 14)) / FULL
    light = enlarge(look.light, size) * enlarge(look.weave, size) * (1 - look.edge * rim)
    return np.clip(np.rint(canvas * light), 0, 255).astype(np.uint8)


def place(areas: Sequence[Outline], num_true: int, look: Look, size: int) -> Field:
    """Corners of all areas in pixels (2, n), such that the first num_true of them fit the frame."""
    flat = chain.from_iterable(chain.from_iterable(areas))
    x, y = np.fromiter(flat, np.float64).reshape(-1, 2).T
    x = (x + look.lean * y) * look.stretch
    square = look.turn * look.turn
    cosine, sine = (1 - square) / (1 + square), 2 * look.turn / (1 + square)
    corners = np.stack([x * cosine - y * sine, x * sine + y * cosine])
    low, high = corners[:, :num_true].min(axis=1), corners[:, :num_true].max(axis=1)
    scale = look.fill * size / (high - low).max()
    margin = (size - scale * (high - low)) / 2
    start = margin + np.array(look.shift) * np.minimum(margin - BORDER * size, MOST_SHIFT * size)
    return np.asarray((corners - low[:, None]) * scale + start[:, None])


def coverage(corners: Field, areas: Sequence[Outline], owners: Whole, size: int) -> Whole:
    """How much of each pixel each part covers, (parts, size, size), 0 to FULL.

    `corners` (2, n) in pixels holds the areas one after another; area i belongs to part owners[i]. Inside is where
    the winding number is not 0, summed along each scanline from the edges that cross it.
    """
    lengths = np.array([len(area) for area in areas])
    ends = np.cumsum(lengths)
    following = np.arange(1, ends[-1] + 1)
    following[ends - 1] = ends - lengths
    x, y = np.rint(corners * UNIT).astype(np.int64)
    run, rise = x[following] - x, y[following] - y

    step = UNIT // SCANLINES  # scanline k lies at y = k * step + step // 2
    num_lines = size * SCANLINES
    first = (np.minimum(y, y[following]) + step // 2 - 1) // step
    last = (np.maximum(y, y[following]) + step // 2 - 1) // step
    first, last = first.clip(0, num_lines), last.clip(0, num_lines)
    counts = last - first
    edge = np.repeat(np.arange(len(x)), counts)
    line = np.arange(len(edge)) - (np.cumsum(counts) - counts - first)[edge]
    cross = x[edge] + (line * step + step // 2 - y[edge]) * run[edge] // rise[edge]
    column, part_of_pixel = np.divmod(cross.clip(0, size * UNIT), UNIT)

    sign = np.sign(rise)[edge]
    width = size + 2
    cell = (np.repeat(owners, lengths)[edge] * num_lines + line) * width + column
    num_parts = int(owners[-1]) + 1
    cells = np.concatenate([cell, cell + 1])
    steps = np.concatenate([sign * (UNIT - part_of_pixel), sign * part_of_pixel])
    winding = np.bincount(cells, steps, num_parts * num_lines * width)
    inside = np.abs(np.cumsum(winding.reshape(-1, width), axis=1)[:, :size])
    lines = np.minimum(inside, UNIT).reshape(num_parts, size, SCANLINES, size)
    return np.asarray(lines.sum(axis=2), np.int64)


def blur(field: Whole, radius: int) -> Field:
    """The mean over a square of 2 * radius + 1 pixels; beyond the frame lies 0."""
    side, size = 2 * radius + 1, len(field)
    sums = np.zeros((size + side, size + side), np.int64)
    sums[radius + 1 : radius + 1 + size, radius + 1 : radius + 1 + size] = field
    sums = sums.cumsum(axis=0).cumsum(axis=1)
    return (sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]) / side**2


def enlarge(grid: Field, size: int) -> Field:
    """The grid drawn out to (size, size) by straight lines between its points."""
    low, high, weight = _between(len(grid), size)
    rows = grid[low] + (grid[high] - grid[low]) * weight[:, None]
    return rows[:, low] + (rows[:, high] - rows[:, low]) * weight


@lru_cache(maxsize=16)
def _between(points: int, size: int) -> tuple[Whole, Whole, Field]:
    at = ((np.arange(size) + 0.5) * points / size - 0.5).clip(0, points - 1)
    low = at.astype(np.int64)
    return low, np.minimum(low + 1, points - 1), at - low
