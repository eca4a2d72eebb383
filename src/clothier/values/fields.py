"""JSON of unknown origin -> values of known types, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from clothier.errors import BundleError, InputError
from clothier.values.names import MOST_CLASSES, fault, is_plain

T = TypeVar("T")

MOST_DEPTH = 12  # of brackets in brackets
MOST_ENTRIES = 1000  # of one object
MOST_WORD = 200  # characters of a name
MOST_TEXT = 100_000  # characters of any text
# Also one that never ends, so that each is passed once.
_TEXT = re.compile(rb'"(?:[^"\\]|\\.?)*"?', re.DOTALL)
_OTHERS = bytes(set(range(256)) - set(b"[]{}"))


def parse(data: bytes, what: str, error: type[InputError] = BundleError) -> dict[str, Any]:
    """The JSON object in those bytes; `error` for anything else, for a key given twice, and for numbers that are
    not finite."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            raise ValueError("a key is given twice")
        return made

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is no number")

    try:
        _check_depth(data)
        content = json.loads(data.decode(), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:  # includes bad UTF-8 and numbers of thousands of digits
        raise error(f"{what} is not JSON ({fault}); wanted what clothier wrote") from fault
    if not isinstance(content, dict):
        raise error(f"{what} holds a {type(content).__name__}; wanted an object of named fields")
    return content


def _check_depth(data: bytes) -> None:
    """Check the depth of brackets outside texts."""
    depth = deepest = 0
    for byte in _TEXT.sub(b"", data).translate(None, _OTHERS):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > MOST_DEPTH:
        raise ValueError(f"brackets {deepest} deep, at most {MOST_DEPTH} are read")


class Fields:
    """The fields of one object, each taken once. Every method raises `error` naming the field and what it takes;
    `end` refuses fields that nobody took."""

    def __init__(self, content: Any, where: str, error: type[InputError] = BundleError) -> None:
        if not isinstance(content, dict):
            raise error(f"{where} is {_short(content)}; wanted named fields")
        if len(content) > MOST_ENTRIES:
            raise error(f"{where} has {len(content)} fields; wanted at most {MOST_ENTRIES}")
        self.left, self.where, self.error = dict(content), where, error

    def take(self, name: str) -> Any:
        if name not in self.left:
            raise self.error(f"{self.where} has no '{name}'; wanted it there")
        return self.left.pop(name)

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.take(name)
        if type(value) is not int or not least <= value <= most:
            self.refuse(name, value, f"a whole number from {least} to {most}")
        return int(value)

    def number(self, name: str, least: float, most: float) -> float:
        value: int | float = self.take(name)
        if type(value) not in (int, float) or not least <= value <= most:  # no NaN is; of int, any size
            self.refuse(name, value, f"a number from {least:g} to {most:g}")
        return value

    def flag(self, name: str) -> bool:
        value = self.take(name)
        if type(value) is not bool:
            self.refuse(name, value, "true or false")
        return bool(value)

    def maybe(self, name: str, take: Callable[[str], T]) -> T | None:
        """What `take`, another method, makes of the field; None where it is null."""
        if name in self.left and self.left[name] is None:
            return self.take(name)  # type: ignore[no-any-return]
        return take(name)

    def text(self, name: str, most: int = MOST_TEXT) -> str:
        """Any text, such as a path may be."""
        value = self.take(name)
        if not isinstance(value, str) or len(value) > most:
            self.refuse(name, value, f"text of at most {most} characters")
        return str(value)

    def word(self, name: str, most: int = MOST_WORD) -> str:
        """One line of text."""
        value = self.take(name)
        if not is_word(value, most):
            self.refuse(name, value, f"text in one line, of at most {most} characters")
        return str(value)

    def page(self, name: str, most: int) -> str:
        """Text of many lines."""
        value = self.take(name)
        if (
            not isinstance(value, str)
            or len(value) > most
            or not all(is_plain(c) or c == "\n" for c in value)
        ):
            self.refuse(name, value, f"plain text of at most {most} characters")
        return str(value)

    def one_of(self, name: str, known: Iterable[str]) -> str:
        value, names = self.take(name), sorted(known)
        if value not in names:
            self.refuse(name, value, f"one of {', '.join(names)}")
        return str(value)

    def class_names(self, name: str) -> tuple[str, ...]:
        """Two names or more, as those of a data set may be."""
        value = self.take(name)
        if (
            not isinstance(value, list)
            or not 2 <= len(value) <= MOST_CLASSES
            or not all(isinstance(word, str) for word in value)
        ):
            self.refuse(name, value, f"2 to {MOST_CLASSES} names")
        if wrong := fault(value):
            raise self.error(f"{self.where}: {_short(name)}: {wrong}")
        return tuple(value)

    def within(self, name: str) -> Fields:
        return Fields(self.take(name), f"{self.where}, {name}", self.error)

    def items(self, name: str, most: int) -> list[Any]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > most:
            self.refuse(name, value, f"a list of at most {most:,}")
        return list(value)

    def each(self, name: str, most: int) -> list[Fields]:
        """The objects of a list."""
        parts = self.items(name, most)
        return [Fields(part, f"{self.where}, {name} {place}", self.error) for place, part in enumerate(parts)]

    def texts(self, name: str, most: int) -> tuple[str, ...]:
        """Different texts."""
        value = self.items(name, most)
        if not all(isinstance(text, str) for text in value) or len(set(value)) < len(value):
            self.refuse(name, value, "different texts")
        return tuple(value)

    def shape(self, name: str, most: int) -> tuple[int, int, int]:
        """(height, width, channels) of images, sides up to `most`."""
        value = self.take(name)
        if (
            not isinstance(value, list)
            or [type(side) for side in value] != [int] * 3
            or not all(1 <= side <= most for side in value[:2])
            or value[2] not in (1, 3)
        ):
            self.refuse(name, value, f"height and width from 1 to {most}, and 1 or 3 channels")
        return value[0], value[1], value[2]

    def numbers(self, name: str) -> dict[str, float]:
        """Finite numbers by name."""
        inner = self.within(name)
        return {key: inner.number(_key(inner, key), -1e300, 1e300) for key in list(inner.left)}

    def simple(self, name: str) -> dict[str, Any]:
        """Words, numbers, true or false, by name."""
        inner = self.within(name)
        for key, value in inner.left.items():
            _key(inner, key)
            if not (type(value) in (int, float, bool) or is_word(value, 2000)):
                inner.refuse(key, value, "a word, a number, true or false")
        return inner.left

    def end(self) -> None:
        if self.left:
            names = ", ".join(_short(name) for name in list(self.left)[:3])
            raise self.error(
                f"{self.where} has unknown fields ({names}); wanted none; a newer clothier may know them"
            )

    def refuse(self, name: str, value: Any, wanted: str) -> NoReturn:
        raise self.error(f"{self.where}: {_short(name)} is {_short(value)}; wanted {wanted}")


def _key(inner: Fields, key: str) -> str:
    if not is_word(key) or not key:
        raise inner.error(f"{inner.where} has a field named {_short(key)}; wanted a name in one line")
    return key


def is_word(value: Any, most: int = MOST_WORD) -> bool:
    return isinstance(value, str) and len(value) <= most and all(map(is_plain, value))


def _short(value: Any) -> str:
    """The value on one line, shortened so that it can be recognised."""
    if isinstance(value, dict | list):
        return f"a {'list' if isinstance(value, list) else 'group'} of {len(value)}"
    shown = ascii(value) if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
