"""Answers -> rows of a table, and the two kinds of file that hold one: CSV and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from clothier.errors import InputError
from clothier.predict.photos import Answer
from clothier.values import csvtext

COLUMNS = (
    "filename",
    "label",
    "probability",
    "second",
    "second_probability",
    "strangeness",
    "status",
    "reason",
    "warnings",
)
FORMATS = (".csv", ".jsonl")


def writer(suffix: str) -> tuple[str, Callable[[Answer], str]]:
    """(what such a file begins with, the line of an answer), both with their line ends; InputError for a suffix that
    is none of FORMATS. A CSV file begins with a byte-order mark and shields words, for the sake of spreadsheets."""
    if suffix == ".csv":
        return csvtext.BOM + csvtext.line(COLUMNS), lambda answer: csvtext.line(_row(answer).values())
    if suffix == ".jsonl":
        return "", as_json
    raise InputError(
        f"answers are written to {' and '.join(FORMATS)} files; got '{suffix}'; name one of those"
    )


def as_json(answer: Answer) -> str:
    """One line of JSON: the columns, and the probability of each class."""
    content = _row(answer) | {"probabilities": {name: round(share, 6) for name, share in answer.classes}}
    return json.dumps({name: value for name, value in content.items() if value != ""}) + "\n"


def _row(answer: Answer) -> dict[str, Any]:
    """Numbers rounded to what they are good for; what is not known is empty."""
    ranked = [*answer.classes[:2], ("", ""), ("", "")][:2]
    (label, probability), (second, second_probability) = (
        (name, round(share, 6) if isinstance(share, float) else "") for name, share in ranked
    )
    values = (
        answer.filename,
        label,
        probability,
        second,
        second_probability,
        "" if answer.strangeness is None else round(answer.strangeness, 3),
        answer.status,
        answer.reason,
        "; ".join(answer.warnings),
    )
    return dict(zip(COLUMNS, values, strict=True))
