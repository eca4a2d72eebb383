"""What is woven into cloth or printed on it: fills that are used as a garment's decoration."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum

from clothier.data.generated.dice import Dice
from clothier.data.generated.shapes import Fill, Outline, box, disc, ellipse, stroke

# Patterns cover this part of the plane; garments are drawn within it.
LEFT, TOP, RIGHT, BOTTOM = -62.0, -12.0, 62.0, 112.0


def throw_pattern(dice: Dice, tone: int, weights: Mapping[str, float]) -> list[Fill]:
    """A pattern for cloth of that tone; empty for plain cloth, which takes what the weights leave of 1."""
    kind = dice.pick({**weights, "plain": max(0.0, 1 - fsum(weights.values()))})
    return PATTERNS[kind](dice, tone) if kind in PATTERNS else []


def across(dice: Dice, tone: int) -> list[Fill]:
    """Horizontal stripes."""
    period, share = dice.between(7, 17), dice.between(0.25, 0.55)
    start = TOP - dice.between(0, period)
    tops = [start + period * row for row in range(int((BOTTOM - TOP) / period) + 2)]
    bands = [box(LEFT, top, RIGHT, top + period * share) for top in tops]
    return [Fill(bands, dice.near(tone, 30, 140))]


def along(dice: Dice, tone: int) -> list[Fill]:
    """Vertical stripes."""
    period, share = dice.between(5, 12), dice.between(0.2, 0.5)
    lefts = [LEFT + period * column for column in range(int((RIGHT - LEFT) / period) + 1)]
    bands = [box(left, TOP, left + period * share, BOTTOM) for left in lefts]
    return [Fill(bands, dice.near(tone, 20, 90))]


def plaid(dice: Dice, tone: int) -> list[Fill]:
    return [*across(dice, tone), *along(dice, tone)]


def block(dice: Dice, tone: int) -> list[Fill]:
    """One broad band of another tone, sometimes down to the hem."""
    top = dice.between(20, 65)
    bottom = BOTTOM if dice.chance(0.4) else top + dice.between(8, 30)
    return [Fill([box(LEFT, top, RIGHT, bottom)], dice.near(tone, 25, 120))]


def dots(dice: Dice, tone: int) -> list[Fill]:
    period, radius = dice.between(9, 14), dice.between(1.6, 3.4)
    spots = []
    for row in range(int((BOTTOM - TOP) / period) + 1):
        for column in range(int((RIGHT - LEFT) / period) + 1):
            x = LEFT + period * (column + 0.5 * (row % 2))
            spots.append(disc((x, TOP + period * row), radius))
    return [Fill(spots, dice.near(tone, 40, 140))]


def flowers(dice: Dice, tone: int) -> list[Fill]:
    """Blots of two tones, strewn evenly but not in rows."""
    period = dice.between(11, 17)
    spread = period * dice.between(0.25, 0.5)
    blots: tuple[list[Outline], list[Outline]] = ([], [])
    for row in range(int((BOTTOM - TOP) / period) + 1):
        for column in range(int((RIGHT - LEFT) / period) + 1):
            x = LEFT + period * column + dice.between(-spread, spread)
            y = TOP + period * row + dice.between(-spread, spread)
            wide, tall = dice.between(0.22, 0.5) * period, dice.between(0.22, 0.5) * period
            blots[dice.count(0, 1)].append(ellipse((x, y), wide, tall, dice.between(-0.3, 0.3) * period))
    return [Fill(areas, dice.near(tone, 30, 130)) for areas in blots if areas]


def throw_print(dice: Dice, tone: int, top: float, wide: float) -> list[Fill]:
    """A picture or a few words on the chest, its upper end at `top`, as wide as `wide` on each side."""
    ink = dice.near(tone, 60, 170)
    half = wide * dice.between(0.45, 0.85)
    kind = dice.pick({"words": 3, "badge": 2, "panel": 2, "diamond": 1, "pocket": 1.5})
    if kind == "words":
        return [Fill([_word(dice, top + 8 * line, half) for line in range(dice.count(1, 3))], ink)]
    if kind == "badge":
        centre = (0.0, top + half)
        inner = Fill([disc(centre, half * dice.between(0.35, 0.75))], dice.near(ink, 40, 170))
        return [Fill([disc(centre, half)], ink), inner]
    if kind == "panel":
        tall = half * dice.between(0.5, 1.6)
        inner = Fill([_word(dice, top + tall * 0.4, half * 0.7)], dice.near(ink, 50, 170))
        return [Fill([box(-half, top, half, top + tall)], ink), inner]
    if kind == "diamond":
        corners = [(0.0, top), (half, top + half), (0.0, top + 2 * half), (-half, top + half), (0.0, top)]
        return [Fill([stroke(corners, half * 0.3)], ink)]
    x = wide * dice.between(0.3, 0.5)
    return [Fill([box(x, top + 2, x + wide * 0.4, top + 13)], dice.near(tone, 15, 60))]


def _word(dice: Dice, y: float, half: float) -> Outline:
    half *= dice.between(0.6, 1)
    bend = dice.between(-1.5, 1.5)
    return stroke([(-half, y + bend), (0, y), (half, y + bend)], 4)


PATTERNS = {
    "across": across,
    "along": along,
    "plaid": plaid,
    "block": block,
    "dots": dots,
    "flowers": flowers,
}
