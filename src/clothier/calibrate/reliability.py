"""Probabilities and labels -> their reliability: confidence against accuracy, in bins."""

from __future__ import annotations

import numpy as np

from clothier.errors import DataError
from clothier.values import Floats, Labels, Reliability
from clothier.values.reliability import NUM_BINS


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
