"""What a sweep varies: choices and ranges of recipe fields, from words such as learning_rate=1e-4..1e-2:log."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from clothier.errors import InputError
from clothier.recipes import values
from clothier.recipes.recipe import KINDS

Value = int | float | str
Configuration = dict[str, Value]  # the value of each field that is varied

DIGITS = (
    4  # of a number that is drawn from a range: enough to tell configurations apart, short enough to be typed
)
WIDE = 30  # a range whose ends differ by that factor is usually meant to be logarithmic
_RANGE = re.compile(r"(?P<low>.+?)\.\.(?P<high>[^:]+)(?P<colon>:(?P<how>.*))?")
_WANTED = "choices such as 1e-3,3e-4 or a range such as 1e-4..1e-2 or 1e-4..1e-2:log"
# field -> why it has one value in a sweep, and what to do
_FIXED = {
    "base": "the images are read for one base; sweep once for each base",
    "name": "it names the recipe; leave it out",
    "seed": "every configuration trains with the same seeds; use --seeds for their number",
    "validation": "configurations are compared on the same validation images; sweep once for each way",
}


@dataclass(frozen=True)
class Choices:
    values: tuple[Value, ...]

    def __contains__(self, value: Value) -> bool:
        return value in self.values

    @property
    def extremes(self) -> tuple[Value, ...]:
        return self.values

    def __str__(self) -> str:
        return ",".join(map(str, self.values))


@dataclass(frozen=True)
class Range:
    """All numbers from low to high, both included; whole ones where both ends are. `log` draws evenly in the
    logarithm."""

    low: int | float
    high: int | float
    log: bool = False

    def __contains__(self, value: Value) -> bool:
        return not isinstance(value, str) and self.low <= value <= self.high

    @property
    def extremes(self) -> tuple[Value, ...]:
        return self.low, self.high

    def __str__(self) -> str:
        return f"{self.low}..{self.high}{':log' if self.log else ''}"

    def rounded(self, value: Value) -> Value:
        """A number drawn from the range, in DIGITS digits."""
        if not isinstance(value, float):
            return value
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


Dimension = Choices | Range
Space = dict[str, Dimension]


def read(given: Mapping[str, Any]) -> tuple[dict[str, Value], Space]:
    """(the fields with one value, the fields that vary) of texts as on the command line, or of lists of choices.

    Raises InputError for an unknown field, a value that the field does not take, a range that is none, and a field that
    cannot vary.
    """
    fixed: dict[str, Value] = {}
    space: Space = {}
    for field, what in given.items():
        dimension = _dimension(field, what)
        if isinstance(dimension, Choices) and len(dimension.values) == 1:
            fixed[field] = dimension.values[0]
        elif reason := _FIXED.get(field):
            raise InputError(f"{field} is {dimension}; wanted one value, because {reason}")
        else:
            space[field] = dimension
    return fixed, space


def _dimension(field: str, given: Any) -> Dimension:
    kind = KINDS.get(field)
    if isinstance(given, str) and kind in (int, float) and ".." in given:
        return _range(field, given)
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        given = [given]
    if field not in values.TEXTS:  # weights of classes are joined by commas themselves
        given = itertools.chain.from_iterable(
            map(str.strip, each.split(",")) if isinstance(each, str) else [each] for each in given
        )
    choices = tuple(dict.fromkeys(_value(field, value) for value in given))
    if not choices:
        raise InputError(f"{field} has no choices; wanted one or more; name some, or leave it out")
    return Choices(choices)


def _range(field: str, text: str) -> Range:
    found = _RANGE.fullmatch(text.strip())
    if found is None or found["how"] not in (None, "log"):
        raise InputError(f"{field} is '{text}'; wanted {_WANTED}")
    low, high = (_value(field, found[end].strip()) for end in ("low", "high"))
    assert not isinstance(low, str)
    assert not isinstance(high, str)
    log = found["how"] == "log"
    if low >= high:
        raise InputError(f"{field} is '{text}', whose low end is not below its high end; swap them")
    if log and low <= 0:
        raise InputError(f"{field} is '{text}', and {low} has no logarithm; wanted a low end above 0")
    return Range(low, high, log)


def _value(field: str, given: Any) -> Any:
    value = values.read(KINDS, {field: given})[field]
    values.check(field, KINDS[field], value)
    return value


def wide(space: Space) -> list[str]:
    """A sentence about each range that draws nearly all its numbers from near its high end."""
    return [
        f"{field}={dimension} is drawn evenly, so nine of ten numbers lie above "
        f"{dimension.low + (dimension.high - dimension.low) / 10:.2g}; {field}={dimension}:log draws evenly in its "
        "logarithm"
        for field, dimension in space.items()
        if isinstance(dimension, Range) and not dimension.log and 0 < WIDE * dimension.low <= dimension.high
    ]


def is_grid(space: Space) -> bool:
    return all(isinstance(dimension, Choices) for dimension in space.values())


def size(space: Space) -> float:
    """The number of configurations, infinite with a range of numbers that are not whole."""
    return math.prod(_count(dimension) for dimension in space.values())


def _count(dimension: Dimension) -> float:
    if isinstance(dimension, Choices):
        return len(dimension.values)
    whole = isinstance(dimension.low, int) and isinstance(dimension.high, int)
    return dimension.high - dimension.low + 1 if whole else math.inf


def extremes(space: Space) -> Iterable[Configuration]:
    """Every combination of choices and of ends of ranges; of choices alone, all configurations."""
    for combination in itertools.product(*(dimension.extremes for dimension in space.values())):
        yield dict(zip(space, combination, strict=True))


def written(configuration: Mapping[str, Value]) -> str:
    """Such as "learning_rate=0.001 batch_size=64"."""
    return " ".join(f"{field}={value}" for field, value in configuration.items())


def as_json(space: Space) -> dict[str, Any]:
    return {field: asdict(dimension) for field, dimension in space.items()}
