"""What each recipe field takes, and the error for what it does not take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from clothier.errors import InputError
from clothier.recipes import class_weights, elsewhere
from clothier.recipes.optimizers import OPTIMIZERS

VALIDATIONS = ("article", "default", "none", "stratified")
LOSSES = ("binary_crossentropy", "crossentropy", "focal")
VIEWS = ("image", "mirror", "mirror+shift")
PRECISIONS = ("auto", "bfloat16", "float32")
SCHEDULES = ("constant", "cosine", "linear")
RESIZES = ("bilinear", "nearest")
BASE_PIXELS = ("as_trained", "article_mistake")
BASE_ENDS = ("flatten", "logits")
BASE_FEATURES = ("mean", "places")
PARTS = ("all", "last")

KNOWN: dict[str, Iterable[str]] = {
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "validation": VALIDATIONS,
    "schedule": SCHEDULES,
    "views": VIEWS,
    "precision": PRECISIONS,
    "base_pixels": BASE_PIXELS,
    "base_end": BASE_ENDS,
    "base_features": BASE_FEATURES,
    "base_precision": PRECISIONS,
    "resize": RESIZES,
    "fine_tune_part": PARTS,
}
MOST = 100_000
WHOLE: dict[str, tuple[int, int]] = {
    "epochs": (0, MOST),
    "augmented_epochs": (0, MOST),
    "early_stop": (0, MOST),
    "batch_size": (1, MOST),
    "seed": (0, 2**32 - 1),
    "skip_from": (2, MOST),
    "skip_to": (0, MOST),
    "base_size": (0, 1024),
    "base_views": (1, 100),
    "head_units": (0, MOST),
    "fine_tune_epochs": (0, MOST),
    "fine_tune_batch_size": (1, MOST),
}
_SHARE: tuple[Callable[[float], bool], str] = (lambda x: 0 <= x < 1, "a number of 0 or more and below 1")
_RATE: tuple[Callable[[float], bool], str] = (lambda x: 0 < x < np.inf, "a number above 0, such as 0.001")
NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "learning_rate": _RATE,
    "fine_tune_rate": _RATE,
    "warmup": _SHARE,
    "momentum": _SHARE,
    "label_smoothing": _SHARE,
    "average_decay": _SHARE,
    "skip": _SHARE,
    "head_dropout": _SHARE,
    "weight_decay": (lambda x: 0 <= x < np.inf, "a number of 0 or more"),
}
TEXTS: dict[str, tuple[Callable[[str], bool], str]] = {
    "class_weight": (class_weights.is_valid, class_weights.WANTED)
}
_LONGEST = 60  # letters of a wrong value that its error repeats


def wanted(field: str) -> str:
    """What a field takes, in words."""
    if field in WHOLE:
        least, most = WHOLE[field]
        return f"a whole number from {least} to {most:,}"
    if field in NUMBERS:
        return NUMBERS[field][1]
    if field in TEXTS:
        return TEXTS[field][1]
    return f"one of {', '.join(sorted(KNOWN[field]))}" if field in KNOWN else "text"


def check(field: str, kind: type, value: Any) -> None:
    """InputError for a value of another type, or one that the field does not take."""
    fine = type(value) is kind
    if fine and field in WHOLE:
        least, most = WHOLE[field]
        fine = least <= value <= most
    elif fine and field in NUMBERS:
        fine = NUMBERS[field][0](value)
    elif fine and field in TEXTS:
        fine = TEXTS[field][0](value)
    elif fine and field in KNOWN and value not in KNOWN[field]:
        raise elsewhere.unknown_value(field, value, KNOWN[field])
    if not fine:
        raise _wrong(field, value)


def read(kinds: Mapping[str, type], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of recipe fields; text is read as the field's type, and a whole number will do for a number.

    Raises InputError for an unknown field (naming the right one) and for text that is not of the field's type.
    """
    taken = {}
    for field, value in values.items():
        if field not in kinds:
            raise elsewhere.unknown_field(field, kinds)
        taken[field] = _read(field, kinds[field], value)
    return taken


def _read(field: str, kind: type, value: Any) -> Any:
    if isinstance(value, np.number):  # a notebook's, such as one of np.arange(3)
        value = value.item()
    if field == "class_weight" and (value is None or isinstance(value, Mapping)):
        return class_weights.as_text(value)
    number = kind is float and type(value) is int
    if not number and not (isinstance(value, str) and kind is not str):
        return value
    try:
        return kind(value)
    except (ValueError, OverflowError):
        raise _wrong(field, value) from None


def _wrong(field: str, value: Any) -> InputError:
    try:
        shown = repr(value)
    except ValueError:  # Python prints no whole number of more than 4,300 digits
        shown = "a number of thousands of digits"
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}..."
    return InputError(f"{field} is {shown}; wanted {wanted(field)}")
