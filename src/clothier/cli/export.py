"""`clothier export MODEL --format FORMAT`: a run as a file that other programs read, checked before it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import completion, naming, options, run_data, screen
from clothier.errors import InputError, unknown_name
from clothier.runs import Run
from clothier.values import Dataset
from clothier.values.wording import counted


def _formats() -> tuple[str, ...]:
    """The names of the formats; none where the extra that exporting needs is not installed."""
    try:
        from clothier.export import FORMATS
    except ModuleNotFoundError:
        return ()
    return tuple(FORMATS)


def export(
    model: naming.Model,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="What to write; clothier is our own model file.",
            metavar="|".join(_formats()) or "FORMAT",
            autocompletion=lambda incomplete: completion.names(_formats())(incomplete),
            rich_help_panel=options.OUTPUT,
        ),
    ] = "onnx",
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write.",
            metavar="FILE",
            show_default="model.FORMAT in the run folder",
            rich_help_panel=options.OUTPUT,
        ),
    ] = None,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8",
            help="Quantise to 8-bit integers: a quarter of the size, slightly less accurate.",
            rich_help_panel=options.OUTPUT,
        ),
    ] = False,
    data: run_data.Data = None,
    data_dir: options.DataDir = None,
    image_size: run_data.ImageSize = None,
    crop: run_data.Crop = None,
    skip_bad: options.SkipBad = False,
    json: options.Json = False,
) -> None:
    """Write a trained network as an ONNX, Keras, OpenVINO or model file, and check its predictions on 1,000 images."""
    from clothier import export as exporting

    if format_ not in exporting.FORMATS:
        raise unknown_name("format", format_, exporting.FORMATS)
    opened = naming.open_run(model, "is exported already")
    options.check_out(file=out, folder=opened.path)
    data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad)
    dataset: Dataset | None
    if int8 or format_ == "clothier":
        dataset = _needed(opened, data_options, "--int8" if int8 else "--format clothier")
    else:
        dataset = run_data.try_load(opened, data_options, "checked without the run's data")
    made = exporting.export(opened, dataset, format_, out, int8=int8)
    agreement = made.agreement
    if json:
        accuracies = dict(zip(("float32", "int8"), made.accuracies or (), strict=False))
        screen.print_json(
            {
                "files": [str(path) for path in made.files],
                "runtime": made.runtime,
                "images": agreement.images,
                "split": made.checked_on,
                "largest_difference": agreement.difference,
                "label_agreement": agreement.labels,
                "accuracy": accuracies or None,
                "notice": opened.description().data.notice,
            }
        )
        return
    images = counted(agreement.images, f"{made.checked_on} image")
    screen.say(
        f"checked on {images} in {made.runtime}: probabilities differ by at most {agreement.difference:.1e}, "
        f"and labels agree for {agreement.labels:.2%}",
        wrap=True,
    )
    if made.accuracies:
        before, after = made.accuracies
        screen.say(f"{made.checked_on} accuracy {after:.4f} in int8, {before:.4f} in float32")
    for path in made.files:
        screen.say(f"written  {path} ({path.stat().st_size / 1e6:.2f} MB)")


def _needed(run: Run, data_options: run_data.DataOptions, what: str) -> Dataset:
    """The run's data, for an export that cannot be made without them; the message says so."""
    try:
        return run_data.load(run, data_options)
    except InputError as error:
        raise type(error)(f"{what} needs the images that the run was trained on: {error}") from error
