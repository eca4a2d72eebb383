"""`clothier predict --model RUN --index I`: the probability of each class for one image of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier.cli import options, screen
from clothier.errors import InputError

if TYPE_CHECKING:
    from clothier.runs import Run
    from clothier.values import Dataset

_FIRST = 20  # as many classes as the R tutorial prints


def predict(
    model: Annotated[Path, typer.Option(help="A run folder, such as runs/cnn1-1.", show_default=False)],
    data: Annotated[
        str | None, typer.Option(help="A source from `clothier data list`.", show_default="the run's own")
    ] = None,
    split: options.WhichSplit = "test",
    index: Annotated[int, typer.Option(help="Image of the split, counted from 0.")] = 0,
    weights: options.Weights = "last",
    data_dir: options.DataDir = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = "pad",
    skip_bad: options.SkipBad = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what a trained network makes of one image, and the first classes it predicts."""
    from clothier.runs import Run

    run = Run.open(model)
    content = run.read_recipe()["data"]
    if data is None or data == content["source"]:
        dataset = options.load_run_data(run, data_dir)
    else:
        dataset = options.load_data(data, options.as_options(data_dir, "default", image_size, crop, skip_bad))
    _check_fit(run, content, dataset)
    images = dataset.split(split)
    if not 0 <= index < len(images):
        raise InputError(f"--index is {index}; wanted 0 to {len(images) - 1}")
    import numpy as np

    from clothier import predict as predicting

    rows = [index, *range(min(_FIRST, len(images)))]
    predictions = predicting.predict(run, images.images[np.array(rows)], weights)
    labels = predictions.labels.tolist()
    answer: dict[str, Any] = {
        "run": str(run.path),
        "weights": weights,
        "source": dataset.name,
        "split": split,
        "index": index,
        "true": dataset.class_names[images.labels[index]],
        "predicted": content["class_names"][labels[0]],
        "probabilities": dict(
            zip(content["class_names"], predictions.probabilities[0].tolist(), strict=True)
        ),
        "first_predicted": labels[1:],
        "first_true": images.labels[: len(rows) - 1].tolist(),
        "notice": dataset.notice,
    }
    if json:
        screen.print_json(answer)
    else:
        _show(answer)


def _check_fit(run: Run, content: dict[str, Any], dataset: Dataset) -> None:
    """InputError where the data have another shape or number of classes than the run's network."""
    own, given = (
        (tuple(content["image_shape"]), len(content["class_names"])),
        (
            dataset.image_shape,
            dataset.num_classes,
        ),
    )
    if own != given:
        own_words, given_words = (
            f"{' x '.join(map(str, shape))} and {classes} classes" for shape, classes in (own, given)
        )
        raise InputError(
            f"{run.name} was trained on images of {own_words}, {dataset.name} has {given_words}; "
            "wanted the same; choose other --data, or --image-size where they are photos"
        )
    if dataset.class_names != tuple(content["class_names"]):
        screen.notice(
            f"{run.name} knows its classes by other names ({', '.join(content['class_names'])}) than {dataset.name}"
        )


def _show(answer: dict[str, Any]) -> None:
    screen.say(f"{answer['source']}, {answer['split']} image {answer['index']}, by {answer['run']}\n")
    marks = {answer["true"]: "true class"}
    marks[answer["predicted"]] = "predicted, rightly" if answer["predicted"] in marks else "predicted"
    screen.print_bars(
        [
            (f"{label}  {name}", probability, marks.get(name, ""))
            for label, (name, probability) in enumerate(answer["probabilities"].items())
        ]
    )
    first = answer["first_predicted"]
    screen.say(f"\nthe first {len(first)} {answer['split']} images")
    screen.say(f"predicted  {' '.join(map(str, first))}")
    screen.say(f"true       {' '.join(map(str, answer['first_true']))}")
