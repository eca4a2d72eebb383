"""The network of a model file, ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clothier.bundle import Bundle
from clothier.calibrate import Calibration
from clothier.errors import BundleError, InputError, unknown_name
from clothier.predict.engines import ENGINES
from clothier.system.hardware import num_cores
from clothier.values import Floats, Images, Predictions, prediction, release
from clothier.values.wording import counted

_FEW = 16  # images that are not worth sharing among threads
_BLOCK = 1024  # that are judged together


class Predictor:
    """Images -> logits and features, or Predictions.

    `model` is a model file's content, or a graph as it holds one, which comes without names and calibration; whether
    a graph of unknown origin may be run is checked by `bundle.read`, not here. `threads` at once, 0 for one a core.
    `engine` is one of ENGINES. Raises InputError for another, BundleError where statistics do not fit the graph or an
    image of noise makes its weights overflow.
    """

    def __init__(self, model: Bundle | bytes, threads: int = 0, engine: str = "onnxruntime") -> None:
        if engine not in ENGINES:
            raise unknown_name("engine", engine, ENGINES)
        graph = model.graph if isinstance(model, Bundle) else model
        self.threads = threads or num_cores()
        self._engine = ENGINES[engine](graph, self.threads)
        self.image_shape, self.num_classes = self._engine.image_shape, self._engine.num_classes
        self.num_features = self._engine.num_features
        self.calibration = Calibration()
        self.photo_calibration = (
            Calibration()
        )  # of photos, which may be of another kind than what it was trained on
        self.is_measured_on_photos = False
        self.class_names = tuple(map(str, range(self.num_classes)))
        self.source = ""  # the data that it was trained on, as a model file names them
        self.photos = "pad"  # how a photo becomes such an image, as photo.doctor.prepare has it
        if isinstance(model, Bundle):
            said = model.manifest
            self.class_names, self.photos = said.class_names, said.preprocessing["photos"]
            self.source = said.source
            self.calibration = Calibration.of_tensors(said.temperature, said.thresholds, model.statistics)
            self.photo_calibration = self.calibration.with_thresholds(said.photo_thresholds)
            self.is_measured_on_photos = bool(said.photo_thresholds)
        known = self.calibration.statistics
        if known is not None and not known.fits(self.num_features, self.image_shape):
            raise BundleError(
                "the model file's statistics are of another network than one with "
                f"{self.num_features} features of images of {self.image_shape}; export it again"
            )
        self.outputs(_probe(self.image_shape))

    @property
    def probability_name(self) -> str:
        """What its predictions call their probabilities: "probability" or "uncalibrated probability"."""
        return prediction.probability_name(
            self.calibration.temperature if self.calibration.is_fitted else None
        )

    def outputs(self, images: Images) -> tuple[Floats, Floats]:
        """(logits float32 (n, num_classes), the features that they are computed from, float32 (n, d)) of uint8 images
        (n, height, width, channels).

        Raises InputError for another shape or dtype, BundleError where weights overflow."""
        if images.shape[1:] != self.image_shape or images.dtype != np.uint8:
            shape = ", ".join(map(str, self.image_shape))
            raise InputError(f"images are {images.dtype} {images.shape}; wanted uint8 (n, {shape})")
        engine = self._engine
        logits, features = engine.few(images) if len(images) <= _FEW else engine.many(images)
        if not np.isfinite(logits).all():
            wrong = int((~np.isfinite(logits).all(axis=1)).sum())
            raise BundleError(
                f"the network of the model file gives no numbers for {counted(wrong, 'image')}, because its weights "
                "overflow; wanted weights of a training that went well; train again with a lower learning rate"
            )
        return logits, features

    def predict(self, images: Images, *, keep_features: bool = False) -> Predictions:
        """Predictions for images of the network's own shape, as `Calibration.judge` has them; images and errors as of
        `outputs`. They hold the features only with `keep_features`."""
        parts = []
        for start in range(0, max(len(images), 1), _BLOCK):
            block = images[start : start + _BLOCK]
            logits, features = self.outputs(block)
            part = self.calibration.judge(logits, features, block, self.class_names)
            parts.append(replace(part, features=features) if keep_features else part)
            release(images)
        return Predictions.concatenate(parts)

    def as_photos(self, predictions: Predictions, warnings: Sequence[Sequence[str]]) -> Predictions:
        """What `predict` returned for images that were made of photos, with the verdicts for photos; `warnings` are
        those of the photo doctor about each, which lower them."""
        return self.photo_calibration.again(predictions).warned(warnings)


def _probe(image_shape: tuple[int, int, int]) -> Images:
    """An image of noise, uint8 (1, height, width, channels): weights that overflow do so for it."""
    return np.random.default_rng(0).integers(0, 256, (1, *image_shape), np.uint8)


def uncalibrated(predictor: Predictor) -> str:
    """A sentence that must be said beside its probabilities; empty where they are calibrated."""
    if predictor.calibration.is_fitted:
        return ""
    return "the probabilities are not calibrated, and nothing is doubted: the model was made without validation images"


def unmeasured(predictor: Predictor) -> str:
    """A sentence that must be said beside its verdicts on photos; empty where these were measured."""
    if not predictor.calibration.is_fitted or predictor.is_measured_on_photos:
        return uncalibrated(predictor)
    return (
        "the model was never measured on photos, only on images like those it was trained on, so none of its answers "
        "about photos is sure"
    )
