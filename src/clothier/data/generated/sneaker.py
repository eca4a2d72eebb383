from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import Fill, Garment, Outline, Point, curve, middle, move, stroke
from clothier.data.generated.shoe import Sole


def throw(dice: Dice) -> Garment:
    """A sneaker: low as a rule, sometimes over the ankle or a slip-on; laces, panels, a pale sole."""
    tone = dice.cloth()
    sole = Sole(dice.between(0, 4), dice.between(4, 10), 12, dice.between(1, 4))
    high = dice.chance(0.22)
    collar = -sole.platform - (dice.between(36, 58) if high else dice.between(21, 33))
    tongue = (dice.between(54, 63), collar - dice.between(0, 8))
    vamp = (dice.between(28, 37), -sole.platform - dice.between(14, 19))
    upper = throw_outline(dice, sole, collar, tongue, vamp)
    pattern = throw_pattern(dice, tone, {"flowers": 0.05, "dots": 0.03, "plaid": 0.02})
    pattern = [Fill([move(area, 50, -80) for area in part.areas], part.tone) for part in pattern]

    fills = [
        Fill([opening(collar, tongue)], shade(tone, 0.45)),
        Fill([upper], tone, [*pattern, *throw_panels(dice, sole, tone)]),
    ]
    if dice.chance(0.5):
        fills.append(throw_stripes(dice, sole, tone))
    if dice.chance(0.85):
        fills.append(throw_laces(dice, tongue, vamp, tone))
    sole_tone = dice.near(tone, 20, 110)
    fills.append(Fill([sole.wedge()], sole_tone))
    if dice.chance(0.5):
        line = [(x, y + sole.platform * 0.5) for x, y in sole.bed()]
        fills.append(Fill([stroke(line, 1.8)], shade(sole_tone, 0.6)))
    return Garment(fills, weave=dice.between(0, 0.5), creases=dice.between(0.1, 0.5))


def throw_outline(dice: Dice, sole: Sole, collar: float, tongue: Point, vamp: Point) -> Outline:
    toe = sole.bed()[0]
    heel = sole.bed()[-1]
    box = dice.between(-4, 3)  # how square the toe is
    return [
        (toe[0] + 1, toe[1] + 2),
        *curve((toe[0] + 1, toe[1]), (2, vamp[1] - box), vamp, 6),
        *curve(vamp, (tongue[0] - 14, middle(vamp, tongue, dice.between(0.25, 0.6))[1]), tongue, 4),
        (tongue[0] + 7, tongue[1] + 2),
        *curve((tongue[0] + 8, tongue[1] + 4), (78, collar + dice.between(5, 13)), (93, collar), 5),
        *curve((96, collar + 1), (94, (collar + heel[1]) / 2), (97.5, heel[1] + 3), 4),
    ]


def opening(collar: float, tongue: Point) -> Outline:
    """The far side of the collar, in shadow."""
    return [
        (tongue[0] + 2, tongue[1] + 1),
        *curve((tongue[0] + 8, tongue[1] + 2), (80, collar + 2), (92, collar), 4),
        (88, collar + 14),
        (66, collar + 14),
    ]


def throw_panels(dice: Dice, sole: Sole, tone: int) -> list[Fill]:
    """Toe cap, heel counter and a saddle over the middle, each now and then."""
    low = -sole.platform + 4
    parts: list[Outline] = []
    if dice.chance(0.45):
        reach = dice.between(14, 26)
        cap = curve((reach * 0.7, low - 34), (reach, low - 14), (reach + 4, low), 4)
        parts.append([(-5, low), (-5, low - 34), *cap])
    if dice.chance(0.5):
        reach = dice.between(78, 86)
        counter = curve((reach + 8, low - 60), (reach + 4, low - 18), (reach, low), 4)
        parts.append([(105, low), (105, low - 60), *counter])
    if dice.chance(0.3):
        parts.append([(38, low), (44, low - 20), (58, low - 60), (70, low - 60), (62, low - 20), (64, low)])
    return [Fill(parts, dice.near(tone, 15, 90))] if parts else []


def throw_stripes(dice: Dice, sole: Sole, tone: int) -> Fill:
    """The maker's mark on the side: slanted bars or one sweep."""
    low = -sole.platform
    if dice.chance(0.5):
        number = dice.count(1, 3)
        bars = [stroke([(50 + 7 * bar, low), (57 + 7 * bar, low - 19)], 3.2) for bar in range(number)]
    else:
        bars = [stroke(curve((40, low - 9), (52, low + 2), (90, low - dice.between(12, 20)), 6), 6, 1.5)]
    return Fill(bars, dice.near(tone, 40, 150))


def throw_laces(dice: Dice, tongue: Point, vamp: Point, tone: int) -> Fill:
    number = dice.count(3, 5)
    rows = [middle(vamp, tongue, (row + 0.5) / number) for row in range(number)]
    return Fill([stroke([(x - 1, y - 1.5), (x + 7, y + 5)], 2) for x, y in rows], dice.near(tone, 30, 120))
