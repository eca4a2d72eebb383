"""One number that logits are divided by, so that probabilities are as high as accuracy is.

Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
"""

from __future__ import annotations

import math

import numpy as np

from clothier.errors import DataError
from clothier.values import Floats, Labels

# Where every held-out image is right, or wrong, the best temperature has no bound.
_LOG_BOUNDS = math.log(0.25), math.log(10.0)
_LOG_TOLERANCE = 1e-8  # at the minimum rounding errors of the loss leave about 1e-7 of the temperature open


def fit_temperature(logits: Floats, labels: Labels) -> float:
    """The temperature in [0.25, 10] with the least mean cross-entropy; `logits` float32 (n, num_classes), `labels`
    int64 (n,). Raises DataError where counts differ or n is 0."""
    from scipy.optimize import (
        minimize_scalar,
    )  # of the extra `train`: predicting needs the rest of this room alone

    if len(logits) != len(labels) or not len(labels):
        raise DataError(
            f"{len(labels)} labels and {len(logits)} rows of logits; wanted as many, and at least one"
        )
    shifted = (logits - logits.max(axis=1, keepdims=True)).astype(np.float64)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = shifted / math.exp(log_temperature)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())

    # In 1 / temperature the loss is convex, so in its logarithm it has one minimum.
    found = minimize_scalar(loss, bounds=_LOG_BOUNDS, method="bounded", options={"xatol": _LOG_TOLERANCE})
    return math.exp(found.x)
