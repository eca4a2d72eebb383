"""The folder of a baseline, which stands beside runs: what it is, its scores and predictions. It has no network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clothier.errors import RunError
from clothier.runs import scores, tables
from clothier.runs.description import DataDescription
from clothier.runs.folder import MOST_BYTES, PREDICTION_COLUMNS, PROBABILITIES, Run
from clothier.system.files import read_file, write_atomic
from clothier.values import Labels, Predictions, Scores, Split
from clothier.values.fields import Fields, parse

_REMEDY = "`clothier baseline` makes one"


@dataclass(frozen=True, eq=False)
class Baseline:
    """`number` nearest neighbours, and how they did on the judged `split`. `tried` are accuracies on the validation
    images by number of neighbours, `seconds` the time it took."""

    path: Path
    number: int
    tried: dict[int, float]
    seconds: float
    split: str
    scores: Scores
    data: DataDescription

    @property
    def name(self) -> str:
        return self.path.resolve().name

    @property
    def what(self) -> str:
        return f"{self.number} nearest neighbour{'s' if self.number > 1 else ''}"

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "tried": {str(number): accuracy for number, accuracy in self.tried.items()},
            "seconds": self.seconds,
            "split": self.split,
            "scores": self.scores.as_json(),
            "data": self.data.as_json(),
        }

    def write(self, judged: Split, predictions: Predictions) -> None:
        """Put the baseline into its folder, which is there, with its prediction of each judged image."""
        run = Run(self.path)
        run.write_predictions(judged.labels, predictions, self.data.class_names, judged.files)
        write_atomic(run.baseline_file, json.dumps(self.as_json(), indent=2) + "\n")

    def read_predictions(self) -> tuple[Labels, Labels]:
        """(labels, predicted), int64 (n,), in the order of the judged split; RunError where they are damaged or of
        other scores."""
        path = Run(self.path).predictions_file
        cells = tables.columns(_read(path), path, PREDICTION_COLUMNS, _REMEDY, PROBABILITIES)
        labels, predicted, _ = scores.predictions(cells, self.data.class_names, str(path))
        confusion = np.zeros_like(self.scores.confusion)
        np.add.at(confusion, (labels, predicted), 1)
        if not np.array_equal(confusion, self.scores.confusion):
            raise RunError(f"{path} is not what {Run(self.path).baseline_file.name} counts; {_REMEDY}")
        return labels, predicted


def is_there(path: Path) -> bool:
    """Whether that folder is a baseline's."""
    return Run(path).baseline_file.is_file()


def read(path: Path) -> Baseline:
    """The baseline in that folder; RunError where it is damaged."""
    file = Run(path).baseline_file
    fields = Fields(parse(_read(file), str(file), RunError), str(file), RunError)
    tried = fields.within("tried")
    return Baseline(
        path=path,
        number=fields.whole("number", 1, 10**6),
        tried={int(number): tried.number(number, 0, 1) for number in list(tried.left) if number.isdecimal()},
        seconds=fields.number("seconds", 0, 1e9),
        split=fields.one_of("split", scores.JUDGED),
        scores=scores.of(fields.within("scores")),
        data=DataDescription.read(fields.within("data")),
    )


def _read(path: Path) -> bytes:
    try:
        return read_file(path, MOST_BYTES)
    except OSError as error:
        raise RunError(
            f"cannot read {path}: {error.strerror}; wanted what clothier wrote; {_REMEDY}"
        ) from error
