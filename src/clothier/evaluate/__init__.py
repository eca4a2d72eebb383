"""Labels and predictions -> scores, and what the scores say in words. NumPy, SciPy and scikit-learn only."""

from clothier.evaluate.baseline import Neighbours, nearest_neighbours
from clothier.evaluate.classes import Matching, check_settings, check_targets, match, read_mapping
from clothier.evaluate.evaluation import Evaluation
from clothier.evaluate.scores import (
    OVERFIT_GAP,
    calibration,
    describe_fit,
    gap_interval,
    interval,
    loss_and_accuracy,
    score,
    wilson,
)

__all__ = [
    "OVERFIT_GAP",
    "Evaluation",
    "Matching",
    "Neighbours",
    "calibration",
    "check_settings",
    "check_targets",
    "describe_fit",
    "gap_interval",
    "interval",
    "loss_and_accuracy",
    "match",
    "nearest_neighbours",
    "read_mapping",
    "score",
    "wilson",
]
