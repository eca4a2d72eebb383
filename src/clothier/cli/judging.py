"""What a run's network predicts for images of its own shape: for the commands that look at single images."""

from __future__ import annotations

from collections.abc import Sequence

from clothier import predict
from clothier.runs import Run, trained
from clothier.values import Images, Predictions
from clothier.values.wording import counted

MANY, FEW = 10, 5  # classes that are all shown, and how many are shown of more


def judge(run: Run, images: Images, weights: str) -> tuple[Predictions, str]:
    """(predictions, a sentence that must be printed beside them, or ""): by the run's model file, as `clothier predict`
    judges photos; by Keras, and without statuses, where none holds those weights, "last" or "best". `images` uint8
    (n, height, width, channels). Errors as trained.predict and predict.opened."""
    if weights == "last" and run.model_file.is_file():
        predictor = predict.opened(run.path)
        return predictor.predict(images), predict.uncalibrated(predictor)
    predictions = trained.predict(run, images, weights)
    if predictions.temperature is not None:
        return predictions, ""
    return (
        predictions,
        f"the probabilities are not calibrated: no temperature was fitted to the {weights} weights",
    )


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
