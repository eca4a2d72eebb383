"""What history.csv, scores.json and reliability.json hold -> values, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.errors import RunError, recognised
from clothier.recipes.recipe import PHASES
from clothier.runs.description import MOST_IMAGES
from clothier.values import ClassScore, Counts, EpochRow, Floats, Labels, PhaseScores, Scores, csvtext
from clothier.values.fields import Fields
from clothier.values.names import MOST_CLASSES
from clothier.values.reliability import NUM_BINS, Reliability

MOST_EPOCHS = 10**6
LEAST, LARGEST = -1e-3, 1e30  # of a loss or a time; a mean of float32 may fall a little below 0
MOST_SHARE = 1 + 1e-3  # and a little above 1
MOST_BRIER = 2 + 1e-3
JUDGED = ("test", "train", "training", "validation")


@dataclass(frozen=True)
class Calibrated:
    """How right the probabilities of that split are, `after` with the temperature where one was fitted."""

    split: str
    temperature: float | None
    before: Reliability
    after: Reliability | None


def epoch_row(fields: Fields) -> EpochRow:
    def share(name: str) -> float:
        return fields.number(name, 0, MOST_SHARE)

    def amount(name: str) -> float:
        return fields.number(name, LEAST, LARGEST)

    return EpochRow(
        epoch=fields.whole("epoch", 1, MOST_EPOCHS),
        phase=fields.one_of("phase", PHASES),
        loss=amount("loss"),
        accuracy=share("accuracy"),
        val_loss=fields.maybe("val_loss", amount),
        val_accuracy=fields.maybe("val_accuracy", share),
        learning_rate=amount("learning_rate"),
        seconds=amount("seconds"),
    )


def in_order(rows: list[EpochRow], where: str) -> list[EpochRow]:
    """The rows, where they are those of epochs 1, 2, 3 and on; else RunError."""
    for number, row in enumerate(rows, start=1):
        if row.epoch != number:
            raise RunError(f"{where}: epoch is {row.epoch}; wanted {number}, as epochs follow each other")
    return rows


def predictions(
    columns: dict[str, list[str]], class_names: Sequence[str], where: str
) -> tuple[Labels, Labels, Floats]:
    """As `Run.read_predictions` gives them."""
    numbers = {csvtext.shielded(name): number for number, name in enumerate(class_names)}
    try:
        labels, predicted = (
            np.array([numbers[cell] for cell in columns[column]], np.int64)
            for column in ("label", "predicted")
        )
    except KeyError as error:
        name = recognised(error.args[0])
        raise RunError(
            f"{where} has the class '{name}', which scores.json does not know; wanted one of its names"
        ) from None
    try:
        probabilities = np.array(columns["probability"], np.float64)
    except ValueError as error:
        raise RunError(f"{where} is damaged ({recognised(str(error))}); wanted numbers") from error
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise RunError(f"{where}: probability is not always a share; wanted 0 to 1")
    return labels, predicted, probabilities.astype(np.float32)


def phase_scores(fields: Fields) -> PhaseScores:
    return PhaseScores(
        name=fields.one_of("name", PHASES),
        epochs=fields.whole("epochs", 1, MOST_EPOCHS),
        train=of(fields.within("train")),
        validation=fields.maybe("validation", lambda name: of(fields.within(name))),
        test=fields.maybe("test", lambda name: of(fields.within(name))),
        weights_sha256=fields.word("weights_sha256"),
    )


def calibrated(fields: Fields) -> Calibrated:
    return Calibrated(
        split=fields.one_of("split", JUDGED),
        temperature=fields.maybe("temperature", lambda name: fields.number(name, 1e-3, 1e3)),
        before=_reliability(fields.within("before")),
        after=fields.maybe("after", lambda name: _reliability(fields.within(name))),
    )


def of(fields: Fields) -> Scores:
    """The scores that `Scores.as_json` wrote."""
    per_class = tuple(map(_class_score, fields.each("per_class", MOST_CLASSES)))
    confusion = _confusion(fields, len(per_class))
    if not per_class or not confusion.any():
        fields.refuse("confusion", [], "images of one class or more")
    return Scores(
        loss=fields.number("loss", LEAST, LARGEST),
        accuracy=fields.number("accuracy", 0, 1),
        top2=fields.maybe("top2", lambda name: fields.number(name, 0, 1)),
        brier=fields.maybe("brier", lambda name: fields.number(name, 0, MOST_BRIER)),
        per_class=per_class,
        confusion=confusion,
    )


def _class_score(fields: Fields) -> ClassScore:
    def share(name: str) -> float | None:
        value = fields.maybe(name, lambda name: fields.number(name, 0, 1))
        if (value is None) != (support == 0):
            fields.refuse(name, value, "a number from 0 to 1, or null for a class without images")
        return value

    support = fields.whole("support", 0, MOST_IMAGES)
    return ClassScore(fields.text("name"), share("precision"), share("recall"), share("f1"), support)


def _confusion(fields: Fields, num_classes: int) -> Counts:
    """The matrix from its cells that are not 0, as `Scores.as_json` lists them."""
    cells = fields.items("confusion", num_classes**2)
    for place, cell in enumerate(cells):
        if not _is_cell(cell, num_classes) or (place and cells[place - 1][:2] >= cell[:2]):
            fields.refuse(
                f"confusion {place}",
                cell,
                "[true class, predicted class, images], each cell once and in order",
            )
    matrix = np.zeros((num_classes, num_classes), np.int64)
    if cells:
        true, predicted, images = np.array(cells, np.int64).T
        matrix[true, predicted] = images
    return matrix


def _is_cell(value: Any, num_classes: int) -> bool:
    if not isinstance(value, list) or [type(part) for part in value] != [int] * 3:
        return False
    *classes, images = value
    return all(0 <= label < num_classes for label in classes) and 1 <= images <= MOST_IMAGES


def _reliability(fields: Fields) -> Reliability:
    shares = []
    for name in ("confidences", "accuracies"):
        values: list[Any] = fields.items(name, NUM_BINS)
        if len(values) != NUM_BINS or not all(value is None or _is_share(value) for value in values):
            fields.refuse(name, values, f"{NUM_BINS} numbers from 0 to 1, or null where a bin has no image")
        shares.append(np.array([np.nan if value is None else value for value in values], np.float32))
    counts = fields.items("counts", NUM_BINS)
    if len(counts) != NUM_BINS or not all(type(n) is int and 0 <= n <= MOST_IMAGES for n in counts):
        fields.refuse("counts", counts, f"{NUM_BINS} numbers of images")
    return Reliability(shares[0], shares[1], np.array(counts, np.int64), fields.number("error", 0, 1))


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1
