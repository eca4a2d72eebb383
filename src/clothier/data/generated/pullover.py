from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern, throw_print
from clothier.data.generated.shapes import Fill, Garment, both, box, disc, mirror, rounded
from clothier.data.generated.upper_body import Sleeve, UpperBody, throw_hood


def throw(dice: Dice) -> Garment:
    """A pullover, cardigan or sweatshirt: long sleeves, ribbed hem and cuffs, and one of five necks."""
    tone = dice.cloth()
    neck = dice.pick({"round": 0.5, "v": 0.17, "roll": 0.14, "hood": 0.12, "collar": 0.07})
    body = throw_body(dice, pointed=neck == "v")
    sleeve = Sleeve(dice.between(72, 92), dice.between(0.1, 0.32), dice.between(9, 13), dice.between(1, 6))
    pattern = throw_pattern(dice, tone, {"across": 0.16, "block": 0.1, "flowers": 0.05, "plaid": 0.03})
    sleeve_tone = dice.near(tone, 25, 80) if dice.chance(0.12) else shade(tone, dice.between(0.84, 1.02))
    rib, rib_height = shade(tone, dice.between(0.72, 1.0)), dice.between(3, 7)

    fills = [Fill(both(sleeve.outline(body)), sleeve_tone, pattern), sleeve.cuffs(body, rib, rib_height)]
    if neck == "hood":
        fills += throw_hood(dice, body, tone)
    fills += [body.inside(tone), Fill([body.outline()], tone, pattern)]
    if dice.chance(0.7):
        fills.append(body.hemband(rib, rib_height))
    fills.append(body.seams(shade(tone, dice.between(0.65, 0.85)), 1.6))
    if not pattern and dice.chance(0.3):
        fills += throw_print(dice, tone, body.neck_depth + dice.between(10, 18), body.chest)
    elif dice.chance(0.32):
        fills += throw_opening(dice, body, tone)
    if neck == "roll":
        fills.append(throw_roll(dice, body, tone))
    elif neck == "collar":
        fills.append(Fill(both(body.wing((body.neck * 0.8, body.neck_depth + 7))), rib))
    else:
        fills.append(body.neckband(rib, dice.between(3, 5)))
    if neck == "hood" and dice.chance(0.7):
        fills.append(throw_pouch(dice, body, tone))
    return Garment(fills, weave=dice.between(0.1, 0.6), creases=dice.between(0.2, 1))


def throw_body(dice: Dice, pointed: bool) -> UpperBody:
    chest = dice.between(24, 33)
    waist = chest - dice.between(-1, 3)
    return UpperBody(
        neck=dice.between(9, 15),
        neck_depth=dice.between(14, 24) if pointed else dice.between(5, 11),
        shoulder=chest + dice.between(-1, 4),
        drop=dice.between(6, 12),
        chest=chest,
        armpit=dice.between(27, 36),
        waist=waist,
        waist_at=65,
        hem=waist - dice.between(-2, 4),
        length=dice.between(82, 104),
        bulge=dice.between(-1, 2),
        pointed=pointed,
    )


def throw_opening(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """A cardigan's front, or a zip down to the chest."""
    zipped = dice.chance(0.45)
    bottom = dice.between(30, 45) if zipped else body.length + body.bulge
    line = Fill([box(-1, body.neck_depth, 1, bottom)], shade(tone, dice.between(0.45, 0.85)))
    if zipped:
        return [line]
    radius = dice.between(1.1, 1.7)
    rows = [body.neck_depth + 12 + 14 * row for row in range(dice.count(3, 5))]
    return [line, Fill([disc((2.5, row), radius) for row in rows], dice.near(tone, 30, 120))]


def throw_roll(dice: Dice, body: UpperBody, tone: int) -> Fill:
    half = [(body.neck + 2, -dice.between(5, 9)), (body.neck + 1, 8.0)]
    return Fill([rounded([*half, *mirror(half)])], shade(tone, dice.between(0.8, 1.1)))


def throw_pouch(dice: Dice, body: UpperBody, tone: int) -> Fill:
    """The pocket on the belly."""
    wide, top = body.waist * 0.6, body.length - dice.between(32, 38)
    half = [(wide * 0.6, top), (wide, top + 12), (wide, top + 24)]
    return Fill([half + mirror(half)], shade(tone, 0.85))
