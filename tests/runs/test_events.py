"""What TensorBoard itself reads from our event files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

from clothier.runs import events
from clothier.values import EpochRow

ROWS = [
    EpochRow(
        epoch,
        "plain",
        1 / epoch,
        0.5,
        None if epoch == 3 else 2 / epoch,
        None if epoch == 3 else 0.25,
        0.1,
        1,
    )
    for epoch in (1, 2, 3)
]


def _read(folder: Path, tag: str) -> dict[int, float]:
    accumulator = EventAccumulator(str(folder))
    accumulator.Reload()
    return {event.step: event.value for event in accumulator.Scalars(tag)}


@pytest.mark.parametrize("rewritten", [0, 2, 3])
def test_tensorboard_reads_each_epoch_once(tmp_path: Path, rewritten: int) -> None:
    events.rewrite(tmp_path, ROWS)  # an older, longer history must not shine through
    events.rewrite(tmp_path, ROWS[:rewritten])
    for row in ROWS[rewritten:]:
        events.append(tmp_path, row)
    assert _read(tmp_path / "train", "loss") == pytest.approx({1: 1.0, 2: 0.5, 3: 1 / 3})
    assert _read(tmp_path / "train", "learning_rate") == pytest.approx({1: 0.1, 2: 0.1, 3: 0.1})
    assert _read(tmp_path / "validation", "loss") == pytest.approx({1: 2.0, 2: 1.0})
    assert _read(tmp_path / "validation", "accuracy") == pytest.approx({1: 0.25, 2: 0.25})


def test_tensorboard_lists_a_folder_that_is_marked(tmp_path: Path) -> None:
    events.mark(tmp_path / "a" / "events.out.tfevents.projector")
    (tmp_path / "b").mkdir()
    runs = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    runs.Reload()
    assert list(runs.Runs()) == ["a"]
