"""The run folder: its file names, what is written there and read. Nobody else joins these paths."""

from clothier.runs.description import (
    BaseDescription,
    CustomParts,
    DataDescription,
    Description,
    Machine,
    Parameters,
)
from clothier.runs.folder import HISTORY_COLUMNS, Run
from clothier.runs.samples import Samples
from clothier.runs.scores import Calibrated, epoch_row, in_order

__all__ = [
    "HISTORY_COLUMNS",
    "BaseDescription",
    "Calibrated",
    "CustomParts",
    "DataDescription",
    "Description",
    "Machine",
    "Parameters",
    "Run",
    "Samples",
    "epoch_row",
    "in_order",
]
