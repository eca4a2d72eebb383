"""The run folder: its file names, what is written there and read. Nobody else joins these paths."""

from clothier.runs.folder import HISTORY_COLUMNS, Run

__all__ = ["HISTORY_COLUMNS", "Run"]
