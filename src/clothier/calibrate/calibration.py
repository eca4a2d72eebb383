"""What a model file knows about its network's doubts, and how it is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from clothier.calibrate.strangeness import Statistics, learn
from clothier.calibrate.temperature import fit_temperature
from clothier.errors import DataError
from clothier.values import SURE, UNLIKE, UNSURE, Floats, Images, Labels, Predictions, softmax

SHARE = 0.95  # of the held-out images that each threshold accepts
LEAST = 100  # held-out images, below which nothing is said of strangers


@dataclass(frozen=True, eq=False)
class Calibration:
    """Logits, features and images -> Predictions.

    An image whose strangeness is above `unlike` is "unlike" all that the network was trained on; else, one whose most
    probable class has a probability below `unsure` is "unsure". Without statistics nothing is unlike.
    """

    temperature: float = 1.0
    unsure: float = 0.0
    unlike: float = float("inf")
    statistics: Statistics | None = None

    def judge(
        self, logits: Floats, features: Floats, images: Images, class_names: tuple[str, ...] = ()
    ) -> Predictions:
        """`logits` float32 (n, num_classes), `features` float32 (n, d), `images` uint8 (n, h, w, c) as the network
        took them. The predictions have a temperature where this `is_fitted`."""
        # Written this way round, NaN is doubted too.
        doubts = np.where(softmax(logits, self.temperature).max(axis=1) >= self.unsure, 0, 1)
        if self.statistics is None:
            strangeness = np.full(len(logits), np.nan, np.float32)
        else:
            strangeness = self.statistics.strangeness(features, images)
            doubts[~(strangeness <= self.unlike)] = 2
        return Predictions(
            logits=logits,
            temperature=self.temperature if self.is_fitted else None,
            class_names=class_names,
            statuses=np.array([SURE, UNSURE, UNLIKE])[doubts],
            strangeness=strangeness,
        )

    @property
    def is_fitted(self) -> bool:
        """Whether it was fitted to held-out images; else probabilities are what the network gives."""
        return self.unsure > 0

    @property
    def thresholds(self) -> dict[str, float]:
        """As a manifest holds them; empty where nothing was measured."""
        if self.statistics is None:
            return {"unsure": self.unsure} if self.unsure else {}
        return {"unsure": self.unsure, "unlike": self.unlike}

    def as_tensors(self) -> dict[str, Floats]:
        """The statistics, by name; none where there are none."""
        return {} if self.statistics is None else self.statistics.as_tensors()

    @classmethod
    def of_tensors(
        cls, temperature: float, thresholds: Mapping[str, float], tensors: Mapping[str, npt.NDArray[Any]]
    ) -> Calibration:
        """What `temperature`, `thresholds` and `as_tensors` were taken from. Raises DataError for other names,
        shapes that do not fit each other, or numbers that are not finite."""
        statistics = _statistics(tensors) if tensors else None
        unlike = thresholds.get("unlike", float("inf")) if statistics else float("inf")
        return cls(temperature, thresholds.get("unsure", 0.0), unlike, statistics)


def fit(
    logits: Floats,
    features: Floats,
    images: Images,
    labels: Labels,
    share: float = SHARE,
    temperature: float | None = None,
) -> Calibration:
    """A Calibration from held-out images, with thresholds that each accept that `share` of them.

    `temperature` is one that is known already; None fits one to these images.

    `logits` float32 (n, num_classes), `features` float32 (n, d), `images` uint8 (n, h, w, c), `labels` int64 (n,).
    With fewer than LEAST images nothing is ever "unlike". Raises DataError where counts differ, n is 0 or the share is
    not between 0 and 1.
    """
    counts = {len(logits), len(features), len(images), len(labels)}
    if len(counts) > 1:
        raise DataError(
            f"counts differ: {len(logits)} logits, {len(features)} features, {len(images)} images, "
            f"{len(labels)} labels; wanted one of each an image"
        )
    if not 0 < share < 1:
        raise DataError(f"the share to accept is {share:g}; wanted one between 0 and 1, such as 0.95")
    temperature = fit_temperature(logits, labels) if temperature is None else temperature
    unsure = float(np.quantile(softmax(logits, temperature).max(axis=1), 1 - share))
    if len(labels) < LEAST:
        return Calibration(temperature, unsure)
    statistics = learn(features, images, labels)
    # Only rows that the distances were not learned from tell how far new images lie.
    unlike = float(np.quantile(statistics.strangeness(features[1::2], images[1::2]), share))
    return Calibration(temperature, unsure, unlike, statistics)


def _statistics(tensors: Mapping[str, npt.NDArray[Any]]) -> Statistics:
    names = [field.name for field in fields(Statistics)]
    if set(tensors) != set(names):
        raise DataError(f"statistics are {', '.join(sorted(tensors))}; wanted {', '.join(names)}")
    made = Statistics(**{name: np.asarray(tensors[name]) for name in names})
    size, num_classes = made.centre.size, made.heights.size
    wanted = {
        "centre": (size,),
        "curve": (size, size),
        "slopes": (num_classes, size),
        "heights": (num_classes,),
        "thumbnail": (made.thumbnail.size,),
        "pictures": (made.thumbnail.size, made.pictures.shape[1] if made.pictures.ndim == 2 else 0),
        "means": (3,),
        "deviations": (3,),
    }
    for name, shape in wanted.items():
        array = getattr(made, name)
        if array.shape != shape or array.dtype != np.float32 or not np.isfinite(array).all():
            raise DataError(
                f"statistics '{name}' are {array.dtype} {array.shape}; wanted float32 {shape}, all of them finite"
            )
    if not (made.deviations > 0).all():
        raise DataError(
            "statistics 'deviations' are not all above 0; wanted them so; export the model file again"
        )
    return made
