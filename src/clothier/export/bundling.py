"""A run and its data -> the Bundle of its model file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from clothier import backend, bundle, calibrate, models
from clothier.bundle import Bundle, Lookalikes, Manifest, graphs
from clothier.calibrate import Calibration, Outputs, Promises
from clothier.errors import RunError, command
from clothier.export import card
from clothier.export.checking import NUM_CHECKED, compare, require
from clothier.export.graph import emit
from clothier.export.int8 import quantize
from clothier.export.running import onnx_outputs
from clothier.models import BASES
from clothier.models.table import CUSTOM
from clothier.runs import Run, trained
from clothier.values import Dataset, Images, PhaseScores, Split, softmax
from clothier.values.names import plain

if TYPE_CHECKING:
    import keras

MOST_IMAGES = 12_000  # that a network is calibrated on
LEAST_IMAGES = 500
MOST_KNOWN = 4000  # training images that tell what is known
MOST_WORK = 5 * 10**12  # multiplications for that: a minute on two cores, where VGG19 would take half an hour
_DARK = 16  # of 255
_FEW = 1000  # images that tell whether all are light on dark


def bundle_of(
    run: Run,
    dataset: Dataset,
    *,
    lookalikes: int = 0,
    int8: bool = False,
    between: Callable[[], None] = lambda: None,
) -> Bundle:
    """The model file's content of a run with a finished phase; `dataset` is the one it was trained on.

    It has the run's temperature, and thresholds from the validation images. Without validation images it has
    temperature 1 and doubts nothing. `lookalikes` is the number of training images to include, equally many of each
    class. With `int8`, the graph computes in int8 and gets a temperature of its own. `between` is called now and then.
    Raises RunError where the data are not the run's or no phase is finished, and as `trained.load` and `emit`.
    """
    run.check_data(dataset.fingerprint)
    phases = run.read_scores()
    if not phases:
        raise RunError(
            f"{run.path} has no finished phase; wanted one; continue with: {command('train', '--resume', run.path)}"
        )
    description = run.description()
    model, plan = trained.load(run), description.plan
    graph = emit(model, views=plan.views)
    if plan.model == CUSTOM or (plan.model in BASES and BASES[plan.model].module == "applications"):
        _check(graph, model, plan.views, (dataset.validation or dataset.train).images[:NUM_CHECKED], between)
    if int8:
        graph = quantize(graph, dataset.train.images)
    return of_graph(
        graph,
        dataset,
        name=run.name,
        phase=phases[-1],
        recipe=description.recipe.as_json(),
        versions=dict(description.versions),
        temperature=None if int8 else trained.temperature(run),
        lookalikes=lookalikes,
        between=between,
    )


def of_graph(
    graph: bytes,
    dataset: Dataset,
    *,
    name: str,
    phase: PhaseScores,
    recipe: dict[str, Any],
    versions: dict[str, str],
    temperature: float | None = None,
    lookalikes: int = 0,
    between: Callable[[], None] = lambda: None,
) -> Bundle:
    """As `bundle_of`, of a graph with its scores on the splits of these data, and plain words of how it was trained.
    Without a temperature, one is fitted."""
    width = graphs.width_of_features(graph)
    cost = graphs.check(graph, dataset.image_shape, dataset.num_classes, width)
    most = min(MOST_IMAGES, max(LEAST_IMAGES, MOST_WORK // cost.multiplications))
    known, promises, errors = _calibrate(graph, dataset, most, temperature, between)
    way = photos_of(dataset)
    # Grey images of other makings are no photos: what holds for them says nothing of photos that the doctor prepares.
    has_photos = way != "doctor" or dataset.reading.crop == "doctor"
    scores = _scores(phase) | ({"calibration": errors} if errors else {})
    if promises is not None:
        scores["promises"] = promises.as_scores()
    if has_photos:
        scores["photos"] = _accuracy(scores[dataset.judged])
    return Bundle(
        manifest=Manifest(
            image_shape=dataset.image_shape,
            class_names=dataset.class_names,
            preprocessing={"photos": way},
            source=without_folders(dataset.name),
            fingerprint=dataset.fingerprint,
            scores=scores,
            recipe={
                field: without_folders(value) if field == "base" else value for field, value in recipe.items()
            },
            versions=versions,
            temperature=known.temperature,
            thresholds=known.thresholds,
            photo_thresholds={"temperature": known.temperature, **known.thresholds}
            if has_photos and known.is_fitted
            else {},
            card=card.of_run(name, without_folders(dataset.name), scores, promises, has_photos=has_photos),
        ),
        graph=graph,
        statistics=known.as_tensors(),
        lookalikes=_lookalikes(graph, dataset.train, dataset.num_classes, lookalikes) if lookalikes else None,
    )


def _check(graph: bytes, model: keras.Model, views: str, images: Images, between: Callable[[], None]) -> None:
    """ExportError where the graph that Keras's own export made of a network predicts other than the network."""
    judge = backend.Inference(models.averaged(model, views))
    ours = softmax(judge.logits(model.get_weights(), images))
    (logits,) = onnx_outputs(graph, images, ["logits"], between)
    require(compare(ours, softmax(logits)), "the ONNX graph", float32=True)


