"""The random choices behind a garment. Only `Generator.random` is called, whose doubles are the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import TypeVar

import numpy as np

Choice = TypeVar("Choice")

DARKEST, LIGHTEST = 35, 252  # of cloth; the background is 0


class Dice:
    """Numbers, choices and tones drawn from one generator."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.rng.random()

    def count(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int((high - low + 1) * self.rng.random())

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, weights: Mapping[Choice, float]) -> Choice:
        """One of the keys, each as often as its weight says."""
        mark = fsum(weights.values()) * self.rng.random()  # `sum` rounds otherwise from Python 3.12 on
        *others, last = weights
        for choice in others:
            mark -= weights[choice]
            if mark < 0:
                return choice
        return last

    def cloth(self) -> int:
        """The tone of a whole garment: dark to light grey, light ones more often."""
        return round(LIGHTEST - 190 * self.rng.random() * self.between(0.3, 1))

    def near(self, tone: int, least: float, most: float) -> int:
        """A tone least to most darker or lighter than the given one; to the side that has room, if one has not."""
        step = self.between(least, most)
        fits_darker, fits_lighter = tone - step >= DARKEST, tone + step <= LIGHTEST
        if fits_darker == fits_lighter:
            lighter = self.chance(0.5) if fits_lighter else tone < (DARKEST + LIGHTEST) / 2
        else:
            lighter = fits_lighter
        return limit(tone + step if lighter else tone - step)


def limit(tone: float) -> int:
    return round(min(max(tone, DARKEST), LIGHTEST))


def shade(tone: int, factor: float) -> int:
    """The tone made darker (factor < 1) or lighter."""
    return limit(tone * factor)
