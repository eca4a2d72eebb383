from __future__ import annotations

import numpy as np
import pytest

from clothier.augment.boxes import paste


@pytest.mark.parametrize("channels", [1, 3])
def test_inside_the_box_the_filler_and_outside_the_image(channels: int) -> None:
    rng = np.random.default_rng(0)
    images, fillers = (rng.integers(0, 256, (4, 7, 9, channels), dtype=np.uint8) for _ in range(2))
    before = images.copy()
    boxes = np.array([[0, 0, 7, 9], [2, 3, 4, 5], [6, 8, 1, 1], [3, 3, 0, 5]])
    pasted = paste(images, boxes, fillers)
    for n, (top, left, height, width) in enumerate(boxes):
        for row in range(7):
            for column in range(9):
                inside = top <= row < top + height and left <= column < left + width
                expected = (fillers if inside else images)[n, row, column]
                np.testing.assert_array_equal(pasted[n, row, column], expected)
    np.testing.assert_array_equal(images, before)
