"""A run and its data -> the Bundle of its model file."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from clothier import calibrate, trained
from clothier.bundle import Bundle, Lookalikes, Manifest
from clothier.calibrate import Calibration
from clothier.errors import RunError
from clothier.export.graph import emit
from clothier.export.int8 import quantize
from clothier.export.running import onnx_outputs
from clothier.predict import Predictor
from clothier.recipes import Recipe
from clothier.runs import Run
from clothier.values import Dataset, Scores, Split

_DARK = 16  # of 255
_FEW = 1000


def bundle_of(run: Run, dataset: Dataset, *, lookalikes: int = 0, int8: bool = False) -> Bundle:
    """The model file's content of a run with a finished phase; `dataset` is the one it was trained on.

    With `lookalikes`, so many training images come along, as many of each class; with `int8`, the graph computes in
    bytes. Raises RunError where the data are not the run's or no phase is finished, and as `trained.load` and `emit`.
    """
    run.check_data(dataset.fingerprint)
    phases = run.read_scores()
    if not phases:
        raise RunError(
            f"{run.path} has no finished phase; wanted one; go on with: clothier train --resume {run.path}"
        )
    model, plan, content = trained.load(run), trained.plan(run), run.read_recipe()
    graph = emit(model, mirror=plan.mirror)
    if int8:
        graph = quantize(graph, dataset.train.images)
    calibration = _calibration(graph, dataset.validation)
    last = phases[-1]
    named = {"train": last.train, "validation": last.validation, "test": last.test}
    return Bundle(
        manifest=Manifest(
            plan=plan,
            class_names=dataset.class_names,
            preprocessing={"photos": _photos(dataset, content["data"]["options"])},
            source=_without_folders(content["data"]["source"]),
            fingerprint=dataset.fingerprint,
            scores={name: _numbers(scores) for name, scores in named.items() if scores is not None},
            recipe={
                name: _without_folders(value) if name == "base" else value
                for name, value in Recipe.from_json(content["recipe"]).as_json().items()
            },
            versions={name: str(version) for name, version in content["versions"].items()},
            temperature=calibration.temperature,
            thresholds=calibration.thresholds,
        ),
        graph=graph,
        weights={weight.path: np.asarray(weight) for weight in model.weights},
        statistics=calibration.as_tensors(),
        lookalikes=_lookalikes(graph, dataset.train, dataset.num_classes, lookalikes) if lookalikes else None,
    )


def _calibration(graph: bytes, validation: Split | None) -> Calibration:
    """Fitted on the validation images, as the graph sees them; none where there are none."""
    if validation is None:
        return Calibration()
    outputs = Predictor(graph).outputs(validation.images)
    return calibrate.fit(outputs.logits, outputs.features, validation.images, validation.labels)


def _photos(dataset: Dataset, options: dict[str, Any]) -> str:
    """How a photo becomes one of these images: by the photo doctor where they are grey, light on dark; else cropped as
    the data were."""
    some = dataset.train.images[:_FEW]
    frame = np.concatenate(
        [some[:, 0].ravel(), some[:, -1].ravel(), some[:, :, 0].ravel(), some[:, :, -1].ravel()]
    )
    light_on_dark = some.shape[3] == 1 and np.median(frame) < _DARK
    return "doctor" if light_on_dark else str(options.get("crop", "pad"))


def _without_folders(source: str) -> str:
    """A file travels, and need not tell where things lay on the machine it comes from."""
    kind, colon, places = source.partition(":") if ":" in source else ("", "", source)
    return f"{kind}{colon}{','.join(PurePath(place).name for place in places.split(','))}"


def _numbers(scores: Scores) -> dict[str, float]:
    return {"images": int(scores.confusion.sum()), "loss": scores.loss, "accuracy": scores.accuracy}


def _lookalikes(graph: bytes, split: Split, num_classes: int, count: int) -> Lookalikes:
    """As many of each class, the first ones."""
    each = -(-count // num_classes)
    rows = np.sort(
        np.concatenate([np.flatnonzero(split.labels == label)[:each] for label in range(num_classes)])
    )
    images = split.images[rows]
    (features,) = onnx_outputs(graph, images, ["features"])
    return Lookalikes(images, split.labels[rows], features, rows.astype(np.int64))
