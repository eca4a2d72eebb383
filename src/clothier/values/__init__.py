"""The values that travel between the rooms: images and labels, predictions, scores, a row of history."""

from clothier.values.arrays import Counts, Floats, Halves, Images, Labels, release, softmax
from clothier.values.callbacks import Report, Tell
from clothier.values.dataset import Dataset, Reading, check_names, check_not_empty
from clothier.values.embedding import UNKNOWN, Embedding
from clothier.values.examples import Examples, Features, Mixed, Split, Targets
from clothier.values.findings import Finding, Findings, Sight
from clothier.values.forecast import Curve, Estimate, Forecast, Gain, Goal
from clothier.values.labelled import Labelled
from clothier.values.prediction import Prediction
from clothier.values.predictions import Predictions
from clothier.values.reliability import Reliability
from clothier.values.results import CLASS_COLUMNS, SCORE_COLUMNS, ClassScore, EpochRow, PhaseScores, Scores
from clothier.values.verdicts import LIKELY, STATUSES, SURE, UNLIKE, UNREADABLE, UNSURE

__all__ = [
    "CLASS_COLUMNS",
    "LIKELY",
    "SCORE_COLUMNS",
    "STATUSES",
    "SURE",
    "UNKNOWN",
    "UNLIKE",
    "UNREADABLE",
    "UNSURE",
    "ClassScore",
    "Counts",
    "Curve",
    "Dataset",
    "Embedding",
    "EpochRow",
    "Estimate",
    "Examples",
    "Features",
    "Finding",
    "Findings",
    "Floats",
    "Forecast",
    "Gain",
    "Goal",
    "Halves",
    "Images",
    "Labelled",
    "Labels",
    "Mixed",
    "PhaseScores",
    "Prediction",
    "Predictions",
    "Reading",
    "Reliability",
    "Report",
    "Scores",
    "Sight",
    "Split",
    "Targets",
    "Tell",
    "check_names",
    "check_not_empty",
    "release",
    "softmax",
]
