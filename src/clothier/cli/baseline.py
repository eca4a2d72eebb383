"""`clothier baseline SOURCE`: how much of a data set nearest neighbours get right, without a network."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from clothier import evaluate
from clothier.cli import completion, options, screen
from clothier.errors import command
from clothier.runs import DataDescription, Run
from clothier.runs.baseline import Baseline
from clothier.values.wording import duration


def baseline(
    source: Annotated[
        str,
        typer.Argument(
            help="A source from `clothier data list`.", metavar="SOURCE", autocompletion=completion.source
        ),
    ] = "fashion-mnist",
    data_dir: options.DataDir = None,
    validation: options.Validation = None,
    resplit: options.Resplit = False,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    labels: options.Labels = None,
    runs: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the runs; the baseline gets a folder in it.",
            metavar="FOLDER",
            rich_help_panel=options.OUTPUT,
        ),
    ] = Path("runs"),
    json: options.Json = False,
) -> None:
    """Classify the test images by the most frequent class among the training images nearest to each, without a network.

    Distances are Euclidean between pixels. The number of neighbours is chosen on the validation images.
    `clothier compare` takes the folder beside runs on the same images, such as one of `clothier train linear`, the
    other baseline."""
    options.check_out(folder=runs)
    resplit_by = 13 if resplit else None
    read = options.as_options(data_dir, validation, image_size, crop, skip_bad, resplit_by, labels=labels)
    dataset = options.load_data(source, read)
    split, began = dataset.judged, time.perf_counter()
    judged = dataset.split(split)
    with screen.counting() as progress:
        found = evaluate.nearest_neighbours(dataset, progress)
    made = Baseline(
        path=Run.create("knn", runs).path,
        number=found.number,
        tried=found.tried,
        seconds=time.perf_counter() - began,
        split=split,
        scores=evaluate.score(judged.labels, found.predictions, dataset.class_names),
        data=DataDescription.of(dataset),
    )
    made.write(judged, found.predictions)
    low, high = evaluate.wilson(made.scores)
    if json:
        interval = {"accuracy_low": low, "accuracy_high": high}
        screen.print_json({"folder": str(made.path), **interval, **made.as_json()})
        return
    if made.tried:
        rows = [(number, f"{accuracy:.4f}") for number, accuracy in made.tried.items()]
        screen.print_table(("neighbours", "validation accuracy"), rows)
        screen.say()
    commonest = np.bincount(dataset.train.labels, minlength=dataset.num_classes).argmax()
    share, name = float((judged.labels == commonest).mean()), dataset.class_names[commonest]
    facts = {
        made.what: f"{split} accuracy {made.scores.accuracy:.4f} ({low:.4f} to {high:.4f})",
        f"always {name}": f"{split} accuracy {share:.4f}",
        "time": duration(made.seconds),
        "written": str(made.path),
    }
    screen.print_fields(facts)
    screen.say(f"\nto compare it with runs: {command('compare', made.path, 'RUN')}")
