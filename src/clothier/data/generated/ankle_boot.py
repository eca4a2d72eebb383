from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.shapes import Fill, Garment, Outline, Point, curve, middle, stroke
from clothier.data.generated.shoe import Sole


def throw(dice: Dice) -> Garment:
    """An ankle boot: flat, with a block heel or a thin one; laced, zipped or with an elastic side."""
    tone = dice.cloth()
    kind = dice.pick({"flat": 0.5, "block": 0.33, "thin": 0.17})
    if kind == "flat":
        sole = Sole(dice.between(0, 6), dice.between(4, 10), 9)
    else:
        sole = Sole(dice.between(14, 48), dice.between(3, 9), 4)
    top = sole.seat - (dice.between(30, 46) if dice.chance(0.38) else dice.between(44, 76))
    front = (dice.between(50, 58), top + dice.between(-3, 3))
    instep = (dice.between(42, 48), -sole.platform - 22 - sole.heel * 0.45)
    upper = throw_outline(dice, sole, top, front, instep)

    if kind == "flat":
        under = [sole.wedge()]
    elif kind == "block":
        under = [
            sole.outline(),
            sole.heel_block(dice.between(22, 30), dice.between(14, 24), dice.between(0, 4)),
        ]
    else:
        under = [sole.outline(), sole.heel_block(16, 3, dice.between(0, 4))]
    fills = [
        Fill([stroke([(front[0] + 1, front[1]), (91, top)], 4)], shade(tone, 0.45)),
        Fill([upper], tone, throw_seams(dice, sole, tone)),
        Fill(under, shade(tone, dice.between(0.4, 0.85))),
    ]
    fills += throw_closure(dice, sole.seat, top, front, instep, tone)
    if dice.chance(0.2):
        cuff = stroke([(front[0] - 2, top + 4), (95, top + 4)], dice.between(7, 13))
        fills.append(Fill([cuff], dice.near(tone, 15, 80)))
    return Garment(fills, weave=dice.between(0, 0.4), creases=dice.between(0.2, 0.8))


def throw_outline(dice: Dice, sole: Sole, top: float, front: Point, instep: Point) -> Outline:
    vamp = (dice.between(21, 33), -sole.platform - dice.between(14, 19))
    toe, heel = sole.bed()[0], sole.bed()[-1]
    return [
        (toe[0] + 1, toe[1] + 3),
        *curve((toe[0], toe[1]), (3, vamp[1] + dice.between(-2, 4)), vamp, 5),
        *curve(vamp, (38, vamp[1] - 1), instep, 4),
        *curve(instep, (front[0], instep[1] - 8), front, 5),
        *curve((93, top), (91, (top + heel[1]) / 2 - 6), (97, heel[1] - 4), 5),
        (97, heel[1] + 2),
        *reversed([(x, y + 2) for x, y in sole.bed()]),
    ]


def throw_seams(dice: Dice, sole: Sole, tone: int) -> list[Fill]:
    """A toe cap's seam and one from instep to sole."""
    lines = []
    if dice.chance(0.4):
        lines.append(stroke(curve((22, -40), (28, -16), (20, 0), 4), 1.5))
    if dice.chance(0.6):
        lines.append(stroke(curve((40, sole.seat - 30), (66, sole.seat - 16), (70, 0), 5), 1.5))
    return [Fill(lines, shade(tone, dice.between(0.55, 0.8)))] if lines else []


def throw_closure(dice: Dice, seat: float, top: float, front: Point, instep: Point, tone: int) -> list[Fill]:
    """Laces, an elastic gore, a zip, a strap or nothing that shows."""
    kind = dice.pick({"laces": 0.35, "elastic": 0.25, "zip": 0.15, "strap": 0.1, "none": 0.15})
    areas: list[Outline] = []
    if kind == "laces":
        rows = [middle(instep, front, (row + 0.5) / 5) for row in range(5)]
        areas = [stroke([(x, y - 1), (x + 9, y + 3)], 2.2) for x, y in rows]
    elif kind == "elastic":
        low = top + 0.65 * (seat - top)
        areas = [[(66.0, top), (84.0, top), (79.0, low), (71.0, low)]]
    elif kind == "zip":
        areas = [stroke(curve((76, top), (74, seat - 20), (66, seat - 4), 5), 2)]
    elif kind == "strap":
        areas = [stroke([(instep[0] + 4, seat - 26), (94, seat - 29)], 5)]
    return [Fill(areas, dice.near(tone, 30, 120))] if areas else []
