from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from clothier.plots.focus import Curve, on_later_epochs


def curve(values: list[float]) -> Curve:
    return list(enumerate(values, start=1))


def rising(num_epochs: int, start: float = 0.5, steep: float = 2.0) -> Curve:
    return curve([0.9 - (0.9 - start) / steep**epoch + 0.001 * epoch for epoch in range(num_epochs)])


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ([rising(20)], "axis cut: lower in epochs 1 to 5"),
        ([rising(20), curve([0.7] * 20)], "axis cut: lower in epoch 1"),
        ([curve([5 - value for _, value in rising(8, steep=20.0)])], "axis cut: higher in epochs 1 to 2"),
        ([rising(12, steep=9.0), curve([2.0] + [0.9] * 11)], "axis cut: higher or lower in epochs 1 to 3"),
        ([curve([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])], ""),
        ([curve([0.8] * 9)], ""),
        ([rising(3)], ""),
        ([curve([0.4])], ""),
    ],
)
def test_the_axis_begins_after_the_steep_epochs_and_says_so(curves: list[Curve], words: str) -> None:
    axes = Figure().subplots()
    on_later_epochs(axes, curves, shares=False)
    assert axes.get_ylabel() == words
    low, high = axes.get_ylim()
    last = int(words.split()[-1]) if words else 0
    values = np.array([value for one in curves for epoch, value in one if epoch > last])
    assert ((values > low) & (values < high)).all()
    first_epochs = [value for one in curves for epoch, value in one if epoch == 1]
    assert any(not low <= value <= high for value in first_epochs) == bool(words)
