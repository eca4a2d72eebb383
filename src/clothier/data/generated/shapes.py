"""Outlines in the plane, and the garment they make up. x runs to the right, y down, in any unit: a drawing is
scaled to its frame when it is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

Point = tuple[float, float]
Outline = list[Point]


@dataclass(frozen=True)
class Fill:
    """Areas of one tone, 1 to 255. `decoration` is painted on top, within these areas only."""

    areas: Sequence[Outline]
    tone: int
    decoration: Sequence[Fill] = ()


@dataclass(frozen=True)
class Garment:
    """Fills in the order they are painted; how coarse the cloth is and how it creases, both in [0, 1]."""

    fills: Sequence[Fill]
    weave: float = 0.3
    creases: float = 0.5


def curve(start: Point, pull: Point, end: Point, steps: int = 7) -> Outline:
    """Points of the quadratic Bezier curve from start to end, both included, drawn towards `pull`."""
    (x0, y0), (x1, y1), (x2, y2) = start, pull, end
    return [(a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2) for a, b, c in _weights(steps)]


@lru_cache
def _weights(steps: int) -> list[tuple[float, float, float]]:
    shares = [step / steps for step in range(steps + 1)]
    return [((1 - t) * (1 - t), 2 * t * (1 - t), t * t) for t in shares]


def rounded(corners: Sequence[Point], steps: int = 4) -> Outline:
    """The closed curve that touches the middle of each side of the polygon."""
    outline: Outline = []
    for before, corner, after in zip(
        [corners[-1], *corners[:-1]], corners, [*corners[1:], corners[0]], strict=True
    ):
        outline += curve(middle(before, corner), corner, middle(corner, after), steps)[1:]
    return outline


def middle(a: Point, b: Point, t: float = 0.5) -> Point:
    """The point that lies t of the way from a to b."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def mirror(outline: Outline) -> Outline:
    """The outline's image on the other side of x = 0, run backwards."""
    return [(-x, y) for x, y in reversed(outline)]


def move(outline: Outline, right: float, down: float) -> Outline:
    return [(x + right, y + down) for x, y in outline]


def both(outline: Outline) -> list[Outline]:
    """The outline and its mirror image."""
    return [outline, mirror(outline)]


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def disc(centre: Point, radius: float) -> Outline:
    return ellipse(centre, radius, radius)


def ellipse(centre: Point, wide: float, tall: float, lean: float = 0.0) -> Outline:
    """Half axes `wide` and `tall`; `lean` moves its top to the left and its bottom to the right."""
    x, y = centre
    return [(x + wide * dx + lean * dy, y + tall * dy) for dx, dy in CIRCLE]


def stroke(path: Sequence[Point], width: float, end_width: float | None = None) -> Outline:
    """The outline of a band along an open path; its width goes evenly from `width` to `end_width`."""
    left, right = [], []
    last = len(path) - 1
    for index, (x, y) in enumerate(path):
        before, after = path[max(index - 1, 0)], path[min(index + 1, last)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = sqrt(dx * dx + dy * dy) or 1.0
        half = (width + ((width if end_width is None else end_width) - width) * index / last) / 2
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    return [*left, *reversed(right)]


_NEAR = sqrt(2) - 1  # of the regular octagon around a circle of radius 1: half a side
_HALF = [(1.0, -_NEAR), (1.0, _NEAR), (_NEAR, 1.0), (-_NEAR, 1.0)]
CIRCLE = rounded([*_HALF, *[(-x, -y) for x, y in _HALF]], steps=2)
