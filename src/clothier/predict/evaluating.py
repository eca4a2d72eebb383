"""A model and labelled images -> an Evaluation: photos are prepared as `predict` prepares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import numpy as np

from clothier import data, evaluate
from clothier.data import LoadOptions
from clothier.data.labelled import of_dataset, of_pairs, of_split
from clothier.errors import InputError, RunError
from clothier.evaluate import Evaluation
from clothier.predict.photos import predict_photos
from clothier.predict.predictor import Predictor
from clothier.runs import DataDescription, Run
from clothier.values import Dataset, Images, Labelled, Predictions, Report, Split

_BLOCK = 1024  # images between two reports


def evaluation(
    predictor: Predictor,
    model: str,
    images: Labelled,
    mapping: Mapping[str, str] | None = None,
    report: Report | None = None,
) -> Evaluation:
    """How the model of that name does on the images. `mapping` is as of `evaluate.match`; `report` is told (what, done,
    total). Raises InputError for images of another shape than the model's, and as `match` and Evaluation."""
    matching = evaluate.match(images.class_names, predictor.class_names, mapping)
    if isinstance(images.content, np.ndarray):
        predictions = _of_arrays(predictor, images.content, images.source, report)
    else:
        parts = list(predict_photos(predictor, images.content, report))
        predictions = Predictions.concatenate(parts)
    return Evaluation(model, images, predictions, matching)


def _of_arrays(predictor: Predictor, images: Images, source: str, report: Report | None) -> Predictions:
    if images.shape[1:] != predictor.image_shape:
        found, wanted = ("x".join(map(str, shape)) for shape in (images.shape[1:], predictor.image_shape))
        raise InputError(
            f"the images of {source} are {found}, and the model takes {wanted}; wanted images of that shape, or photos "
            "of any, such as folder:DIR"
        )
    parts = []
    for start in range(0, len(images), _BLOCK):
        parts.append(predictor.predict(images[start : start + _BLOCK]))
        if report:
            report("images", min(start + _BLOCK, len(images)), len(images))
    return Predictions.concatenate(parts)


def labelled(
    source: str, split: str | None, options: LoadOptions, run: Run | None = None, trained_on: str = ""
) -> Labelled:
    """The images of that split of a source; the notice says where the model was, or may have been, trained on them.

    The data of the model's own `run` are divided as they were for it; without a split, those that judged it are taken.
    `trained_on` is the source that a model file names. Errors as `data.labelled`.
    """
    own = None if run is None else _own_data(run, source)
    if run is not None and own is not None:
        of_run = LoadOptions.from_json(own.reading.options, progress=options.progress, warn=options.warn)
        if options.labels is not None:
            of_run = replace(of_run, labels=options.labels, labels_rows=None)
        images = data.labelled(source, split or _judged_split(own), of_run)
        is_seen = images.split == "train"
        return (
            _noted(images, "The model was trained on these images; new ones may do worse.")
            if is_seen
            else images
        )
    images = data.labelled(source, split, options)
    kind, _, argument = source.partition(":")
    name = f"{kind}:{PurePath(argument).name}" if argument else kind
    if trained_on != name or images.split not in ("train", ""):
        return images
    return _noted(
        images,
        f"The model was trained on data called {trained_on}; if they are these images, new ones may do worse. "
        "--split test takes the part that training holds out.",
    )


def in_memory(given: Any, split: str | None, class_names: Sequence[str]) -> Labelled:
    """The images of a Dataset (its last split, unless another is named), a Split, or a tuple (images, labels) and the
    like, as `Dataset.from_arrays` takes them.

    Labels that are integers count `class_names`, those of the model; a Dataset, and labels that are texts, bring names
    of their own. Raises InputError for a split of what has none, DataError for what holds no labelled images.
    """
    if isinstance(given, Dataset):
        return of_dataset(given, split)
    if split is not None:
        raise InputError(f"split is '{split}', and the images have no splits; wanted none; leave it out")
    if isinstance(given, Split):
        return of_split(given, class_names, "arrays")
    return of_pairs(given, class_names)


def _noted(images: Labelled, sentence: str) -> Labelled:
    return replace(images, notice=f"{images.notice} {sentence}".strip())


def _own_data(run: Run, source: str) -> DataDescription | None:
    """The run's description of its data, if the source is the one it was trained on."""
    try:
        own = run.description().data
    except RunError:
        return None
    return own if own.reading.source and data.located(source) == own.reading.absolute else None


def _judged_split(own: DataDescription) -> str:
    """The last of train, validation and test that the run has."""
    return next(name for name in ("test", "validation", "train") if own.counts.get(name))
