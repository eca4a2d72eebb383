from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.shapes import Fill, Garment, Outline, curve, stroke
from clothier.data.generated.shoe import Sole

# How the foot is held, and how often; `closed` is a clog or a fisherman's sandal, `net` a ladder of thin straps.
STYLES = {
    "slide": 0.1,
    "two": 0.12,
    "toe": 0.2,
    "cross": 0.17,
    "t": 0.16,
    "sport": 0.18,
    "net": 0.06,
    "closed": 0.07,
}


def throw(dice: Dice) -> Garment:
    """A sandal: flat, with a heel or on a wedge, and straps with the background showing between them."""
    tone = dice.cloth()
    kind = dice.pick({"flat": 0.42, "heel": 0.3, "wedge": 0.18, "thong": 0.1})
    if kind == "heel":
        sole = Sole(dice.between(22, 60), dice.pick({3.0: 0.6, dice.between(6, 14): 0.4}), 3.5)
    elif kind == "wedge":
        sole = Sole(dice.between(10, 34), dice.between(6, 13), 3)
    else:
        sole = Sole(dice.between(0, 5), dice.between(4, 10), 10)
    straps = throw_thong(dice, sole) if kind == "thong" else throw_straps(dice, sole)
    fills = [
        throw_sole(dice, sole, kind, tone),
        Fill(straps, shade(tone, dice.between(0.9, 1.1))),
        Fill([stroke(sole.bed(), dice.between(2, 3.5))], dice.near(tone, 10, 70)),
    ]
    return Garment(fills, weave=dice.between(0, 0.4), creases=dice.between(0.1, 0.5))


def throw_sole(dice: Dice, sole: Sole, kind: str, tone: int) -> Fill:
    other = dice.near(tone, 10, 90)
    if kind != "heel":
        return Fill([sole.wedge()], other)
    thin = dice.chance(0.55)
    top, tip = (13.0, dice.between(2.5, 4)) if thin else (dice.between(18, 26), dice.between(12, 22))
    return Fill([sole.outline(), sole.heel_block(top, tip, dice.between(0, 5))], other)


def throw_thong(dice: Dice, sole: Sole) -> list[Outline]:
    """The strap of a flip-flop, from between the toes to both sides of the instep."""
    low, height = -sole.platform + 1, dice.between(14, 22)
    post = (dice.between(14, 20), low)
    return [
        stroke(curve(post, (36, low - 2 * height), (dice.between(62, 72), low)), 3, dice.between(5, 9)),
        stroke(curve(post, (30, low - 2 * height), (dice.between(48, 56), low)), 2.5, 5),
    ]


def throw_straps(dice: Dice, sole: Sole) -> list[Outline]:
    """Bands between the bed and the foot's upper line, which runs from the toes to the front of the ankle."""
    bed = sole.bed()
    ankle = (dice.between(64, 69), sole.seat - dice.between(27, 36))
    pull = (44, -sole.platform - dice.between(14, 19) - sole.heel * 0.1)
    top = curve((9, -sole.platform - 7), pull, ankle, 10)
    width = dice.between(3, 6.5)
    style = dice.pick(STYLES)
    bands = throw_bands(dice, style, bed, top, width)
    if style in ("slide", "two") and dice.chance(0.7):  # a mule: nothing holds the heel
        return bands
    return [*bands, *throw_back(dice, sole, ankle, width)]


def throw_bands(dice: Dice, style: str, bed: Outline, top: Outline, width: float) -> list[Outline]:
    """The straps over the foot."""
    if style == "slide":
        return [band(bed, (2, 8), top, (2, 7))]
    if style == "two":
        return [band(bed, (2, 4), top, (1, 4)), band(bed, (6, 8), top, (5, 7))]
    if style == "toe":
        return [band(bed, (1, dice.count(3, 5)), top, (1, dice.count(3, 4)))]
    if style == "t":
        return [band(bed, (2, 4), top, (1, 3)), stroke(top[2:], width)]
    if style == "cross":
        first = stroke(curve(bed[2], (26, top[4][1] - 3), top[9], 6), width)
        second = stroke(curve(bed[7], (44, top[4][1]), top[2], 6), width)
        return [first, second, band(bed, (1, 2), top, (0, 2))]
    if style == "closed":
        slits = [
            band(bed, (1, 4), top, (0, 4)),
            band(bed, (4, 7), top, (5, 6)),
            band(bed, (7, 9), top, (7, 8)),
        ]
        return [*slits, stroke(top, width)]
    if style == "sport":
        side = stroke(curve(bed[8], (74, bed[-1][1] - 14), (94, bed[-1][1] - 17), 5), width * 1.3)
        return [band(bed, (1, 4), top, (0, 3)), band(bed, (5, 7), top, (4, 6)), stroke(top[2:], width), side]
    return [
        *(stroke([bed[rung + 1], top[rung]], width * 0.8) for rung in (1, 3, 5, 7)),
        stroke(top, width * 0.8),
    ]


def band(bed: Outline, low: tuple[int, int], top: Outline, high: tuple[int, int]) -> Outline:
    """The area between two stretches of the bed and of the foot's upper line."""
    return [*bed[low[0] : low[1] + 1], *reversed(top[high[0] : high[1] + 1])]


def sling(sole: Sole, width: float) -> Outline:
    """A strap that rises from the side of the bed and passes behind the heel."""
    return stroke(curve(sole.bed()[6], (72, sole.seat - 24), (97, sole.seat - 16), 6), width)


def throw_back(dice: Dice, sole: Sole, ankle: tuple[float, float], width: float) -> list[Outline]:
    """What holds the heel: a strap behind it or a counter, and a strap around the ankle, at times laced upwards."""
    behind = (94.0, ankle[1] + dice.between(-2, 4))
    if dice.chance(0.3):
        return [sling(sole, width)]
    inner = (90 - dice.between(0, 9), sole.seat - dice.between(8, 14))
    counter = [
        *curve((97, sole.seat), (93, (sole.seat + behind[1]) / 2), behind, 4),
        *curve((behind[0] - width, behind[1]), inner, (84 - dice.between(0, 8), sole.seat + 1), 4),
    ]
    straps = [counter, stroke(curve(ankle, (80, ankle[1] + 4), (behind[0] - 1, behind[1] + 2), 5), width)]
    if dice.chance(0.12):
        for turn in range(dice.count(1, 3)):
            y = ankle[1] - 10 * turn
            straps.append(stroke(curve((92, y), (78, y - 1), (68, y - 9), 4), width * 0.8))
            straps.append(stroke(curve((68, y), (80, y - 3), (91, y - 9), 4), width * 0.8))
    return straps
