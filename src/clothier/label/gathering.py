"""A data set, and perhaps a folder of unlabelled photos -> a Board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from clothier import checking, data, embed
from clothier.checking import labels as judging
from clothier.checking.folds import PENALTY
from clothier.checking.material import Material
from clothier.data import decisions, relabelling
from clothier.data.decisions import History
from clothier.data.options import LoadOptions
from clothier.errors import InputError
from clothier.label.board import UNLABELLED, Board
from clothier.predict import Predictor
from clothier.values import UNKNOWN, Dataset, Floats, Labels, Report, Split, Tell
from clothier.values.fingerprint import fingerprint


def gather(
    source: str,
    options: LoadOptions,
    history: History,
    *,
    predictor: Predictor | None = None,
    model: str = "",
    photos: Path | None = None,
    report: Report,
    tell: Tell,
) -> Board:
    """The board of that source, whose labels are those of the data; the classifier learns from those that the decisions
    have made of them. `photos` is a folder of unlabelled ones.

    Raises the errors of `checking.read` and `relabelling.of_splits`, and InputError for a photo that is named like one
    of the data.
    """
    plain = replace(options, labels=None, labels_rows=None)
    dataset = checking.read(source, plain, predictor)
    path = options.labels or Path("labels.csv")
    _check(dataset, history, path)
    others = None if photos is None else _unlabelled(photos, dataset, report, tell, options.skip_bad)
    material = checking.gather(dataset, predictor, model, report=report, tell=tell, others=others)
    report("comparing labels", 0, 3)
    number = {name: label for label, name in enumerate(dataset.class_names)}
    decided = {image: made.new for image, made in history.current.items() if made.new}
    labels = np.array(
        [
            number[decided[i]] if i in decided else own
            for i, own in zip(material.ids, material.labels, strict=True)
        ],
        np.int64,
    )
    material = replace(material, labels=labels)
    judged = judging.judge(material)
    report("comparing labels", 1, 3)
    _, suspicion, wrong = judging.suspicion(material, judged)
    report("comparing labels", 2, 3)
    made: dict[str, Any] = {
        "ids": material.ids,
        "parts": material.splits,
        "labels": np.concatenate([split.labels for split in dataset.splits().values()]),
        "said": judged.probabilities,
        "suspicion": suspicion,
        "wrong": wrong,
        "vectors": material.vectors.values,
        "model_said": material.vectors.probabilities,
    }
    if others is not None:
        made = _with_others(made, material, others)
    board = Board(
        source=source,
        class_names=dataset.class_names,
        dataset=dataset,
        others=others,
        model=model,
        files=_files(dataset, others, photos),
        **made,
    )
    report("comparing labels", 3, 3)
    return board


def _check(dataset: Dataset, history: History, path: Path) -> None:
    """Errors where the decisions are about other data; those about unlabelled photos are not."""
    about = {image: made for image, made in history.current.items() if made.old}
    decisions.check_classes(history, path, dataset.class_names)
    relabelling.of_splits(dataset.splits(), dataset.class_names, History(current=about), path, dataset.name)


def _unlabelled(folder: Path, dataset: Dataset, report: Report, tell: Tell, skip_bad: bool) -> Dataset:
    """The photos as a data set of one split, their labels all 0."""
    height, width, channels = dataset.image_shape
    crop = dataset.reading.crop
    found = embed.of_photos(
        folder, (height, width), crop, channels, skip_bad=skip_bad, report=report, warn=tell
    )
    ids = tuple(f"{UNLABELLED}/{name}" for name in found.ids)
    known = {name for split in dataset.splits().values() for name in split.files}
    if clash := next((image for image in ids if image in known), ""):
        raise InputError(
            f"{clash} is a photo of {dataset.name} too; wanted a folder of photos that are not in the data"
        )
    train = Split(found.images, np.zeros(len(ids), np.int64), ids)
    return Dataset(
        train,
        None,
        None,
        dataset.class_names,
        fingerprint({"train": train}, dataset.class_names),
        str(folder),
        reading=replace(dataset.reading, source="", absolute=""),
    )


def _with_others(made: dict[str, Any], material: Material, others: Dataset) -> dict[str, Any]:
    """The columns with rows for the unlabelled photos."""
    vectors, count = material.vectors, len(others.train)
    assert vectors.others is not None
    said = _classified(vectors.values, material.labels, vectors.others, len(material.class_names))
    more = {
        "parts": np.repeat(UNLABELLED, count),
        "labels": np.full(count, UNKNOWN, np.int64),
        "said": said,
        "suspicion": np.zeros(count, np.float32),
        "wrong": np.zeros(count, bool),
        "vectors": vectors.others,
    }
    joined = {name: np.concatenate([made[name], rows]) for name, rows in more.items()}
    model_said = made["model_said"]
    if model_said is not None and vectors.others_probabilities is not None:
        model_said = np.concatenate([model_said, vectors.others_probabilities])
    return {**made, **joined, "ids": (*made["ids"], *others.train.files), "model_said": model_said}


def _classified(vectors: Floats, labels: Labels, others: Floats, num_classes: int) -> Floats:
    """What the classifier of `checking.folds`, fitted to all that is labelled, says of others: float32 (m, k)."""
    from sklearn.linear_model import LogisticRegression

    classifier = LogisticRegression(C=PENALTY, max_iter=200, tol=1e-3).fit(vectors, labels)
    said = np.zeros((len(others), num_classes), np.float32)
    said[:, classifier.classes_] = classifier.predict_proba(others)
    return said


def _files(dataset: Dataset, others: Dataset | None, photos: Path | None) -> dict[str, Path]:
    files = {name: path.absolute() for name, path in data.paths(dataset).items()}
    if others is not None and photos is not None:
        names = others.train.files
        files |= {name: photos.absolute() / name.partition("/")[2] for name in names}
    return files
