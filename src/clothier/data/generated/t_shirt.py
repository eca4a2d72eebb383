from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern, throw_print
from clothier.data.generated.shapes import Fill, Garment, both, box
from clothier.data.generated.upper_body import Sleeve, UpperBody

PATTERNS = {"across": 0.12, "block": 0.05, "flowers": 0.08, "dots": 0.04, "along": 0.04, "plaid": 0.02}


def throw(dice: Dice) -> Garment:
    """A T-shirt or top: short sleeves as a rule, else long ones or none; often a print, at times a polo collar."""
    tone = dice.cloth()
    sleeves = dice.pick({"short": 0.76, "none": 0.11, "long": 0.13})
    body = throw_body(dice, bare=sleeves == "none")
    pattern = throw_pattern(dice, tone, PATTERNS)
    fills = []
    if sleeves == "short":
        sleeve = Sleeve(dice.between(24, 42), dice.between(0.45, 1.0), dice.between(15, 20))
    else:
        sleeve = Sleeve(dice.between(55, 85), dice.between(0.12, 0.25), dice.between(9, 12))
    if sleeves != "none":
        sleeve_tone = dice.near(tone, 30, 90) if dice.chance(0.12) else shade(tone, dice.between(0.86, 1))
        fills.append(Fill(both(sleeve.outline(body)), sleeve_tone, pattern))
        if dice.chance(0.5):
            fills.append(sleeve.cuffs(body, shade(sleeve_tone, 0.85), 2))
        fills.append(body.seams(shade(tone, 0.7), 2.4))
    fills += [body.inside(tone), Fill([body.outline()], tone, pattern)]
    fills.append(body.neckband(shade(tone, dice.between(0.7, 1.1)), 3))
    if not pattern and dice.chance(0.35):
        fills += throw_print(dice, tone, body.neck_depth + dice.between(8, 16), body.chest)
    elif sleeves != "none" and dice.chance(0.22):
        fills += throw_polo(dice, body, tone)
    return Garment(fills, weave=dice.between(0.05, 0.5), creases=dice.between(0.2, 1))


def throw_body(dice: Dice, bare: bool) -> UpperBody:
    chest = dice.pick({dice.between(25, 33): 0.8, dice.between(19, 25): 0.2})  # now and then a tunic
    waist = chest - dice.between(0, 4)
    return UpperBody(
        neck=dice.between(9, 15),
        neck_depth=dice.between(14, 30) if bare else dice.between(6, 18),
        shoulder=dice.between(17, 22) if bare else chest + dice.between(-2, 3),
        drop=dice.between(2, 4) if bare else dice.between(6, 11),
        chest=chest,
        armpit=dice.between(26, 34),
        waist=waist,
        waist_at=62,
        hem=waist + dice.between(-1, 5),
        length=dice.between(88, 104),
        bulge=dice.between(-1, 5),
        pointed=dice.chance(0.25),
    )


def throw_polo(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """A soft collar and a short button band."""
    end = body.neck_depth + dice.between(12, 20)
    wing = body.wing((body.neck * 0.6, body.neck_depth + 7))
    return [
        Fill([box(-2.5, body.neck_depth, 2.5, end)], dice.near(tone, 10, 40)),
        Fill(both(wing), dice.near(tone, 10, 50)),
    ]
