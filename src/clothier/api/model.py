"""A trained network ready for use: a run, a model file, or a model in the box. It needs no Keras unless noted."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
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
from clothier.photo import FORMAT_WORDS, doctor
from clothier.predict import Predictor, box, inputs
from clothier.runs import Run, trained
from clothier.system.files import as_path, check_folder_of, write_atomic
from clothier.values import Dataset, Floats, Images, Predictions, Report

if TYPE_CHECKING:
    from clothier.evaluate import Evaluation


def open(path: str | Path | Run | None = None) -> Model:  # noqa: A001 - as clothier.open
    """Open a run folder, a model file, or by its name a model that comes with clothier, such as "fashion-mnist".

    Without a path, it is the first one that `clothier models --box` lists; and "fashion-mnist" for 28x28 images in
    grey. A file or folder with the name of such a model is "./fashion-mnist".

    Raises RunError if a run has no model file, BundleError if a file is not a model file, and InputError if the path
    does not exist or is of another type.
    """
    if path is None or (isinstance(path, str) and path in box.files()):
        return Model(path)
    path = path.path if isinstance(path, Run) else as_path(path, "the model")
    if not os.path.lexists(path):
        raise InputError(f"{path} does not exist; wanted {predicting.MODELS}")
    return Model(path)


class Model:
    """A trained network with its `class_names` and the `image_shape` (height, width, channels) of its images."""

    def __init__(self, path: str | Path | None = None) -> None:
        self._file, self._run = predicting.file_of(path), predicting.run_of(path)
        self._predictor: Predictor = predicting.opened(path)
        self._name = self._run.name if self._run else box.name_of(self._file) or str(path)
        self._may_choose = path is None

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._predictor.class_names

    @property
    def image_shape(self) -> tuple[int, int, int]:
        return self._predictor.image_shape

    def predict(self, x: Any, *, whole: bool = False) -> Predictions:
        """Predictions for one picture or many.

        `x` is a path (str or Path) of a file or a folder, or a pattern such as "photos/*.jpg"; a PIL image; a NumPy
        array, uint8 or floats in [0, 1], of shape (height, width), (height, width, channels) or (n, height, width,
        channels); or a list of any of these. Arrays in the model's own shape are used as they are. Every other picture
        is prepared as `clothier predict` prepares photos; with `whole`, nothing is cut out or off. A picture that
        cannot be read becomes a prediction with the status `unreadable`.

        Raises InputTypeError, which is also a TypeError, for other types, and InputError for other shapes or values.
        """
        model, groups = self._groups(x)
        parts = list(model._batches(groups, whole=whole))
        return Predictions.concatenate(parts) if parts else self._predictor.predict(self._no_images())

    def evaluate(
        self,
        data: Any,
        *,
        split: str | None = None,
        mapping: Mapping[str, str] | None = None,
        report: Report | None = None,
    ) -> Evaluation:
        """Evaluate the model on labelled images: `model.evaluate("folder:photos").accuracy`.

        `data` is a source, such as "fashion-mnist" or "folder:photos", whose photos are prepared as `predict` prepares
        them; or a Dataset, a Split, or a tuple (images, labels), whose images have the model's own shape. `split` is
        train, validation or test; the default is the last one that the data have. Classes are matched by name, and
        `mapping` adds pairs with different names, {class of the data: class of the model}. Integer labels are indices
        of the model's classes. `report(what, done, total)` is called as the work proceeds. Needs clothier[train], but
        not Keras.

        Raises InputError if data and model share no class or the images have another shape, and the errors of
        `clothier.load`.
        """
        from clothier.evaluate import check_targets
        from clothier.predict import evaluating  # scikit-learn and SciPy, which the light install leaves out

        check_targets((mapping or {}).values(), self.class_names)
        if isinstance(data, str):
            options = LoadOptions(progress=report, warn=_warn)
            images = evaluating.labelled(data, split, options, self._run, self._predictor.source)
        else:
            images = evaluating.in_memory(data, split, self.class_names)
        if (better := self._fitting(images.content)) is not None:
            return better.evaluate(data, split=split, mapping=mapping, report=report)
        return evaluating.evaluation(self._predictor, self._name, images, mapping, report)

    def embed(self, x: Any) -> Floats:
        """The features from which the network computes its logits, float32 (n, d).

        `x` and errors are those of `predict`, but a picture that cannot be read raises DataError.
        """
        model, groups = self._groups(x)
        parts = [np.empty((0, model._predictor.num_features), np.float32)]
        for predictions in model._batches(groups, keep_features=True):
            for name, reason in zip(predictions.filenames, predictions.reasons, strict=True):
                if reason:
                    raise _unreadable(name, reason)
            parts.append(predictions.features)
        return np.concatenate(parts)

    def explain(self, x: Any, class_name: str | None = None, *, whole: bool = False) -> Explanation:
        """What mattered for the prediction of one picture, or for the class `class_name`.

        `x` and errors are those of `predict`. For a run, the heat map is Grad-CAM, and the result includes the feature
        maps of the layers; this needs Keras. For a model file, and for a network without convolutions, the heat map is
        occlusion.

        Raises DataError for a picture that cannot be read, and InputError for more or fewer than one picture or an
        unknown class.
        """
        model, groups = self._groups(x)
        if model is not self:
            return model.explain(x, class_name, whole=whole)
        image, warned, filename = self._one(groups, whole)
        if class_name is not None and class_name not in self.class_names:
            raise unknown_name("class", class_name, self.class_names)
        predictions = self._predictor.predict(image[np.newaxis])
        if warned is not None:
            predictions = self._predictor.as_photos(predictions, [warned])
        prediction = replace(predictions[0], filename=filename)
        label = prediction.label if class_name is None else self.class_names.index(class_name)
        network = None if self._run is None else trained.load(self._run)
        if network is None or not explaining.has_convolutions(network):
            falls = occlusion.heat(self._predictor.predict, image, label)
            heat = explaining.shares(falls)
            return Explanation(prediction, image, self.class_names[label], heat, explaining.OCCLUSION)
        found = explaining.explain(network, image, label)
        return Explanation(
            prediction, image, self.class_names[label], found.heat, explaining.GRAD_CAM, found.layers
        )

    def export(self, format: str, out: str | Path | None = None, data: Dataset | None = None) -> Path:  # noqa: A002
        """Write the network to a file and return its path.

        A run can be written as "onnx", "keras" or "openvino", which needs Keras. Any model can be written as
        "clothier", a model file. `out` is in the run folder by default. With `data`, on which the run was trained, the
        file is checked on their images.

        Raises InputError for an unknown format, a file name that does not fit it, or a model file where a run is
        needed, and WriteError if the folder of `out` does not exist.
        """
        target = None if out is None else as_path(out, "out")
        if target is not None:
            check_folder_of(target)
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

    def _groups(self, x: Any) -> tuple[Model, list[inputs.Group]]:
        """What `x` holds, and the model that classifies it: this one, or one in the box that fits it better."""
        if self._may_choose:
            for shape in box.FOR_SHAPES:
                told: list[str] = []
                groups = inputs.groups(x, shape, told.append)
                content = groups[0] if len(groups) == 1 else []
                if (better := self._fitting(content)) is not None:
                    for words in told:
                        _warn(words)
                    return better, groups
        return self, inputs.groups(x, self.image_shape, _warn)

    def _fitting(self, content: Images | Sequence[Path | Image.Image]) -> Model | None:
        if not self._may_choose or (name := box.fitting(content)) is None:
            return None
        _warn(box.reason(name))
        return Model(name)

    def _batches(
        self, groups: list[inputs.Group], *, keep_features: bool = False, whole: bool = False
    ) -> Iterator[Predictions]:
        for group in groups:
            if isinstance(group, list):
                yield from predicting.predict_photos(
                    self._predictor, group, keep_features=keep_features, whole=whole
                )
            else:
                yield self._predictor.predict(group, keep_features=keep_features)

    def _one(self, groups: list[inputs.Group], whole: bool) -> tuple[Images, tuple[str, ...] | None, str]:
        """(the preprocessed image, the photo doctor's warnings or None for an image that is used as it is, the file's
        name) of a single picture."""
        count = sum(map(len, groups))
        if count != 1:
            raise InputError(f"got {count} pictures to explain; wanted one")
        source = groups[0][0]
        if isinstance(source, np.ndarray):
            return source, None, ""
        return (*self._prepared(source, whole), predicting.name(source))

    def _prepared(self, source: Path | Image.Image, whole: bool) -> tuple[Images, tuple[str, ...]]:
        height, width, channels = self.image_shape
        result = doctor.attempt(source, self._predictor.photos, (height, width), channels, whole=whole)
        if isinstance(result, DataError):
            raise _unreadable(predicting.name(source), str(result)) from result
        return result

    def _no_images(self) -> Images:
        return np.empty((0, *self.image_shape), np.uint8)


def _unreadable(name: str, reason: str) -> DataError:
    return DataError(f"{name or 'a picture'} {reason}; wanted a {FORMAT_WORDS} picture")


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=5)
