"""Pictures, and a run perhaps -> an Embedding: raw pixels, or what a layer of the run's network makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clothier import backend, models
from clothier.embed.pictures import Pictures
from clothier.errors import InputError, unknown_name
from clothier.predict import Predictor
from clothier.runs import Run, trained
from clothier.system import hardware
from clothier.values import Embedding, Floats, Predictions, Report, release

if TYPE_CHECKING:
    import keras

_BLOCK = 1024  # images between two reports
MEMORY_SHARE = 0.5  # of this machine's memory, at most, for the vectors: projections work on copies


def extract(
    pictures: Pictures,
    run: Run | None = None,
    layer: str | None = None,
    *,
    which: str = "last",
    report: Report | None = None,
) -> Embedding:
    """The pictures as vectors: their pixels in [0, 1], or with a run the output of one of its layers, flattened and in
    float32, with dropout off; by default that of the last layer before the logits that is no dropout.

    With a run, its predictions and their confidence come along, calibrated where a temperature was fitted to those
    weights; classes are matched by name, and those that only the run knows follow the pictures' own. `which` weights as
    in trained.load; `report` is told (what, done, total).
    Raises InputError for an unknown layer, images of another shape than the run's, or vectors too large for this
    machine's memory; RunError as trained.load.
    """
    if run is None:
        if layer is not None:
            raise InputError(
                f"layer '{layer}' is given without a run; wanted a run, which has layers; name it with --model"
            )
        return _pixels(pictures)
    _check_shape(pictures, run.description().data.image_shape, run.name)
    model = trained.load(run, which)
    if layer is not None and layer not in [known.name for known in model.layers]:
        raise unknown_name("layer", layer, [known.name for known in model.layers])
    tensor = models.features(model) if layer is None else model.get_layer(layer).output
    name = layer or tensor._keras_history.operation.name
    views = models.averaged(model, trained.plan(run).views)
    vectors, logits = _through(views, tensor, name, pictures, report)
    predictions = Predictions(logits, trained.temperature(run, which))
    own = run.description().data.class_names
    return _embedding(pictures, vectors, predictions, own, f"{run.name} {name}")


def extract_features(
    pictures: Pictures, predictor: Predictor, name: str, *, report: Report | None = None
) -> Embedding:
    """As `extract`, by the network of a model file, called `name`: the features from which its logits are computed.
    Needs no Keras. Raises InputError for images of another shape, or vectors too large for this machine's memory."""
    _check_shape(pictures, predictor.image_shape, name)
    total = len(pictures)
    _check_memory("the layer of features", total, predictor.num_features)
    parts = []
    for start in range(0, total, _BLOCK):
        stop = min(start + _BLOCK, total)
        parts.append(predictor.predict(pictures.images[start:stop], keep_features=True))
        if report:
            report("computing features", stop, total)
    predictions = Predictions.concatenate(parts)
    assert predictions.features is not None
    return _embedding(pictures, predictions.features, predictions, predictor.class_names, f"{name} features")


def _check_shape(pictures: Pictures, shape: tuple[int, int, int], name: str) -> None:
    if pictures.images.shape[1:] != shape:
        raise InputError(
            f"images of {pictures.source} are {_by(pictures.images.shape[1:])}, {name} was trained on {_by(shape)}; "
            "wanted the same; photos are fitted to the model by --photos FOLDER"
        )


def _embedding(
    pictures: Pictures,
    vectors: Floats,
    predictions: Predictions,
    own: tuple[str, ...],
    name: str,
) -> Embedding:
    class_names = (*pictures.class_names, *(word for word in own if word not in pictures.class_names))
    return Embedding(
        vectors=vectors,
        images=pictures.images,
        labels=pictures.labels,
        class_names=class_names,
        ids=pictures.ids,
        source=f"{name}, {pictures.source}",
        predictions=np.array([class_names.index(word) for word in own])[predictions.labels],
        confidence=predictions.named_probabilities[1].max(axis=1),
        calibrated=predictions.temperature is not None,
    )


def _pixels(pictures: Pictures) -> Embedding:
    images = pictures.images
    _check_memory("a vector of pixels", len(images), int(np.prod(images.shape[1:])))
    return Embedding(
        vectors=images.reshape(len(images), -1).astype(np.float32) / np.float32(255),
        images=images,
        labels=pictures.labels,
        class_names=pictures.class_names,
        ids=pictures.ids,
        source=f"pixels, {pictures.source}",
    )


def _through(
    model: keras.Model, tensor: keras.KerasTensor, layer: str, pictures: Pictures, report: Report | None
) -> tuple[Floats, Floats]:
    activations, total = backend.Activations(model, tensor), len(pictures)
    _check_memory(f"layer {layer}", total, activations.width)
    vectors = np.empty((total, activations.width), np.float32)
    logits, batch = [], backend.rows_at_once(model)
    for start in range(0, total, batch):
        rows = slice(start, min(start + batch, total))
        vectors[rows], scores = activations.of(pictures.images[rows])
        logits.append(scores)
        release(pictures.images)
        if report:
            report(f"computing {layer}", rows.stop, total)
    return vectors, np.concatenate(logits)


def _check_memory(what: str, rows: int, width: int) -> None:
    needed, most = 4 * rows * width / 2**30, MEMORY_SHARE * hardware.machine()["memory_gib"]
    if needed > most:
        raise InputError(
            f"{what} has {width:,} numbers per image, {needed:.2g} GiB for {rows:,} images; wanted at most "
            f"{most:.2g} GiB, half of this machine's memory; take fewer with --sample, or a smaller layer"
        )


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
