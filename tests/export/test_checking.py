"""Bounds on what an exported file may say differently."""

from __future__ import annotations

import numpy as np
import pytest

from clothier.errors import ExportError
from clothier.export.checking import Agreement, compare, require

OURS = np.array([[0.6, 0.4], [0.2, 0.8], [0.5, 0.5]], np.float32)


def test_the_largest_difference_and_the_share_of_equal_labels() -> None:
    theirs = np.array([[0.6, 0.4], [0.55, 0.45], [0.5, 0.5]], np.float32)
    made = compare(OURS, theirs)
    assert made.images == 3
    assert made.difference == pytest.approx(0.35)
    assert made.labels == pytest.approx(2 / 3)


def test_float32_is_held_to_its_probabilities() -> None:
    require(Agreement(1000, 9e-5, 0.0), "onnx", float32=True)
    with pytest.raises(ExportError) as caught:
        require(Agreement(1000, 2e-4, 1.0), "onnx", float32=True)
    assert str(caught.value) == (
        "onnx differs from the run by 2.0e-04 in a probability (1,000 images); wanted 0.0001 at most; "
        "nothing was written"
    )


def test_what_is_no_number_does_not_pass() -> None:
    with pytest.raises(ExportError):
        require(Agreement(1000, float("nan"), 1.0), "onnx", float32=True)


def test_lower_precision_is_held_to_its_labels() -> None:
    require(Agreement(1000, 0.3, 0.995), "onnx in int8", float32=False)
    with pytest.raises(ExportError) as caught:
        require(Agreement(1000, 0.3, 0.994), "onnx in int8", float32=False)
    assert str(caught.value) == (
        "onnx in int8 gives the run's label for 99.40% of 1,000 images; wanted 99.5%; nothing was written; "
        "export without --int8"
    )