def write_model_file(run: Run, dataset: Dataset, between: Callable[[], None] = lambda: None) -> None:
    """Put the run's model file into its folder. Errors as `bundle_of` and `bundle.write`."""
    bundle.write(run.model_file, bundle_of(run, dataset, between=between))


def _calibrate(
    graph: bytes, dataset: Dataset, most: int, temperature: float | None, between: Callable[[], None]
) -> tuple[Calibration, Promises | None, dict[str, float]]:
    """The calibration by the validation images, how its promises are kept, and the expected calibration error of the
    test images before and after it. If there is no temperature, one is fitted."""
    if dataset.validation is None:
        return Calibration(), None, {}

    def seen(split: Split) -> Outputs:
        logits, features = onnx_outputs(graph, split.images, ["logits", "features"], between)
        return Outputs(logits, features, split.images, split.labels)

    held = _some(dataset.validation, most)
    several = [held.images]
    if dataset.image_shape[2] == 3 and calibrate.NUM_VIEWS * len(held) <= most:
        several = calibrate.views(held.images)
    judged = Outputs.join([seen(Split(images, held.labels)) for images in several])
    training = seen(_some(dataset.train, min(most, MOST_KNOWN)))
    known = calibrate.fit(judged, training, temperature=temperature)
    promises = calibrate.measure(judged, known)
    if dataset.test is None:
        return known, promises, {}
    new = _some(dataset.test, most)
    (logits,) = onnx_outputs(graph, new.images, ["logits"], between)
    before, after = (
        calibrate.reliability(softmax(logits, divisor), new.labels).error
        for divisor in (1.0, known.temperature)
    )
    return known, promises, {"images": len(new), "error_before": before, "error_after": after}


def _accuracy(scores: dict[str, float]) -> dict[str, float]:
    return {name: scores[name] for name in ("images", "accuracy")}


def _some(split: Split, most: int) -> Split:
    """The split, or that number of its images, evenly spaced, if it has more."""
    rows = np.linspace(0, len(split) - 1, min(most, len(split))).astype(np.int64)
    return Split(split.images[rows], split.labels[rows])


def photos_of(dataset: Dataset) -> str:
    """How a photo becomes one of these images: by the photo doctor where they are grey, light on dark; else cropped as
    the data were."""
    some = dataset.train.images[:_FEW]
    frame = np.concatenate(
        [some[:, 0].ravel(), some[:, -1].ravel(), some[:, :, 0].ravel(), some[:, :, -1].ravel()]
    )
    light_on_dark = some.shape[3] == 1 and np.median(frame) < _DARK
    return "doctor" if light_on_dark else dataset.reading.crop


def without_folders(source: str) -> str:
    """The source in one line. A file travels, and need not tell where things lay on the machine it comes from."""
    kind, colon, places = source.partition(":") if ":" in source else ("", "", source)
    return plain(f"{kind}{colon}{','.join(PurePath(place).name for place in places.split(','))}")[:2000]


def _scores(phase: PhaseScores) -> dict[str, dict[str, float]]:
    """The scores of each evaluated split that a model file holds."""
    splits = {"train": phase.train, "validation": phase.validation, "test": phase.test}
    return {
        name: {"images": int(scores.confusion.sum()), "loss": scores.loss, "accuracy": scores.accuracy}
        for name, scores in splits.items()
        if scores is not None
    }


def _lookalikes(graph: bytes, split: Split, num_classes: int, count: int) -> Lookalikes:
    """The first images of each class, up to the same number of each, with their features."""
    each = -(-count // num_classes)
    rows = np.sort(
        np.concatenate([np.flatnonzero(split.labels == label)[:each] for label in range(num_classes)])
    )
    images = split.images[rows]
    (features,) = onnx_outputs(graph, images, ["features"])
    return Lookalikes(images, split.labels[rows], features, rows.astype(np.int64))
