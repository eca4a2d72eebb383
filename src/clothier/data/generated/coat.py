from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import Fill, Garment, both, box, disc, stroke
from clothier.data.generated.upper_body import Sleeve, UpperBody, throw_hood


def throw(dice: Dice) -> Garment:
    """A coat or jacket: long sleeves, an opening down the front, lapels, a collar or a hood, pockets."""
    tone = dice.cloth()
    body = throw_body(dice)
    sleeve = Sleeve(dice.between(70, 86), dice.between(0.06, 0.26), dice.between(9, 12), dice.between(1, 4))
    sleeve_tone = dice.near(tone, 20, 90) if dice.chance(0.12) else shade(tone, dice.between(0.8, 1))
    pattern = throw_pattern(dice, tone, {"plaid": 0.05, "block": 0.08, "flowers": 0.04, "along": 0.02})
    neck = dice.pick({"lapels": 0.33, "collar": 0.38, "hood": 0.17, "none": 0.12})

    fills = [Fill(both(sleeve.outline(body)), sleeve_tone, pattern)]
    if dice.chance(0.4):
        fills.append(sleeve.cuffs(body, shade(tone, 0.75), dice.between(2, 6)))
    if neck == "hood":
        fills += throw_hood(dice, body, tone)
    fills += [body.inside(tone), Fill([body.outline()], tone, pattern)]
    fills.append(body.seams(shade(tone, dice.between(0.55, 0.8)), 1.6))
    fills += throw_front(dice, body, tone)
    if neck == "lapels":
        fills += throw_lapels(dice, body, tone)
    elif neck == "collar":
        tip = (body.neck * 0.7, body.neck_depth + dice.between(6, 11))
        fills.append(Fill(both(body.wing(tip)), dice.near(tone, 5, 55)))
    fills += throw_pockets(dice, body, tone)
    if dice.chance(0.2):
        belt = box(-body.waist - 0.5, body.waist_at - 3, body.waist + 0.5, body.waist_at + 2)
        fills.append(Fill([belt], shade(tone, dice.between(0.55, 0.85))))
    return Garment(fills, weave=dice.between(0.1, 0.6), creases=dice.between(0.2, 1))


def throw_body(dice: Dice) -> UpperBody:
    chest = dice.pick({dice.between(23, 30): 0.8, dice.between(17, 23): 0.2})
    waist = chest - dice.between(0, 3)
    return UpperBody(
        neck=dice.between(9, 13),
        neck_depth=dice.between(4, 10),
        shoulder=chest + dice.between(-1, 3),
        drop=dice.between(6, 11),
        chest=chest,
        armpit=dice.between(26, 33),
        waist=waist,
        waist_at=dice.between(50, 58),
        hem=waist + dice.between(0, 6),
        length=dice.between(88, 106),
        bulge=dice.between(-1, 2),
        pointed=dice.chance(0.5),
    )


def throw_front(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """The opening as a zip or an overlap, with one or two rows of buttons."""
    x = dice.between(-1, 1)
    line = box(x - 0.8, body.neck_depth, x + 0.8, body.length + body.bulge)
    fills = [Fill([line], shade(tone, dice.between(0.4, 0.94)))]
    kind = dice.pick({"zip": 0.35, "buttons": 0.35, "double": 0.12, "hidden": 0.18})
    if kind == "zip":
        teeth = box(x - 2, body.neck_depth, x + 2, body.length + body.bulge)
        fills.insert(0, Fill([teeth], dice.near(tone, 25, 110)))
    elif kind != "hidden":
        number, radius = dice.count(3, 6), dice.between(1.4, 2.2)
        columns = (x - 7, x + 7) if kind == "double" else (x + 3,)
        top, bottom = body.neck_depth + 18, body.length * dice.between(0.7, 0.92)
        rows = [top + (bottom - top) * row / (number - 1) for row in range(number)]
        buttons = [disc((column, row), radius) for row in rows for column in columns]
        fills.append(Fill(buttons, dice.near(tone, 50, 130)))
    return fills


def throw_lapels(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    """Broad lapels over what is worn beneath."""
    end = dice.between(30, 50)
    below = [(body.neck, 0.0), (0.0, end), (-body.neck, 0.0)]
    notch = end * dice.between(0.45, 0.6)
    wing = [
        (body.neck * 0.6, -2.0),
        (body.neck + 3, 2.0),
        (body.neck + dice.between(2, 6), notch),
        (0.0, end + 1),
    ]
    edge = stroke([wing[1], wing[2], wing[3]], 1.2)
    return [
        Fill([below], shade(tone, dice.between(0.3, 0.6))),
        Fill(both(wing), dice.near(tone, 8, 40)),
        Fill(both(edge), shade(tone, 0.65)),
    ]


def throw_pockets(dice: Dice, body: UpperBody, tone: int) -> list[Fill]:
    left, top = body.waist * 0.3, dice.between(60, 68)
    kind = dice.pick({"slit": 0.4, "flap": 0.25, "patch": 0.15, "none": 0.2})
    if kind == "none":
        return []
    if kind == "slit":
        pocket = stroke([(left + 4, top), (left + 9, top + 14)], 1.8)
    else:
        pocket = box(left, top, left + 13, top + (4 if kind == "flap" else 16))
    return [Fill(both(pocket), shade(tone, dice.between(0.6, 0.85)))]
