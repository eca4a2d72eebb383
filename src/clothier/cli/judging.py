"""What a run's network makes of images of its own shape: for the commands that look at single images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clothier.wording import counted

if TYPE_CHECKING:
    from clothier.predict import Answer
    from clothier.runs import Run
    from clothier.values import Images

MANY, FEW = 10, 5  # classes that are all shown, and how many are shown of more


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
    from clothier import predict
    from clothier.runs import trained

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


def most_probable(
    classes: Sequence[tuple[str, float]], top: int | None, also: str = ""
) -> tuple[Sequence[tuple[str, float]], str]:
    """(the first `top` of classes with their probabilities, and `also`; a line about the others, empty where there are
    none). By default `top` is all of them up to MANY, and FEW of more."""
    most = top or (len(classes) if len(classes) <= MANY else FEW)
    shown = [ranked for place, ranked in enumerate(classes) if place < most or ranked[0] == also]
    if len(shown) == len(classes):
        return shown, ""
    share = max(0.0, sum(share for _, share in classes) - sum(share for _, share in shown))
    others = counted(len(classes) - len(shown), "other class", "other classes")
    return shown, f"{others}: {share:.4f} together (--top {len(classes)} shows all)"
