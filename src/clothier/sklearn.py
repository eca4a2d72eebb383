"""A scikit-learn classifier that trains clothier's networks."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from clothier import bundle
from clothier.api.train import train_with
from clothier.errors import InputError
from clothier.predict import Predictor
from clothier.recipes import Recipe
from clothier.values import Dataset, Images, Predictions
from clothier.values.pictures import as_array, as_images

# Fields of a recipe that are arguments of ImageClassifier, and which.
_ARGUMENTS = {
    "epochs": "epochs",
    "augmented_epochs": "augmented_epochs",
    "validation": "validation",
    "model": "model",
    "augment": "augment",
    "class_weight": "class_weight",
    "seed": "random_state",
}


class ImageClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn publishes no types
    """A classifier of images for `cross_val_score`, `GridSearchCV`, `Pipeline` and the rest of scikit-learn.

    `recipe` is a name from `clothier recipes` or a Recipe, and `changes` are fields of it that are no arguments of
    their own, such as {"batch_size": 64}. The classifier trains `epochs` epochs, and `augmented_epochs` more with
    augmentation. `image_shape` is (height, width) or (height, width, channels), and is needed for flattened images.
    `validation` is the share of the training images that calibrates the probabilities, or None. `model` and `augment`
    are those of `clothier.train`. `class_weight` is "balanced", {label: weight} or None, as elsewhere in scikit-learn,
    scaled to a mean of 1. The run is in a temporary folder unless `root` names one. The object keeps
    everything that it needs to predict, and can be pickled.

    After `fit`, `classes_` holds the sorted labels, and `run_path_` is the run's folder if `root` was given.
    `predictions(X)` returns `clothier.Predictions`. Raises the errors of `Dataset.from_arrays` and `clothier.train`.
    """

    def __init__(
        self,
        recipe: str | Recipe = "cnn1",
        *,
        image_shape: tuple[int, ...] | None = None,
        epochs: int = 10,
        augmented_epochs: int = 0,
        changes: dict[str, Any] | None = None,
        validation: float | None = 0.2,
        model: Any = None,
        augment: Any = None,
        class_weight: str | dict[Any, float] | None = None,
        random_state: int = 13,
        verbose: int = 0,
        root: str | Path | None = None,
    ) -> None:
        self.recipe = recipe
        self.image_shape = image_shape
        self.epochs = epochs
        self.augmented_epochs = augmented_epochs
        self.changes = changes
        self.validation = validation
        self.model = model
        self.augment = augment
        self.class_weight = class_weight
        self.random_state = random_state
        self.verbose = verbose
        self.root = root

    def fit(self, X: Any, y: Any) -> ImageClassifier:  # noqa: N803 - scikit-learn's names
        """Train on images and labels, and return the classifier.

        Images are (n, height, width), (n, height, width, 1 or 3), or flattened (n, pixels) with `image_shape`. Labels
        (n,) are integers or strings.
        """
        changes = self.changes or {}
        _check_changes(changes)
        labels = as_array(y, "labels")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        data = Dataset.from_arrays(
            (self._images(X), numbers),
            validation=self.validation,
            class_names=[str(label) for label in self.classes_.tolist()],
            seed=self.random_state,
        )
        with tempfile.TemporaryDirectory(prefix="clothier-") as folder:
            own = {"epochs": self.epochs, "augmented_epochs": self.augmented_epochs, **self._weighing()}
            run = train_with(
                self.recipe,
                data,
                {**own, "seed": self.random_state, **changes},
                model=self.model,
                augment=self.augment,
                root=self.root or folder,
                verbose=self.verbose,
                needs_model_file=True,
            )
            self._model_file = run.model_file.read_bytes()
        self.run_path_ = run.path if self.root else None
        self._predictor: Predictor | None = None
        return self

    def predictions(self, X: Any) -> Predictions:  # noqa: N803
        """Predictions for the images: logits, calibrated probabilities, statuses and warnings."""
        check_is_fitted(self)
        if self._predictor is None:
            self._predictor = Predictor(bundle.read(io.BytesIO(self._model_file)))
        return self._predictor.predict(self._images(X, suspect=False))

    def predict_proba(self, X: Any) -> npt.NDArray[np.float32]:  # noqa: N803
        """Calibrated probabilities float32 (n, num_classes), in the order of `classes_`."""
        return self.predictions(X).probabilities

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The most probable class of each image, (n,), with the type of the labels."""
        numbers = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[numbers])

    def __getstate__(self) -> dict[str, Any]:
        """The state without the open network, which is opened again when needed."""
        state: dict[str, Any] = super().__getstate__()
        return {**state, "_predictor": None} if "_predictor" in state else state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model_file")

    def _weighing(self) -> dict[str, Any]:
        """The recipe's `class_weight`, by the names of the labels."""
        given = self.class_weight
        if given is None:
            return {}
        named = {str(label): weight for label, weight in given.items()} if isinstance(given, dict) else given
        return {"class_weight": named}

    def _images(self, X: Any, suspect: bool = True) -> Images:  # noqa: N803
        """uint8 (n, height, width, channels)."""
        images = X
        if self.image_shape is not None:
            array = as_array(X, "images")
            _check_shape(self.image_shape)
            size = int(np.prod(self.image_shape))
            if array.ndim == 2:
                if array.shape[1] != size:
                    raise InputError(
                        f"images have {array.shape[1]} pixels each, and image_shape is {tuple(self.image_shape)}, "
                        f"which has {size}; wanted as many"
                    )
                images = array.reshape(len(array), *self.image_shape)
        return as_images(images, suspect=suspect)


def _check_changes(changes: dict[str, Any]) -> None:
    """InputError for a field that is an argument of its own, so that one of two values would be ignored."""
    for field in changes:
        if field in _ARGUMENTS:
            raise InputError(
                f"changes have '{field}', which is the argument {_ARGUMENTS[field]} of ImageClassifier; wanted other "
                f"fields of the recipe there; write {_ARGUMENTS[field]}={changes[field]!r:.40}"
            )


def _check_shape(shape: Any) -> None:
    """InputError unless it is (height, width) or (height, width, channels)."""
    is_shape = isinstance(shape, (tuple, list)) and len(shape) in (2, 3)
    if not is_shape or not all(isinstance(side, (int, np.integer)) and side > 0 for side in shape):
        raise InputError(
            f"image_shape is {shape!r:.80}; wanted (height, width) or (height, width, channels), such as (28, 28)"
        )
