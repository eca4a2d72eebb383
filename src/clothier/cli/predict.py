"""`clothier predict PHOTO...`: what a network makes of photos, or of one image of a data set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from clothier import predict as predicting
from clothier.cli import completion, judging, naming, options, predict_one, run_data, screen
from clothier.errors import DataError, InputError
from clothier.photo import FORMAT_WORDS
from clothier.system.files import writing
from clothier.values import Prediction, Predictions, prediction_rows
from clothier.values.wording import counted

_MANY = 50  # photos from which on their progress is shown


def predict(
    photos: Annotated[
        list[str] | None,
        typer.Argument(
            help="Photos, folders of photos, or patterns such as 'photos/*.jpg'.",
            metavar="PHOTO",
            show_default=False,
        ),
    ] = None,
    model: naming.ModelOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the predictions to this .csv or .jsonl file.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            help="The inference library; openvino needs pip install 'clothier[openvino]'.",
            metavar="|".join(predicting.ENGINES),
            autocompletion=completion.names(predicting.ENGINES),
            show_default="onnxruntime",
            rich_help_panel=options.SPEED,
        ),
    ] = None,
    threads: options.Threads = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A source from `clothier data list`, in place of photos.",
            metavar="SOURCE",
            autocompletion=completion.source,
            show_default="the run's own",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    split: options.WhichSplit = "test",
    index: Annotated[
        int | None,
        typer.Option(
            help="The image of the split, counted from 0.", show_default="0", rich_help_panel=options.DATA
        ),
    ] = None,
    weights: options.Weights = "last",
    data_dir: options.DataDir = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    whole: options.Whole = False,
    top: Annotated[
        int | None,
        typer.Option(
            help="Print the N most probable classes of a single photo.",
            show_default="all classes if there are 10 or fewer, else 5",
            min=1,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print JSON, one line per photo.", rich_help_panel=options.OUTPUT)
    ] = False,
) -> None:
    """Classify photos: print the class, and how far to trust it.

    "Shirt (97 %)" is a plain answer: 95 in 100 of them are right. "Probably shirt, perhaps t-shirt" and "Could be many
    things" say which classes are possible. "Shirt? This does not look like the pictures I learned from" is said of what
    is stranger than 95 in 100 known photos. Without photos, classify one image of a data set and list the first
    predictions.
    """
    if photos:
        of_data = {
            "--data": data is not None,
            "--index": index is not None,
            "--split": split != "test",
            "--weights": weights != "last",
            "--data-dir": data_dir is not None,
            "--image-size": image_size is not None,
            "--crop": crop is not None,
            "--skip-bad": skip_bad,
        }
        for word in (word for word, given in of_data.items() if given):
            raise InputError(
                f"got photos and {word}, which is for an image of a data set; wanted one or the other; leave one out"
            )
        if json and out is not None:
            raise InputError(
                f"got --json and --out {out}; wanted one place for the predictions; leave one out"
            )
        if top is not None and (json or out is not None):
            raise InputError(
                f"got --top and {'--json' if json else f'--out {out}'}, which leaves no class out; wanted one of both"
            )
        _photos(photos, model, threads or 0, engine or "onnxruntime", out, json, top, whole)
    elif whole:
        raise InputError("--whole is for photos; wanted some beside it; name some, or leave it out")
    elif model is None:
        raise InputError(
            "no photos are given; wanted photos, or --model MODEL and --index for an image of its data"
        )
    elif out is not None:
        raise InputError("--out is for photos; name some, or use --json in its place")
    elif engine is not None or threads is not None:
        word = "--threads" if engine is None else "--engine"
        raise InputError(f"{word} is for photos; wanted some beside it, or one image of the data without it")
    else:
        data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad)
        predict_one.predict_one(model, data_options, split, index or 0, weights, json, top)


def _photos(
    words: list[str],
    model: Path | None,
    threads: int,
    engine: str,
    out: Path | None,
    json: bool,
    top: int | None,
    whole: bool,
) -> None:
    if out is not None:
        prediction_rows.check_suffix(out.suffix.lower())
    options.check_out(file=out)
    paths = predicting.find(words, screen.notice)
    if top is not None and len(paths) > 1:
        raise InputError(
            f"--top is for a single photo, got {len(paths):,}; leave it out; --json prints every class of each"
        )
    predictor = predicting.opened(naming.fitting(model, paths), threads, engine)
    screen.notice(predicting.unmeasured(predictor))
    reasons: list[str] = []
    if json:
        for prediction in _noting(predicting.predict_photos(predictor, paths, whole=whole), reasons):
            print(prediction_rows.as_json(prediction), end="")
    else:
        with screen.counting() as progress:
            report = progress if len(paths) >= _MANY else None
            coming = _noting(predicting.predict_photos(predictor, paths, report, whole=whole), reasons)
            if out is not None:
                start, line = prediction_rows.writer(out.suffix.lower(), predictor.probability_name)
                with writing(out) as file:
                    file.write(start.encode())
                    for prediction in coming:
                        file.write(line(prediction).encode())
            shown = list(coming)  # none where they were written
        if out is not None:
            screen.say(
                f"{out}: {counted(len(paths), 'photo')}{f', {len(reasons):,} unreadable' if reasons else ''}"
            )
        elif len(shown) > 1 or not reasons:
            _show(shown, top)
    if len(reasons) == len(paths):
        what = (
            f"{paths[0]} {reasons[0]}"
            if len(paths) == 1
            else f"none of {counted(len(paths), 'photo')} can be read"
        )
        raise DataError(f"{what}; wanted {'one picture' if len(paths) == 1 else 'pictures'} ({FORMAT_WORDS})")


def _noting(batches: Iterable[Predictions], reasons: list[str]) -> Iterator[Prediction]:
    """Yield the predictions; the reasons why photos could not be read are added to `reasons`."""
    for predictions in batches:
        reasons.extend(filter(None, predictions.reasons))
        yield from predictions


def _show(predictions: list[Prediction], top: int | None) -> None:
    """Print a bar per class for one photo, and a line per photo for several."""
    if len(predictions) == 1 and predictions[0].classes:
        (prediction,) = predictions
        screen.say(f"{prediction.filename}\n")
        classes, rest = judging.most_probable(prediction.classes, top)
        screen.print_bars([(*ranked, "" if place else "predicted") for place, ranked in enumerate(classes)])
        if rest:
            screen.say(rest)
        screen.say(f"\n{prediction.verdict}")
        for remark in prediction.warnings:
            screen.say(remark)
        return
    shared = _shared_folder([prediction.filename for prediction in predictions])
    rows = [
        (
            prediction.filename[len(shared) :],
            "" if prediction.reason else prediction.verdict,
            _remark(prediction),
        )
        for prediction in predictions
    ]
    title = f"in {shared}" if shared else ""
    screen.print_table(("photo", "answer", "remark"), rows, title, words=("photo",))


def _shared_folder(names: list[str]) -> str:
    """The part that all names begin with, up to a separator; it is printed once."""
    first, last = min(names), max(names)
    same = next((place for place, letter in enumerate(first) if last[place : place + 1] != letter), 0)
    return first[: first.rfind(os.sep, 0, same) + 1]


def _remark(prediction: Prediction) -> str:
    """Why a photo could not be read, or what the photo doctor warns of, in few words: what comes before a colon."""
    warnings = (text.partition(":")[0] for text in prediction.warnings)
    return "; ".join(filter(None, [prediction.reason, *warnings]))
