"""A trained network ready for use: a run, a model file, or the model in the box; without Keras unless noted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from clothier import explain as explaining
from clothier import predict as predicting
from clothier.data import LoadOptions
from clothier.errors import DataError, InputError, unknown_name
from clothier.explain import Explanation, occlusion
from clothier.files import write_atomic
from clothier.photo import FORMAT_WORDS, doctor
from clothier.predict import Predictor, inputs
from clothier.runs import Run
from clothier.values import Dataset, Floats, Images, Predictions, Report

if TYPE_CHECKING:
    from clothier.evaluate import Evaluation


def open(path: str | Path | Run | None = None) -> Model:  # noqa: A001 - as clothier.open
    """The model in a run folder or a model file; without a path, or for "box", the model that comes with clothier.

    Raises RunError where a run has no model file, BundleError where a file is none.
    """
    return Model(path.path if isinstance(path, Run) else path)


class Model:
    """A trained network: `class_names`, and the `image_shape` (height, width, channels) of the images that it takes."""

    def __init__(self, path: str | Path | None = None) -> None:
        self._file, self._run = predicting.file_of(path), predicting.run_of(path)
        self._predictor: Predictor = predicting.opened(path)
        self._name = self._run.name if self._run else "box" if path in (None, predicting.BOX) else str(path)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._predictor.class_names

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self._predictor.image_shape

    def predict(self, x: Any) -> Predictions:
        """Predictions for one picture or many.

        `x` is a path (str or Path) of a file or a folder, or a pattern such as "photos/*.jpg"; a PIL image; a NumPy
        array, uint8 or floats in [0, 1], of shape (height, width), (height, width, channels) or (n, height, width,
        channels); or a list of any of these. Arrays in the model's own shape are taken as they are; every other
        picture is prepared as `clothier predict` prepares photos. A picture that cannot be read becomes an unreadable
        prediction. Raises InputTypeError, a TypeError too, for other types, InputError for other shapes or values.
        """
        parts = list(self._batches(x))
        return Predictions.concatenate(parts) if parts else self._predictor.predict(self._no_images())

    def evaluate(
        self,
        data: Any,
        *,
        split: str | None = None,
        mapping: Mapping[str, str] | None = None,
        report: Report | None = None,
    ) -> Evaluation:
        """How the model does on labelled images: `model.evaluate("folder:photos").accuracy`.

        `data` is a source, such as "fashion-mnist" or "folder:photos", whose photos are prepared as `predict` prepares
        them; or a Dataset, a Split, or a tuple (images, labels), whose images have the model's own shape. `split` is
        train, validation or test, by default the last that is there. Classes are matched by name; `mapping` names those
        that differ, {class of the data: class of the model}. Labels that are integers count the model's classes.
        `report` is told (what, done, total). Needs clothier[train], but no Keras. Raises InputError where data and
        model share no class or the images have another shape, and as `clothier.load`.
        """
        from clothier.predict import evaluating  # scikit-learn and SciPy, which the light install leaves out

        if isinstance(data, str):
            options = LoadOptions(progress=report, warn=_warn)
            images = evaluating.labelled(data, split, options, self._run, self._predictor.source)
        else:
            images = evaluating.in_memory(data, split, self.class_names)
        return evaluating.evaluation(self._predictor, self._name, images, mapping, report)

    def embed(self, x: Any) -> Floats:
        """The features from which the network computes its logits, float32 (n, d); `x` and errors as of `predict`.
        Raises DataError for a picture that cannot be read."""
        parts = [np.empty((0, self._predictor.num_features), np.float32)]
        for predictions in self._batches(x, keep_features=True):
            for name, reason in zip(predictions.filenames, predictions.reasons, strict=True):
                if reason:
                    raise _unreadable(name, reason)
            parts.append(predictions.features)
        return np.concatenate(parts)

    def explain(self, x: Any, class_name: str | None = None) -> Explanation:
        """What mattered for the prediction of one picture, or for the class of that name.

        `x` and errors as of `predict`. For a run the heat is Grad-CAM, with the feature maps of its layers, which needs
        Keras; for a model file it is occlusion. Raises DataError for a picture that cannot be read, InputError for
        another number of pictures or an unknown class.
        """
        image, warned, filename = self._one(x)
        if class_name is not None and class_name not in self.class_names:
            raise unknown_name("class", class_name, self.class_names)
        (prediction,) = self._predictor.predict(image[np.newaxis])
        prediction = replace(prediction, warnings=warned, filename=filename)
        label = prediction.label if class_name is None else self.class_names.index(class_name)
        if self._run is None:
            falls = occlusion.heat(self._predictor.predict, image, label)
            heat = explaining.shares(falls)
            return Explanation(prediction, image, self.class_names[label], heat, explaining.OCCLUSION)
        from clothier.runs import trained

        found = explaining.explain(trained.load(self._run), image, label)
        return Explanation(
            prediction, image, self.class_names[label], found.heat, explaining.GRAD_CAM, found.layers
        )

    def export(self, format: str, out: str | Path | None = None, data: Dataset | None = None) -> Path:  # noqa: A002
        """Write a run's network as "onnx", "keras" or "openvino", which needs Keras, or any model as "clothier", a
        model file; returns the file. `out` is by default in the run folder; with `data`, which the run was trained on,
        the file is checked on their images.

        Raises InputError for an unknown format, a file name that does not fit it, or a model that is no run.
        """
        target = None if out is None else Path(out)
        if format == "clothier":
            if target is not None:
                write_atomic(target, self._file.read_bytes())
            return target or self._file
        if self._run is None:
            raise InputError(
                f"{self._name} is a model file; wanted a run to export as '{format}'; open the run's folder"
            )
        from clothier import export as exporting

        return exporting.export(self._run, data, format, target).files[0]

    def __repr__(self) -> str:
        shape = "x".join(map(str, self.image_shape))
        return f"<Model {self._name}: {shape} images in {len(self.class_names)} classes>"

    def _batches(self, x: Any, *, keep_features: bool = False) -> Iterator[Predictions]:
        for group in inputs.groups(x, self.image_shape, _warn):
            if isinstance(group, list):
                yield from predicting.predict_photos(self._predictor, group, keep_features=keep_features)
            else:
                yield self._predictor.predict(group, keep_features=keep_features)

    def _one(self, x: Any) -> tuple[Images, tuple[str, ...], str]:
        """(the image as the network takes it, the photo doctor's warnings, the file's name) of a single picture."""
        groups = inputs.groups(x, self.image_shape, _warn)
        count = sum(map(len, groups))
        if count != 1:
            raise InputError(f"got {count} pictures to explain; wanted one")
        source = groups[0][0]
        if isinstance(source, np.ndarray):
            return source, (), ""
        return (*self._prepared(source), predicting.name(source))

    def _prepared(self, source: Path | Image.Image) -> tuple[Images, tuple[str, ...]]:
        height, width, channels = self.image_shape
        result = doctor.attempt(source, self._predictor.photos, (height, width), channels)
        if isinstance(result, DataError):
            raise _unreadable(predicting.name(source), str(result)) from result
        return result

    def _no_images(self) -> Images:
        return np.empty((0, *self.image_shape), np.uint8)


def _unreadable(name: str, reason: str) -> DataError:
    return DataError(f"{name or 'a picture'} {reason}; wanted a {FORMAT_WORDS} picture")


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=5)
