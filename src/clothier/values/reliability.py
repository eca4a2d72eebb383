"""Confidence against accuracy in bins: whether probabilities are right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from clothier.values.arrays import Counts, Floats

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
