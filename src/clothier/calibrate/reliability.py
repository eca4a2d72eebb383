"""Are probabilities right? Confidence against accuracy, in bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.errors import DataError
from clothier.values import Counts, Floats, Labels

NUM_BINS = 15


@dataclass(frozen=True, eq=False)
class Reliability:
    """Of the images in each of NUM_BINS bins of equal width from 0 to 1: their mean confidence and accuracy, float32
    (bins,), NaN where there is none, and their counts. `error` is the expected calibration error in [0, 1]: the mean
    distance of the two, a bin counting for its images."""

    confidences: Floats
    accuracies: Floats
    counts: Counts
    error: float

    def as_json(self) -> dict[str, Any]:
        """With null where a bin has no image."""
        shares = {
            name: [None if np.isnan(share) else round(float(share), 6) for share in values]
            for name, values in (("confidences", self.confidences), ("accuracies", self.accuracies))
        }
        return {**shares, "counts": self.counts.tolist(), "error": self.error}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Reliability:
        """What `as_json` gave; DataError where it is damaged."""
        try:
            confidences, accuracies = (
                np.array([np.nan if share is None else share for share in content[name]], np.float32)
                for name in ("confidences", "accuracies")
            )
            return cls(
                confidences, accuracies, np.array(content["counts"], np.int64), float(content["error"])
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"a reliability is damaged ({error}); wanted what clothier wrote") from error


def reliability(probabilities: Floats, labels: Labels) -> Reliability:
    """How sure the most probable classes are against how often they are right.

    `probabilities` float32 (n, num_classes), `labels` int64 (n,). Raises DataError where counts differ or n is 0.
    """
    if len(probabilities) != len(labels) or not len(labels):
        raise DataError(
            f"{len(labels)} labels and {len(probabilities)} rows of probabilities; wanted as many, and at least one"
        )
    sure = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bins = np.clip(np.ceil(sure * NUM_BINS).astype(np.int64) - 1, 0, NUM_BINS - 1)
    counts = np.bincount(bins, minlength=NUM_BINS)
    sums, hits = (np.bincount(bins, values, NUM_BINS) for values in (sure, right))
    with np.errstate(invalid="ignore"):
        confidences, accuracies = sums / counts, hits / counts
    return Reliability(
        confidences.astype(np.float32),
        accuracies.astype(np.float32),
        counts.astype(np.int64),
        float(np.abs(sums - hits).sum() / len(labels)),
    )
