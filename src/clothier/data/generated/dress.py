from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import Fill, Garment, both, curve, stroke
from clothier.data.generated.upper_body import Sleeve, UpperBody


def throw(dice: Dice) -> Garment:
    """A dress: straight or flared, with straps, short or long sleeves, belt and pleats now and then."""
    tone = dice.cloth()
    sleeves = dice.pick({"none": 0.42, "short": 0.33, "long": 0.25})
    body = throw_body(dice, bare=sleeves == "none")
    weights = {"across": 0.08, "block": 0.08, "flowers": 0.12, "dots": 0.06, "along": 0.04}
    pattern = throw_pattern(dice, tone, weights)
    fills = []
    if sleeves != "none":
        length = dice.between(12, 24) if sleeves == "short" else dice.between(38, 66)
        spread = dice.between(0.3, 0.9) if sleeves == "short" else dice.between(0.12, 0.4)
        sleeve = Sleeve(length, spread, dice.between(7, 10))
        fills.append(Fill(both(sleeve.outline(body)), shade(tone, dice.between(0.84, 1)), pattern))
    fills += [body.inside(tone), Fill([body.outline()], tone, pattern)]
    if dice.chance(0.45):
        fills.append(throw_pleats(dice, body, tone))
    if dice.chance(0.4):
        height = dice.between(2, 6)
        belt = stroke([(-body.waist - 0.3, body.waist_at), (body.waist + 0.3, body.waist_at)], height)
        fills.append(Fill([belt], dice.near(tone, 20, 130)))
    if sleeves != "none":
        fills.append(body.seams(shade(tone, 0.8), 1))
    if dice.chance(0.6):
        fills.append(body.neckband(shade(tone, dice.between(0.75, 1.2)), 1.8))
    if dice.chance(0.15):
        fills.append(body.hemband(dice.near(tone, 20, 110), dice.between(3, 9)))
    return Garment(fills, weave=dice.between(0.05, 0.5), creases=dice.between(0.3, 1))


def throw_body(dice: Dice, bare: bool) -> UpperBody:
    chest = dice.pick({dice.between(13, 18): 0.8, dice.between(18, 24): 0.2})
    waist = chest - dice.between(0, 4)
    flare = dice.pick({dice.between(0, 4): 0.45, dice.between(4, 11): 0.35, dice.between(11, 19): 0.2})
    return UpperBody(
        neck=dice.between(6, 10),
        neck_depth=dice.between(6, 17),
        shoulder=dice.between(9, 12) if bare else chest + dice.between(-2, 1),
        drop=dice.between(1, 2.5) if bare else dice.between(3, 6),
        chest=chest,
        armpit=dice.between(15, 21),
        waist=waist,
        waist_at=dice.between(30, 44),
        hem=waist + flare,
        length=100,
        bulge=dice.between(-1, 3),
        pointed=dice.chance(0.3),
    )


def throw_pleats(dice: Dice, body: UpperBody, tone: int) -> Fill:
    """Lines that fan out from the waist to the hem."""
    number = dice.count(2, 5)
    folds = []
    for line in range(number):
        side = (2 * line + 1) / number - 1
        start = (side * body.waist * 0.8, body.waist_at + dice.between(2, 12))
        end = (side * body.hem * 0.9, body.length - dice.between(0, 4))
        folds.append(stroke(curve(start, (start[0], (start[1] + end[1]) / 2), end, 4), 0.8, 2))
    return Fill(folds, shade(tone, dice.between(0.62, 0.85)))
