from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import Fill, Garment, both, box, disc, stroke
from clothier.data.generated.upper_body import Sleeve, UpperBody


def throw(dice: Dice) -> Garment:
    """A shirt or blouse: collar and button band as a rule, long or short sleeves, often checked or striped."""
    tone = dice.cloth()
    long = dice.chance(0.62)
    body = throw_body(dice)
    if long:
        sleeve = Sleeve(dice.between(70, 88), dice.between(0.07, 0.28), dice.between(8, 11))
    else:
        sleeve = Sleeve(dice.between(24, 42), dice.between(0.4, 0.9), dice.between(15, 19))
    weights = {"plaid": 0.13, "along": 0.1, "flowers": 0.11, "across": 0.06, "dots": 0.05, "block": 0.02}
    pattern = throw_pattern(dice, tone, weights)
    fills = [Fill(both(sleeve.outline(body)), shade(tone, dice.between(0.84, 1)), pattern)]
    if dice.chance(0.6):
        fills.append(sleeve.cuffs(body, dice.near(tone, 8, 35), dice.between(3, 6) if long else 2))
    fills += [body.inside(tone), Fill([body.outline()], tone, pattern)]
    fills.append(body.seams(shade(tone, dice.between(0.75, 0.92)), 1.1))
    buttoned = dice.chance(0.6)
    if buttoned:
        fills += throw_button_band(dice, body, tone)
    if buttoned or dice.chance(0.25):
        fills += throw_collar(dice, body, tone)
    else:
        fills.append(body.neckband(shade(tone, dice.between(0.75, 1.1)), 2.2))
    if dice.chance(0.3):
        fills.append(throw_pocket(dice, body, tone))
    return Garment(fills, weave=dice.between(0.05, 0.5), creases=dice.between(0.3, 1))


def throw_body(dice: Dice) -> UpperBody:
    chest = dice.between(23, 31)
    waist = chest - dice.between(0, 4)
    return UpperBody(
        neck=dice.between(8, 14),
        neck_depth=dice.between(5, 14),
        shoulder=chest + dice.between(-1, 3),
        drop=dice.between(6, 10),
        chest=chest,
        armpit=dice.between(26, 33),
        waist=waist,
        waist_at=60,
        hem=waist + dice.between(-1, 4),
        length=dice.between(88, 106),
        bulge=dice.between(0, 7),
        pointed=dice.chance(0.6),
    )


def throw_button_band(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    bottom = body.length + body.bulge
    if dice.chance(0.12):  # a popover: the band ends at the chest
        bottom = dice.between(40, 55)
    half, number, radius = dice.between(1.6, 3), dice.count(4, 7), dice.between(0.9, 1.5)
    rows = [body.neck_depth + (bottom - body.neck_depth) * (row + 0.5) / number for row in range(number)]
    return [
        Fill([box(-half, body.neck_depth, half, bottom)], dice.near(tone, 2, 26)),
        Fill([box(half - 0.5, body.neck_depth, half + 0.5, bottom)], shade(tone, dice.between(0.62, 0.93))),
        Fill([disc((0, row), radius) for row in rows], dice.near(tone, 20, 120)),
    ]


def throw_collar(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """Two wings that meet in the middle."""
    tip = (body.neck * dice.between(0.45, 1.0), body.neck_depth + dice.between(6, 11))
    wing = body.wing(tip)
    rim = stroke([wing[0], tip, wing[2]], 1)
    return [
        Fill(both(wing), dice.near(tone, 4, 42)),
        Fill(both(rim), shade(tone, dice.between(0.6, 0.92))),
    ]


def throw_pocket(dice: Dice, body: UpperBody, tone: int) -> Fill:
    left, top = body.chest * 0.3, dice.between(30, 36)
    return Fill([box(left, top, left + body.chest * 0.4, top + 13)], dice.near(tone, 8, 35))
