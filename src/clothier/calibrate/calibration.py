"""What a model file knows about its network's doubts, and how it is found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.calibrate import thresholds
from clothier.calibrate.outputs import Outputs
from clothier.calibrate.strangeness import Statistics, learn
from clothier.calibrate.temperature import fit_temperature
from clothier.errors import DataError
from clothier.values import LIKELY, SURE, UNLIKE, UNSURE, Floats, Images, Predictions, softmax

LEAST = 100  # held-out photos, below which nothing is said of strangers
FEW = 3  # classes that a set may hold for its first one to be likely


@dataclass(frozen=True, eq=False)
class Calibration:
    """Logits, features and images -> Predictions.

    An image whose strangeness is above `unlike` is "unlike" all that the network was trained on. Else one whose most
    probable class has at least the probability `sure` is "sure"; else it is "likely" where at most three classes have
    at least the probability `possible`, and "unsure" where more have, or all of three. Without `possible` nothing was
    fitted, and statuses are empty. Without statistics nothing is unlike.
    """

    temperature: float = 1.0
    sure: float = math.inf
    possible: float | None = None
    unlike: float = math.inf
    statistics: Statistics | None = None

    def judge(
        self, logits: Floats, features: Floats, images: Images, class_names: tuple[str, ...] = ()
    ) -> Predictions:
        """`logits` float32 (n, num_classes), `features` float32 (n, d), `images` uint8 (n, h, w, c) as the network
        took them. The predictions have a temperature where this `is_fitted`."""
        strangeness = np.full(len(logits), np.nan, np.float32)
        if self.statistics is not None:
            strangeness = self.statistics.strangeness(features, images)
        return self.again(Predictions(logits, class_names=class_names, strangeness=strangeness))

    def again(self, predictions: Predictions) -> Predictions:
        """The same predictions with the verdicts of this calibration, which has the statistics that they were judged
        with."""
        if self.possible is None:
            return replace(predictions, temperature=None)
        probabilities = softmax(predictions.logits, self.temperature)
        sizes = thresholds.set_sizes(probabilities, self.possible)
        num_classes = probabilities.shape[1]
        doubts = np.where((sizes <= FEW) & (sizes < max(num_classes, FEW)), 1, 2)
        doubts[probabilities.max(axis=1, initial=-1) >= self.sure] = 0
        if self.statistics is not None:
            # Written this way round, NaN is doubted too.
            doubts[~(predictions.strangeness <= self.unlike)] = 3
        return replace(
            predictions,
            temperature=self.temperature,
            statuses=np.array([SURE, LIKELY, UNSURE, UNLIKE])[doubts],
            set_sizes=sizes,
        )

    @property
    def is_fitted(self) -> bool:
        """Whether it was fitted to held-out images; else probabilities are what the network gives."""
        return self.possible is not None

    @property
    def thresholds(self) -> dict[str, float]:
        """As a manifest holds them: those that are finite; none where nothing was measured."""
        if self.possible is None:
            return {}
        found = {"sure": self.sure, "possible": self.possible, "unlike": self.unlike}
        return {name: value for name, value in found.items() if math.isfinite(value)}

    def as_tensors(self) -> dict[str, Floats]:
        """The statistics, by name; none where there are none."""
        return {} if self.statistics is None else self.statistics.as_tensors()

    @classmethod
    def of_tensors(
        cls, temperature: float, thresholds: Mapping[str, float], tensors: Mapping[str, npt.NDArray[Any]]
    ) -> Calibration:
        """What `temperature`, `thresholds` and `as_tensors` were taken from. Raises DataError for other names,
        shapes that do not fit each other, or numbers that are not finite."""
        return cls(
            temperature,
            thresholds.get("sure", math.inf),
            thresholds.get("possible"),
            thresholds.get("unlike", math.inf),
            _statistics(tensors) if tensors else None,
        )

    def with_thresholds(self, numbers: Mapping[str, float]) -> Calibration:
        """With another "temperature" and other thresholds, by name, for images of another kind. Without any, nothing
        was measured on these: the true class may be any, and nothing is sure."""
        if self.possible is None:
            return self
        return replace(
            self,
            temperature=numbers.get("temperature", self.temperature),
            sure=numbers.get("sure", math.inf),
            possible=numbers.get("possible", 0.0),
            unlike=numbers.get("unlike", math.inf) if numbers else self.unlike,
        )


def fit(held: Outputs, training: Outputs | None = None, *, temperature: float | None = None) -> Calibration:
    """A Calibration from held-out images; what is known of features comes from training images, or without those from
    half of the held-out ones, which then set no limit of strangeness.

    `temperature` is one that is known already; None fits one to these images. With fewer than LEAST held-out photos
    nothing is ever "unlike". Raises DataError as Outputs.
    """
    statistics = None
    judged = held
    if held.num_photos >= LEAST:
        if training is None:
            is_even = held.photos % 2 == 0
            training, judged = held.at(is_even), held.at(~is_even)
        statistics = learn(
            training.features, training.images, training.labels, judged.features, judged.images
        )
    made = fit_thresholds(held, statistics, temperature=temperature)
    return made if judged is held else replace(made, unlike=_unlike(statistics, judged))


def fit_thresholds(
    held: Outputs, statistics: Statistics | None, *, temperature: float | None = None
) -> Calibration:
    """As `fit`, with statistics that are known already."""
    temperature = fit_temperature(held.logits, held.labels) if temperature is None else temperature
    probabilities, weights = softmax(held.logits, temperature), held.weights
    right = (probabilities.argmax(axis=1) == held.labels).astype(np.float64)
    return Calibration(
        temperature,
        thresholds.plain(probabilities.max(axis=1).astype(np.float64), right, weights),
        thresholds.possible(probabilities, held.labels, weights),
        _unlike(statistics, held),
        statistics,
    )


def _unlike(statistics: Statistics | None, held: Outputs) -> float:
    if statistics is None:
        return math.inf
    scores = statistics.strangeness(held.features, held.images).astype(np.float64)
    return thresholds.upper(scores, held.weights, thresholds.ACCEPTED)


def _statistics(tensors: Mapping[str, npt.NDArray[Any]]) -> Statistics:
    names = [field.name for field in fields(Statistics)]
    if set(tensors) != set(names):
        raise DataError(f"statistics are {', '.join(sorted(tensors))}; wanted {', '.join(names)}")
    made = Statistics(**{name: np.asarray(tensors[name]) for name in names})
    size, length = made.centre.size, made.thumbnail.size
    count = made.axes.shape[1] if made.axes.ndim == 2 else 0
    measures = 3 if length else 1
    wanted = {
        "centre": (size,),
        "axes": (size, count),
        "classes": (len(made.classes), count),
        "precision": (count, count),
        "rest": (1,),
        "thumbnail": (length,),
        "pictures": (length, made.pictures.shape[1] if made.pictures.ndim == 2 else 0),
        "means": (measures,),
        "deviations": (measures,),
    }
    for name, shape in wanted.items():
        array = getattr(made, name)
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise DataError(
                f"statistics '{name}' are {array.dtype} {array.shape}; wanted float32 {shape}, all of them finite"
            )
    for name in ("rest", "deviations"):
        if not (getattr(made, name) > 0).all():
            raise DataError(
                f"statistics '{name}' are not all above 0; wanted them so; export the model file again"
            )
    if not len(made.classes):
        raise DataError("statistics 'classes' have no row; wanted one a class; export the model file again")
    return made
