"""What `clothier predict --model RUN --index I` prints: the probability of each class for one image of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from clothier.cli import judging, naming, run_data, screen
from clothier.errors import InputError
from clothier.runs import DataDescription, Run
from clothier.values import Dataset, Prediction
from clothier.values.wording import counted

# What the probabilities are, and their key in JSON.
_KINDS = {"probability": "probabilities", "uncalibrated probability": "uncalibrated_probabilities"}
_FIRST = 20  # as many classes as the R tutorial prints


def predict_one(
    model: Path,
    data_options: run_data.DataOptions,
    split: str,
    index: int,
    weights: str,
    json: bool,
    top: int | None,
) -> None:
    """Print what a run's network makes of that image, and the first classes it predicts."""
    run = naming.open_run(model, "has no images of its own")
    content = run.description().data
    dataset = run_data.load_any(run, data_options)
    _check_fit(run, content, dataset)
    images = dataset.split(split)
    if not 0 <= index < len(images):
        raise InputError(f"--index is {index}; wanted 0 to {len(images) - 1}")

    rows = [index, *range(min(_FIRST, len(images)))]
    predictions, remark = judging.judge(run, images.images[np.array(rows)], weights)
    prediction, labels = predictions[0], predictions.labels.tolist()
    shares = dict(prediction.classes)
    answer: dict[str, Any] = {
        "run": str(run.path),
        "weights": weights,
        "source": dataset.name,
        "split": split,
        "index": index,
        "file": images.file(index),
        "true": dataset.class_names[images.labels[index]],
        "predicted": prediction.class_name,
        _KINDS[prediction.probability_name]: {name: shares[name] for name in content.class_names},
        "status": prediction.status or None,
        "verdict": prediction.verdict,
        "first_predicted": labels[1:],
        "first_true": images.labels[: len(rows) - 1].tolist(),
        "notice": dataset.notice,
    }
    if json:
        screen.print_json(answer)
    else:
        _show(answer, prediction, top)
    screen.notice(remark)


def _check_fit(run: Run, content: DataDescription, dataset: Dataset) -> None:
    """Raise InputError if the data have another shape or number of classes than the run's network."""
    trained_on, offered = (
        f"images of {' x '.join(map(str, shape))} in {counted(num_classes, 'class', 'classes')}"
        for shape, num_classes in (
            (content.image_shape, len(content.class_names)),
            (dataset.image_shape, dataset.num_classes),
        )
    )
    if trained_on != offered:
        raise InputError(
            f"{run.name} was trained on {trained_on}, {dataset.name} has {offered}; "
            "wanted the same; choose other --data, or --image-size where they are photos"
        )
    if dataset.class_names != content.class_names:
        screen.notice(
            f"the classes of {run.name} ({', '.join(content.class_names)}) have other names in {dataset.name}"
        )


def _show(answer: dict[str, Any], prediction: Prediction, top: int | None) -> None:
    file = f" ({answer['file']})" if answer["file"] else ""
    screen.say(f"{answer['source']}, {answer['split']} image {answer['index']}{file}, by {answer['run']}\n")
    marks = {answer["true"]: "true class"}
    marks[answer["predicted"]] = "correct" if answer["predicted"] in marks else "predicted"
    shares: dict[str, float] = answer[_KINDS[prediction.probability_name]]
    shown, rest = judging.most_probable(prediction.classes, top, answer["true"])
    order = list(dict(shown)) if rest else list(shares)  # by probability, or all in the order of the data set
    labels = {name: label for label, name in enumerate(shares)}
    screen.print_bars([(f"{labels[name]}  {name}", shares[name], marks.get(name, "")) for name in order])
    if rest:
        screen.say(rest)
    screen.say(f"\n{prediction.verdict}")
    first = answer["first_predicted"]
    screen.say(f"\nthe first {len(first)} {answer['split']} images")
    screen.say(f"predicted  {' '.join(map(str, first))}")
    screen.say(f"true       {' '.join(map(str, answer['first_true']))}")
