from __future__ import annotations

import numpy as np

from clothier.augment import shift


def test_every_image_is_moved_by_at_most_one_pixel_and_never_turned() -> None:
    images = np.random.default_rng(0).integers(1, 256, (900, 28, 28, 1), dtype=np.uint8)
    dice = shift.throw(np.random.default_rng(1), images)
    places = set(zip(dice.down.tolist(), dice.right.tolist(), strict=True))
    assert places == {(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)}
    moved = shift.move(images, dice)
    for n in range(100):
        padded = np.pad(images[n], ((1, 1), (1, 1), (0, 0)))
        top, left = 1 + dice.down[n], 1 + dice.right[n]
        np.testing.assert_array_equal(moved[n], padded[top : top + 28, left : left + 28])
