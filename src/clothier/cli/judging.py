"""What a run's network makes of images of its own shape: for the commands that look at single images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clothier.predict import Answer
    from clothier.runs import Run
    from clothier.values import Images


@dataclass(frozen=True)
class Judged:
    """An Answer an image, whose status is empty where no model file holds the weights; `kind` is "probability", or
    "uncalibrated probability"; and `remark` is a sentence that must be said beside them, or empty."""

    answers: Sequence[Answer]
    kind: str
    remark: str = ""


def judge(run: Run, images: Images, weights: str, warnings: tuple[str, ...] = ()) -> Judged:
    """By the run's model file, as `clothier predict` judges photos; by Keras where none holds those weights, "last" or
    "best". `images` uint8 (n, height, width, channels); `warnings` are the photo doctor's. Errors as trained.predict
    and predict.opened."""
    from clothier import predict, trained

    if weights == "last" and run.model_file.is_file():
        predictor = predict.opened(run.path)
        verdicts, names = predictor.judge(images), predictor.class_names
        answers = [predict.of_verdicts("", names, verdicts, row, warnings) for row in range(len(images))]
        kind = "probability" if predictor.calibration.is_fitted else "uncalibrated probability"
        return Judged(answers, kind, predict.uncalibrated(predictor))
    predictions = trained.predict(run, images, weights)
    kind, shares = predictions.named_probabilities
    names = run.description().data.class_names
    answers = [predict.of_probabilities("", names, row, warnings) for row in shares]
    if predictions.temperature is not None:
        return Judged(answers, kind)
    remark = f"the probabilities are not calibrated: no temperature was fitted to the {weights} weights"
    return Judged(answers, kind, remark)
