from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import Fill, Garment, Outline, both, box, curve, middle, stroke


def throw(dice: Dice) -> Garment:
    """Trousers: straight, tapered or flared, long or cropped."""
    tone = dice.cloth()
    waist = dice.between(12, 16)
    hip = waist + dice.between(0.5, 4)
    crotch = dice.between(28, 38)
    gap = dice.between(0, 5)  # half the distance between the feet
    length = dice.between(72, 86) if dice.chance(0.12) else dice.between(94, 106)
    ankle = dice.pick({dice.between(6, 9): 0.55, dice.between(9, 12): 0.3, dice.between(12, 17): 0.15})
    foot = gap + ankle
    pattern = throw_pattern(dice, tone, {"along": 0.08, "flowers": 0.07, "plaid": 0.04})
    fills = [Fill(both(leg(waist, hip, crotch, gap, foot, length)), tone, pattern)]

    crease = stroke(curve((hip * 0.55, 12), (hip * 0.5, crotch), ((gap + foot) / 2, length - 2)), 1.4)
    if dice.chance(0.5):
        fills.append(Fill(both(crease), dice.near(tone, 12, 40)))
    if dice.chance(0.25):
        knee = stroke([(hip * 0.55, crotch + 5), ((gap + foot) / 2, length * 0.75)], 5, 3)
        fills.append(Fill(both(knee), shade(tone, 1.25)))
    pocket = stroke(curve((waist * 0.5, 5), (waist * 0.6, 13), (hip - 0.5, 15), 4), 1.2)
    seams = [*both(pocket), stroke(curve((0, 4), (2.5, crotch * 0.7), (0, crotch), 4), 1.3)]
    fills.append(Fill(seams, shade(tone, dice.between(0.5, 0.8))))
    fills.append(Fill([box(-waist - 0.3, 0, waist + 0.3, dice.between(3.5, 6))], dice.near(tone, 10, 60)))
    if dice.chance(0.2):
        hem = box(gap - 0.3, length - dice.between(4, 7), foot + 0.5, length)
        fills.append(Fill(both(hem), dice.near(tone, 15, 50)))
    return Garment(fills, weave=dice.between(0.1, 0.6), creases=dice.between(0.3, 1))


def leg(waist: float, hip: float, crotch: float, gap: float, foot: float, length: float) -> Outline:
    """The right leg with its half of the seat."""
    knee = middle((hip, crotch * 0.6), (foot, length), 0.5)
    inside = middle((0, crotch), (gap, length), 0.5)
    return [
        (-0.5, 0),
        (waist, 0),
        *curve((hip, crotch * 0.6), (min(hip, knee[0] + 0.5), knee[1]), (foot, length), 6),
        *curve((gap, length), (inside[0] + 0.3, inside[1]), (0.2, crotch), 6),
        (-0.5, crotch - 1),
    ]
