"""History -> TensorBoard event files, so that `tensorboard --logdir runs` shows the curves."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from clothier.errors import WriteError
from clothier.system.files import write_atomic
from clothier.values import EpochRow

# The name must hold "tfevents" for TensorBoard to read the file.
FILE_NAME = "events.out.tfevents.clothier"


def rewrite(folder: Path, history: Sequence[EpochRow]) -> None:
    """Begin folder/train and folder/validation again with this history."""
    for part in ("train", "validation"):
        write_atomic(folder / part / FILE_NAME, _header() + b"".join(_record(row, part) for row in history))


def append(folder: Path, row: EpochRow) -> None:
    """Add one epoch. TensorBoard follows files that grow, not files that are replaced."""
    for part in ("train", "validation"):
        path = folder / part / FILE_NAME
        try:
            with path.open("ab") as file:
                file.write(_record(row, part))
        except OSError as error:
            raise WriteError(path, error) from error


def mark(path: Path) -> None:
    """An event file without events, by which TensorBoard lists its folder as a run. Raises WriteError."""
    write_atomic(path, _header())


def _header() -> bytes:
    return _frame(Event(wall_time=time.time(), file_version="brain.Event:2"))


def _record(row: EpochRow, part: str) -> bytes:
    scalars = {"loss": row.loss, "accuracy": row.accuracy, "learning_rate": row.learning_rate}
    if part == "validation":
        if row.val_loss is None or row.val_accuracy is None:
            return b""
        scalars = {"loss": row.val_loss, "accuracy": row.val_accuracy}
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars.items()]
    return _frame(Event(wall_time=time.time(), step=row.epoch, summary=Summary(value=values)))


def _frame(event: Event) -> bytes:
    buffer = io.BytesIO()
    RecordWriter(buffer).write(event.SerializeToString())
    return buffer.getvalue()
