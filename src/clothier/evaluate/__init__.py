"""Labels and predictions -> scores, and what the scores say in words. NumPy, SciPy and scikit-learn only."""

from clothier.evaluate.scores import (
    OVERFIT_GAP,
    calibration,
    describe_fit,
    gap_interval,
    loss_and_accuracy,
    score,
    wilson,
)

__all__ = [
    "OVERFIT_GAP",
    "calibration",
    "describe_fit",
    "gap_interval",
    "loss_and_accuracy",
    "score",
    "wilson",
]
