"""`clothier evaluate [MODEL] --data SOURCE`: how a model does on labelled images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clothier.cli import completion, evaluate_tables, naming, options, screen
from clothier.data import LoadOptions
from clothier.predict import opened, run_of, uncalibrated

if TYPE_CHECKING:
    from clothier.evaluate import Evaluation


def evaluate(
    model: naming.ModelOrBox = None,
    *,
    data: Annotated[
        str,
        typer.Option(
            help="Labelled images: a source from `clothier data list`.",
            metavar="SOURCE",
            autocompletion=completion.source,
            show_default=False,
            rich_help_panel=options.DATA,
        ),
    ],
    split: Annotated[
        options.SplitName | None,
        typer.Option(
            help="Which images of the data set.",
            show_default="the last that the data have; all images where they have none",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="DATA_CLASS=MODEL_CLASS",
            help="Count images of DATA_CLASS as MODEL_CLASS; may be repeated.",
            show_default=False,
            rich_help_panel=options.DATA,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    labels: options.Labels = None,
    mistakes: Annotated[
        int,
        typer.Option(help="List the N most confident mistakes.", min=0, rich_help_panel=options.OUTPUT),
    ] = 10,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write figures, predictions, mistakes and JSON to this folder.",
            metavar="FOLDER",
            show_default=False,
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    format: options.Format = "png",  # noqa: A002 - the word on the command line
    dpi: options.Dpi = 150,
    json: options.Json = False,
) -> None:
    """Evaluate a model on labelled images: scores, calibration, doubts and mistakes.

    Photos are preprocessed as `clothier predict` does it. Classes are matched by name; images of a class that the
    model does not have are not counted.
    """
    options.check_out(folder=out)
    evaluation = _evaluated(model, data, split, map_ or [], data_dir, labels)
    paths = []
    if out is not None:
        from clothier.reports import evaluation as report

        paths = report.write(evaluation, out, format, dpi)
    if json:
        screen.print_json(evaluation.as_json())
        return
    evaluate_tables.show(evaluation, mistakes)
    if paths:
        screen.say("\nwritten  " + "\n         ".join(map(str, paths)))


def _evaluated(
    model: Path | None,
    source: str,
    split: str | None,
    settings: list[str],
    data_dir: Path | None,
    labels: Path | None,
) -> Evaluation:
    from clothier.evaluate import check_settings, read_mapping
    from clothier.predict import evaluating

    predictor = opened(model)
    check_settings(settings, predictor.class_names)
    with screen.counting() as progress:
        load_options = LoadOptions(data_dir=data_dir, labels=labels, progress=progress, warn=screen.notice)
        images = evaluating.labelled(source, split, load_options, run_of(model), predictor.source)
        if (better := naming.fitting(model, images.content)) is not model:
            return _evaluated(better, source, split, settings, data_dir, labels)
        screen.notice(uncalibrated(predictor))
        screen.notice(images.notice)
        mapping = read_mapping(settings, images.class_names)
        return evaluating.evaluation(predictor, naming.word(model), images, mapping, progress)
