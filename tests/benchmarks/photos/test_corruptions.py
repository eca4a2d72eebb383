"""The corruptions that models are measured on: each changes a photo, and the stronger the more."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.photos import corruptions
from benchmarks.photos.corruptions import KINDS, SIDE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_corruption_keeps_the_shape_and_changes_the_photo(kind: corruptions.Kind) -> None:
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    photo = np.stack([0.3 + 0.4 * rows, 0.5 + 0.2 * np.sin(40 * columns), 0.6 - 0.3 * columns], axis=2)
    far = []
    for strength in range(3):
        made = kind(photo, strength, np.random.default_rng(0))
        assert made.shape == photo.shape
        far.append(np.abs(np.clip(made, 0, 1) - photo).mean())
    assert min(far) > 0.002
    if kind.__name__ != "saturation":  # whose third strength goes the other way
        assert far == sorted(far)
