from __future__ import annotations

import numpy as np
import pytest

from clothier.augment import crop_flip
from clothier.values import Images


def _images(height: int, width: int, channels: int, num: int = 60) -> Images:
    shape = (num, height, width, channels)
    return np.random.default_rng(5).integers(1, 256, shape, dtype=np.uint8)  # never the black of the padding


@pytest.mark.parametrize(("height", "width", "channels"), [(28, 28, 1), (16, 24, 3), (3, 5, 1)])
def test_every_pixel_agrees_with_padding_and_slicing(height: int, width: int, channels: int) -> None:
    images = _images(height, width, channels)
    dice = crop_flip.throw(np.random.default_rng(1), images)
    moved = crop_flip.move(images, dice)
    for n, image in enumerate(images):
        padded = np.pad(image, ((8, 8), (8, 8), (0, 0)))
        top, left = 8 + dice.down[n], 8 + dice.right[n]
        crop = padded[top : top + height, left : left + width]
        np.testing.assert_array_equal(moved[n], crop[:, ::-1] if dice.flip[n] else crop)


def test_a_crop_beyond_the_picture_is_black() -> None:
    dice = crop_flip.Dice(np.array([9, 0, -9]), np.array([0, 9, 0]), np.array([False, True, False]))
    assert not crop_flip.move(_images(8, 8, 1, num=3), dice).any()


def test_a_whole_epoch_moves_like_its_batches() -> None:
    images = _images(28, 28, 1, num=500)
    dice = crop_flip.throw(np.random.default_rng(1), images)
    whole = crop_flip.move(images, dice)
    for rows in (slice(0, 256), slice(256, 500)):
        part = crop_flip.Dice(dice.down[rows], dice.right[rows], dice.flip[rows])
        np.testing.assert_array_equal(crop_flip.move(images[rows], part), whole[rows])


def test_dice_are_independent_and_every_crop_is_as_likely() -> None:
    dice = crop_flip.throw(np.random.default_rng(0), np.empty((90_000, 28, 16, 1), np.uint8))
    for values, padding in ((dice.down, 4), (dice.right, 2)):
        counts = np.bincount(values + padding)
        assert len(counts) == 2 * padding + 1
        assert counts / 90_000 == pytest.approx(1 / len(counts), rel=0.05)
    assert dice.flip.mean() == pytest.approx(0.5, abs=0.01)
    assert np.abs(np.corrcoef(np.stack([dice.down, dice.right, dice.flip])) - np.eye(3)).max() < 0.015
