"""An Evaluation -> a folder: figures, tables of every image and of the mistakes, all numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from clothier import plots
from clothier.evaluate import Evaluation
from clothier.system.files import write_atomic
from clothier.values import csvtext

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write(evaluation: Evaluation, folder: Path, format: str = "png", dpi: int = 150) -> list[Path]:  # noqa: A002
    """Put the figures, predictions.csv, mistakes.csv and evaluation.json there; returns their paths. Raises InputError
    for another format than png and svg, WriteError where a file cannot be written."""
    contents: dict[str, bytes | str] = {
        f"{name}.{format}": plots.render(figure, format, dpi) for name, figure in figures(evaluation).items()
    }
    contents["predictions.csv"] = _table(_predictions(evaluation))
    contents["mistakes.csv"] = _table(_mistakes(evaluation))
    contents["evaluation.json"] = json.dumps(evaluation.as_json(), indent=2) + "\n"
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return [folder / name for name in contents]


def figures(evaluation: Evaluation) -> dict[str, Figure]:
    """The confusion matrix, the reliability diagram and the bars of each class, by the names of their files."""
    title, notice = evaluation.title, evaluation.images.notice
    is_calibrated = "calibrated" if evaluation.is_calibrated else "not calibrated"
    return {
        "confusion": plots.confusion_matrix(
            evaluation.scores.confusion, evaluation.class_names, title, notice
        ),
        "reliability": plots.reliability_diagram({is_calibrated: evaluation.reliability}, title, notice),
        "classes": plots.per_class_bars(evaluation.scores, title, notice),
    }


def _table(rows: Iterable[Iterable[object]]) -> str:
    return csvtext.BOM + csvtext.table(rows)


def _predictions(evaluation: Evaluation) -> Iterable[Iterable[object]]:
    """A row for each image in its order; `correct` is empty where it does not count."""
    probability = evaluation.predictions.named_probabilities[0].replace(" ", "_")
    yield "file", "label", "predicted", "correct", probability, "strangeness", "status", "reason"
    for row, prediction in enumerate(evaluation.predictions):
        true_class = evaluation.true_class(row)
        name, share = prediction.classes[0] if prediction.classes else ("", None)
        yield (
            evaluation.path(row),
            true_class,
            name,
            int(name == true_class) if evaluation.counted[row] else "",
            "" if share is None else round(share, 6),
            "" if prediction.strangeness is None else round(prediction.strangeness, 3),
            prediction.status,
            prediction.reason,
        )


def _mistakes(evaluation: Evaluation) -> Iterable[Iterable[object]]:
    """A row for each mistake, the most confident first."""
    probability = evaluation.predictions.named_probabilities[0].replace(" ", "_")
    yield "file", "label", "predicted", probability, f"{probability}_of_label", "status"
    for row in evaluation.mistakes:
        prediction = evaluation.predictions[row]
        shares, true_class = dict(prediction.classes), evaluation.true_class(row)
        (name, share), *_ = prediction.classes
        yield (
            evaluation.path(row),
            true_class,
            name,
            round(share, 6),
            round(shares[true_class], 6),
            prediction.status,
        )
