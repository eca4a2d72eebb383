"""What tops and dresses share: a body with a neckline, and sleeves. x = 0 is the middle, y = 0 the highest point of
the shoulder."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.shapes import (
    Fill,
    Outline,
    Point,
    both,
    curve,
    middle,
    mirror,
    rounded,
    stroke,
)


@dataclass(frozen=True)
class UpperBody:
    """Half widths and heights, in hundredths of a usual garment's length."""

    neck: float  # half the opening at the shoulder
    neck_depth: float
    shoulder: float  # half width at the shoulder's tip
    drop: float  # how far that tip lies below the neck
    chest: float  # half width below the arm
    armpit: float  # its height
    waist: float
    waist_at: float
    hem: float
    length: float
    bulge: float = 2.0  # how far the hem hangs lower in the middle; below 0: higher
    pointed: bool = False  # a V neck

    def neckline(self) -> Outline:
        """From the left shoulder down and up to the right one."""
        half = curve((0, self.neck_depth), (self.neck * 0.95, self.neck_depth), (self.neck, 0), 5)
        if self.pointed:
            half = curve((0, self.neck_depth), (self.neck * 0.62, self.neck_depth * 0.3), (self.neck, 0), 3)
        return mirror(half) + half[1:]

    def armhole(self) -> Outline:
        """From the right shoulder's tip down to the armpit."""
        pull = (min(self.shoulder, self.chest) - 2, (self.drop + self.armpit) / 2)
        return curve((self.shoulder, self.drop), pull, (self.chest, self.armpit), 4)

    def outline(self) -> Outline:
        under = (self.chest, self.armpit)
        waist = (self.waist, self.waist_at)
        hem = (self.hem, self.length)
        bend = (self.waist, middle(waist, hem, 0.35)[1])
        side = [
            *self.armhole(),
            *curve(under, (self.waist, middle(under, waist, 0.6)[1]), waist, 4),
            *curve(waist, bend, hem, 4),
            *curve(hem, (self.hem * 0.5, self.length + self.bulge), (0, self.length + self.bulge), 4),
        ]
        return self.neckline() + side + mirror(side)

    def inside(self, tone: int) -> Fill:
        """The back's inner side, seen through the opening."""
        back = curve((self.neck, 0), (0, min(4.5, self.neck_depth * 0.5)), (-self.neck, 0), 4)
        return Fill([self.neckline() + back], shade(tone, 0.5))

    def seams(self, tone: int, width: float = 1.2) -> Fill:
        """Where the sleeves are sewn on."""
        return Fill(both(stroke(self.armhole(), width)), tone)

    def neckband(self, tone: int, width: float) -> Fill:
        return Fill([stroke(self.neckline(), width)], tone)

    def wing(self, tip: Point) -> Outline:
        """The right half of a collar, which ends in `tip`."""
        return [(0.0, self.neck_depth), (self.neck * 0.9, -3.0), (self.neck + 3, 2.5), tip]

    def hemband(self, tone: int, height: float) -> Fill:
        y = self.length - height / 2
        path = curve((-self.hem, y), (0, y + self.bulge), (self.hem, y), 6)
        return Fill([stroke(path, height)], tone)


@dataclass(frozen=True)
class Sleeve:
    """A sleeve of that length; it hangs away from the body by `spread` per unit of height."""

    length: float
    spread: float
    cuff: float  # width at the end
    puff: float = 2.0  # how far the outer side bulges

    def ends(self, body: UpperBody) -> tuple[Point, Point]:
        """The outer and the inner end of the right sleeve."""
        norm = sqrt(1 + self.spread * self.spread)
        right, down = self.spread / norm, 1 / norm
        outer = (body.shoulder + self.length * right, body.drop + self.length * down)
        return outer, (outer[0] - self.cuff * down, outer[1] + self.cuff * right)

    def outline(self, body: UpperBody) -> Outline:
        """The right sleeve."""
        outer, inner = self.ends(body)
        tip, under = (body.shoulder, body.drop), (body.chest, body.armpit)
        bend = middle(tip, outer, 0.4)
        elbow = middle(inner, under)
        return [
            (body.shoulder - 6, body.drop - 1.5),
            *curve(tip, (bend[0] + self.puff, bend[1] - self.puff), outer, 5),
            *curve(inner, (elbow[0] + self.puff * 0.3, elbow[1]), under, 4),
            (body.chest - 5, body.armpit),
        ]

    def cuffs(self, body: UpperBody, tone: int, width: float) -> Fill:
        outer, inner = self.ends(body)
        norm = sqrt(1 + self.spread * self.spread)
        rise = (-self.spread / norm * width / 2, -1 / norm * width / 2)
        band = stroke(
            [(outer[0] + rise[0], outer[1] + rise[1]), (inner[0] + rise[0], inner[1] + rise[1])], width
        )
        return Fill(both(band), tone)


def throw_hood(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """A hood that lies behind the neck, and its dark opening."""
    wide, top = body.neck + dice.between(4, 8), -dice.between(9, 16)
    back = [(wide * 0.5, top), (wide, top * 0.6), (wide, 4.0)]
    deep = [(wide * 0.5, top * 0.8), (wide * 0.7, 3.0)]
    return [
        Fill([rounded([*back, (0, 10), *mirror(back)])], shade(tone, dice.between(0.85, 1.05))),
        Fill([rounded([*deep, (0, 8), *mirror(deep)])], shade(tone, 0.5)),
    ]
