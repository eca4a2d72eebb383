"""How much each class counts in the training loss: the text in a recipe, and the numbers that it gives for data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clothier.errors import InputError, unknown_name
from clothier.values import Floats, Labels

BALANCED = "balanced"
WANTED = f"{BALANCED}, or numbers above 0 for classes, such as dress=2,skirt=1.5"
_PAIR = re.compile(r"(?P<name>[^,].*?)=(?P<weight>[^=,]+)(?:,|$)")  # names may hold commas


def as_text(weights: Mapping[Any, Any] | None, class_names: Sequence[str] | None = None) -> str:
    """The text of a mapping {class: weight}, which a recipe holds; "" for None.

    Classes are names or, with `class_names`, whole numbers that count those, as in Keras. Raises InputError for a
    number that counts none of them, and for a weight that is not a number above 0.
    """
    return ",".join(
        f"{_name(key, class_names)}={_number(key, weight)}" for key, weight in (weights or {}).items()
    )


def is_valid(text: str) -> bool:
    """Whether a recipe can hold that text: nothing, balanced, or classes with numbers above 0, none of them twice."""
    return text in ("", BALANCED) or _pairs(text) is not None


def for_classes(text: str, class_names: Sequence[str], labels: Labels) -> Floats | None:
    """The weight of each class, float32 (num_classes,), of which the mean over the training images is 1; None for "".

    `labels`, int64 (n,), are those of the training images. With "balanced" all classes count the same, however many
    images they have: n / (num_classes * images of the class), as scikit-learn's `compute_class_weight`. Classes that
    the text does not name weigh 1 before all are scaled. Raises InputError for a class that there is not.
    """
    if not text:
        return None
    counts = np.bincount(labels, minlength=len(class_names))
    if text == BALANCED:
        weights = 1 / counts
    else:
        given = _pairs(text) or {}
        for name in given:
            if name not in class_names:
                raise unknown_name("class", name, class_names)
        weights = np.array([given.get(name, 1.0) for name in class_names])
    scaled: Floats = (weights * len(labels) / (weights * counts).sum()).astype(np.float32)
    return scaled


def _pairs(text: str) -> dict[str, float] | None:
    """The weights that a text names, by class; None where it is not a list of them."""
    found: dict[str, float] = {}
    place = 0
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None:
            return None
        name, weight = match["name"].strip(), _positive(match["weight"])
        if not name or weight is None or name in found:
            return None
        found[name], place = weight, match.end()
    return found


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number < np.inf else None


def _number(key: Any, weight: Any) -> str:
    number = None if isinstance(weight, (bool, str)) else _positive(weight)
    if number is None:
        raise InputError(f"class_weight gives class {key!r:.40} {weight!r:.40}; wanted a number above 0")
    return repr(number).removesuffix(".0")


def _name(key: Any, class_names: Sequence[str] | None) -> str:
    if isinstance(key, (int, np.integer)) and not isinstance(key, bool) and class_names is not None:
        if not 0 <= key < len(class_names):
            raise InputError(
                f"class_weight names class {key}, and there are {len(class_names)}; wanted 0 to {len(class_names) - 1}"
            )
        return class_names[int(key)]
    return str(key)
