"""`clothier doctor PHOTO`: how a photo becomes the image a network sees, and what it makes of it at each step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from clothier import predict as predicting
from clothier.cli import completion, naming, options, screen
from clothier.errors import DataError, InputError
from clothier.photo import FORMAT_WORDS, sheet
from clothier.photo import doctor as doctoring
from clothier.photo.doctor import Examination
from clothier.photo.steps import STEPS
from clothier.predict import Predictor
from clothier.system.files import shortened, write_atomic
from clothier.values import Predictions

_SHOWN = 3  # classes a step


def doctor(
    photo: Annotated[
        Path,
        typer.Argument(help=f"A picture: {FORMAT_WORDS}.", metavar="PHOTO", show_default=False),
    ],
    model: naming.ModelOption = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A step to leave out: {', '.join(STEPS)}; may be repeated.",
            metavar="STEP",
            autocompletion=completion.names(STEPS),
            show_default=False,
        ),
    ] = None,
    whole: options.Whole = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The .png file to write.", metavar="FILE", show_default="PHOTO-doctor.png in this folder"
        ),
    ] = None,
    json: options.Json = False,
) -> None:
    """Draw the preprocessing steps of a photo with the prediction after each, and warn where the last prediction
    should not be trusted."""
    target = _target(photo, out)
    options.check_out(file=target)
    doctoring.check_steps(skip or ())
    model = naming.fitting(model, [photo])
    predictor = predicting.opened(model)
    height, width, channels = predictor.image_shape
    try:
        left_out = [*(skip or ()), *(doctoring.CUTTING if whole else ())]
        examination = doctoring.examine(photo, left_out, (height, width), channels)
        if predictor.photos != "doctor":
            way = "pad" if whole else predictor.photos
            examination = doctoring.as_predicted(examination, photo, way)
        elif whole:
            examination = replace(examination, warnings=(doctoring.WHOLE_WORDS, *examination.warnings))
    except DataError as error:
        raise DataError(f"{photo} {error}; wanted one picture ({FORMAT_WORDS})") from error
    seen = predictor.predict(np.stack([step.seen for step in examination.steps]))
    predictions = predictor.as_photos(seen, [*[()] * (len(seen) - 1), examination.warnings])
    rankings = [prediction.classes[:_SHOWN] for prediction in predictions]
    warnings = [*examination.warnings, *_differing(predictor, skip or ())]
    answer = predictions[-1].verdict
    drawn = sheet.draw(examination, rankings, f"{photo.name}, by {naming.title(model)}: {answer}", warnings)
    write_atomic(target, sheet.as_png(drawn, photo))
    if json:
        screen.print_json(_as_json(photo, target, examination, predictions, warnings))
        return
    rows = [
        (step.name, step.words, ranking[0][0], f"{ranking[0][1]:.1%}")
        for step, ranking in zip(examination.steps, rankings, strict=True)
    ]
    screen.print_table(("step", "what was done", "class", predictor.probability_name), rows)
    screen.say(f"\n{answer}\n")
    for text in warnings:
        screen.notice(text)
    screen.say(str(target))


def _target(photo: Path, out: Path | None) -> Path:
    """Where the picture goes: never over a file that this command did not make, nor, unless --out says so, over the
    picture of another photo. Photos a.jpg and a.png get a-doctor.png and a.png-doctor.png."""
    if out is None:
        choices = [Path(f"{shortened(name)}-doctor.png") for name in (photo.stem, photo.name)]
        for target in choices:
            if not os.path.lexists(target) or sheet.is_ours(target, photo):
                return target
        raise InputError(
            f"{' and '.join(map(str, choices))} are there already and are not pictures of {photo}; wanted a free name; "
            "choose one with --out"
        )
    if out.suffix.lower() != ".png":
        raise InputError(f"--out is {out}; wanted a file that ends in .png")
    if _same(out, photo):
        raise InputError(f"--out is {out}, the photo itself; wanted another file")
    if os.path.lexists(out) and not sheet.is_ours(out):
        raise InputError(
            f"--out is {out}, which is there already and was not made by `clothier doctor`; wanted another file"
        )
    return out


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one is not there, or cannot be seen
        return False


def _differing(predictor: Predictor, skip: Sequence[str]) -> list[str]:
    """Where the steps are not those by which `clothier predict` comes to its answer."""
    said = [words] if (words := predicting.unmeasured(predictor)) else []
    if predictor.photos != "doctor":
        said.append(
            "the model was trained on photos that were only resized, so `clothier predict` only takes the last step "
            "and gives its prediction"
        )
    elif skip:
        said.append(
            f"without {', '.join(skip)} the prediction can differ from that of `clothier predict`, which leaves "
            "no step out"
        )
    return said


def _as_json(
    photo: Path, target: Path, examination: Examination, predictions: Predictions, warnings: list[str]
) -> dict[str, object]:
    last = predictions[-1]
    classes = "classes" if last.temperature else "uncalibrated_classes"
    return {
        "photo": str(photo),
        "picture": str(target),
        "steps": [
            {"name": step.name, "words": step.words, classes: dict(prediction.classes[:_SHOWN])}
            for step, prediction in zip(examination.steps, predictions, strict=True)
        ],
        "status": last.status,
        "verdict": last.verdict,
        "possible": last.possible,
        "strangeness": last.strangeness,
        "warnings": warnings,
    }
