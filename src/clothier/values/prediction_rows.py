"""A prediction as a row of a table, in the two kinds of file that hold one: CSV and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from clothier.errors import InputError
from clothier.values import csvtext

if TYPE_CHECKING:
    from clothier.values.prediction import Prediction

FORMATS = (".csv", ".jsonl")


def columns(probability_name: str) -> tuple[str, ...]:
    """The columns of a table whose probabilities have that name, as `Prediction.probability_name` gives it."""
    name = probability_name.replace(" ", "_")
    return (
        "filename",
        "label",
        name,
        "second",
        f"second_{name}",
        "strangeness",
        "status",
        "verdict",
        "reason",
        "warnings",
    )


def writer(suffix: str, probability_name: str) -> tuple[str, Callable[[Prediction], str]]:
    """(the start of such a file, a function that returns a prediction's line), both with line ends.

    Raises InputError for a suffix that is not in FORMATS.
    """
    check_suffix(suffix)
    return (csv_header(probability_name), as_csv) if suffix == ".csv" else ("", as_json)


def check_suffix(suffix: str) -> None:
    """Raise InputError for a suffix that is not in FORMATS."""
    if suffix not in FORMATS:
        raise InputError(
            f"answers are written to {' and '.join(FORMATS)} files; got '{suffix}'; name one of those"
        )


def csv_header(probability_name: str) -> str:
    """The first line of a CSV file, after a byte-order mark, which spreadsheets need."""
    return csvtext.BOM + csvtext.line(columns(probability_name))


def as_csv(prediction: Prediction) -> str:
    """One line of CSV."""
    return csvtext.line(_row(prediction, "; ".join(prediction.warnings)).values())


def as_json(prediction: Prediction) -> str:
    """One line of JSON: the columns, the probability of each class, and the classes that are possible."""
    content = _row(prediction, list(prediction.warnings)) | probabilities(prediction)
    if prediction.possible:
        content["possible"] = list(prediction.possible)
    return json.dumps({name: value for name, value in content.items() if value != ""}) + "\n"


def probabilities(prediction: Prediction) -> dict[str, dict[str, float]]:
    """{"probabilities": those of each class, the most probable first}, or {"uncalibrated_probabilities": these}."""
    name = prediction.probability_name.replace(" probability", "_probability").removesuffix("y") + "ies"
    return {name: {class_name: round(share, 6) for class_name, share in prediction.classes}}


def _row(prediction: Prediction, warnings: str | list[str]) -> dict[str, Any]:
    """The columns with rounded numbers; unknown values are empty."""
    ranked = [*prediction.classes[:2], ("", ""), ("", "")][:2]
    (label, probability), (second, second_probability) = (
        (name, round(share, 6) if isinstance(share, float) else "") for name, share in ranked
    )
    values = (
        prediction.filename,
        label,
        probability,
        second,
        second_probability,
        "" if prediction.strangeness is None else round(prediction.strangeness, 3),
        prediction.status,
        "" if prediction.reason else prediction.verdict,
        prediction.reason,
        warnings,
    )
    return dict(zip(columns(prediction.probability_name), values, strict=True))
