from __future__ import annotations

from clothier.data.generated.dice import Dice, shade
from clothier.data.generated.patterns import throw_pattern
from clothier.data.generated.shapes import (
    Fill,
    Garment,
    Outline,
    both,
    box,
    curve,
    disc,
    middle,
    mirror,
    stroke,
)


def throw(dice: Dice) -> Garment:
    """A bag: tote, handbag, satchel with a flap, clutch or bowling bag."""
    tone = dice.cloth()
    kind = dice.pick({"tote": 0.27, "handbag": 0.25, "satchel": 0.22, "clutch": 0.14, "bowling": 0.12})
    wide, tall, outline = throw_outline(dice, kind)
    weights = {"across": 0.05, "flowers": 0.08, "block": 0.1, "plaid": 0.03, "dots": 0.02}
    pattern = throw_pattern(dice, tone, weights)
    fills = throw_handles(dice, kind, wide, tall, tone)
    fills.append(Fill([outline], tone, [*pattern, *throw_panels(dice, wide, tall, tone)]))
    fills += throw_trim(dice, kind, wide, tall, tone)
    return Garment(fills, weave=dice.between(0, 0.5), creases=dice.between(0.1, 0.5))


def throw_outline(dice: Dice, kind: str) -> tuple[float, float, Outline]:
    """Half the width, the height and the outline of the bag itself; its upper edge is y = 0."""
    wide = dice.between(36, 50)
    tall = dice.between(58, 84) if kind == "tote" else dice.between(44, 72)
    if kind == "clutch":
        tall = dice.between(38, 62)
    top = wide * (dice.between(0.8, 1.15) if kind == "tote" else dice.between(0.72, 1))
    if kind == "bowling":
        half = [
            *curve((0, 0), (wide * 0.95, 0), (wide, tall * 0.75), 7),
            *curve((wide, tall * 0.75), (wide, tall), (wide * 0.9, tall), 3),
        ]
        return wide, tall, half + mirror(half)
    soft = dice.between(2, 14)  # radius of the corners
    edge = middle((top, 0), (wide, tall), 0.06)
    low = middle((wide, tall), (top, 0), soft / tall)
    half = [(top - 2, 0.0), edge, *curve(low, (wide, tall), (wide - soft, tall), 4)]
    if kind == "handbag":
        half = [*curve((0, 0), (top * 0.6, -1), (top, tall * 0.1), 4), *half[2:]]
    return wide, tall, half + mirror(half)


def throw_handles(dice: Dice, kind: str, wide: float, tall: float, tone: int) -> list[Fill]:
    """One or two loops above the bag, or a long strap; a clutch has none."""
    if kind == "clutch" and dice.chance(0.7):
        return []
    tone = dice.near(tone, 5, 80)
    width = dice.between(2.5, 5.5)
    if kind in ("satchel", "clutch"):
        x = wide * dice.between(0.85, 1.05)
        high = dice.between(4, 40)
        loop = curve((x, tall * 0.2), (x * dice.between(0.7, 1.1), -high), (0, -high), 7)
        if dice.chance(0.45):  # the strap hangs down at both sides
            side = curve((x - 4, 2), (x + dice.between(8, 16), tall * 0.3), (x - 1, tall * 0.92), 6)
            return [Fill(both(stroke(side, width)), tone)]
        return [Fill([stroke(loop + mirror(loop)[1:], width)], tone)]
    reach = wide * dice.between(0.35, 0.6)
    high = dice.between(28, 60) if kind == "tote" else dice.between(16, 36)
    half = curve((reach, 6), (reach * dice.between(0.75, 1.05), -high), (0, -high), 7)
    loop = half + mirror(half)[1:]
    fills = [Fill([stroke(loop, width)], tone)]
    if dice.chance(0.5):
        behind = [(x + 4, y - 3) for x, y in loop]
        fills.insert(0, Fill([stroke(behind, width)], shade(tone, 0.6)))
    return fills


def throw_panels(dice: Dice, wide: float, tall: float, tone: int) -> list[Fill]:
    """Leather at the bottom or the sides, a pocket, a seam across."""
    parts: list[Outline] = []
    if dice.chance(0.2):
        parts.append(box(-60, tall * dice.between(0.65, 0.85), 60, 120))
    if dice.chance(0.15):
        side = box(wide * 0.7, -20, 60, 120)
        parts += both(side)
    if dice.chance(0.15):
        parts.append(box(-wide * 0.5, tall * 0.4, wide * 0.5, tall * 0.85))
    return [Fill(parts, dice.near(tone, 12, 70))] if parts else []


def throw_trim(dice: Dice, kind: str, wide: float, tall: float, tone: int) -> list[Fill]:
    """Flap and clasp, the upper edge of a tote, or a zip and a tag."""
    dark = shade(tone, dice.between(0.5, 0.8))
    metal = dice.near(tone, 60, 130)
    fills = []
    if kind in ("satchel", "clutch"):
        depth = tall * dice.between(0.35, 0.65)
        pulls = {(wide * 0.95, depth): 0.5, (wide * 0.6, depth): 0.3, (wide * 0.4, depth * 0.6): 0.2}
        half = curve((wide * 0.95, tall * 0.1), dice.pick(pulls), (0, depth), 6)
        fills.append(Fill([stroke(half + mirror(half)[1:], 2)], dark))
        if dice.chance(0.7):
            fills.append(Fill([disc((0, depth), dice.between(3, 5))], metal))
    elif kind == "tote":
        fills.append(Fill([box(-wide * 0.78, 1, wide * 0.78, dice.between(3, 7))], dark))
        if dice.chance(0.25):
            fills.append(Fill([disc((0, tall * 0.35), dice.between(2, 6))], metal))
    else:
        zipper = curve((-wide * 0.7, tall * 0.16), (0, tall * 0.08), (wide * 0.7, tall * 0.16), 6)
        fills.append(Fill([stroke(zipper, 2)], dark))
        if dice.chance(0.3):
            fills.append(Fill([box(wide * 0.15, tall * 0.1, wide * 0.3, tall * 0.5)], metal))
    return fills
