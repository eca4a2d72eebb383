from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from clothier.augment import photo
from clothier.values import Images


def _images(channels: int, num: int = 30, height: int = 24, width: int = 36) -> Images:
    shape = (num, height, width, channels)
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_every_pixel_agrees_with_pillows_resize_of_the_crop(channels: int) -> None:
    images = _images(channels)
    _, height, width, _ = images.shape
    dice = photo.throw(np.random.default_rng(1), images)
    moved = photo.move(images, dice)
    for n, image in enumerate(images):
        tall, wide = height / dice.scale[n], width / dice.scale[n]
        top, left = dice.down[n] * (height - tall), dice.right[n] * (width - wide)
        for c in range(channels):
            plane = Image.fromarray(
                image[:, :, c].astype(np.float32)
            )  # in floating point, so nothing is rounded
            box = (left, top, left + wide, top + tall)
            crop = np.asarray(plane.resize((width, height), Image.Resampling.BILINEAR, box), np.float64)
            expected = np.clip((crop[:, ::-1] if dice.flip[n] else crop) + dice.shift[n, c], 0, 255)
            assert np.abs(moved[n, :, :, c] - expected).max() <= 0.5 + 1e-3


def test_the_whole_picture_unshifted_stays_as_it_is_or_mirrored() -> None:
    images = _images(3, num=2)
    one = np.ones(2)
    dice = photo.Dice(one, 0.3 * one, 0.6 * one, np.array([False, True]), np.zeros((2, 3), np.int64))
    moved = photo.move(images, dice)
    np.testing.assert_array_equal(moved[0], images[0])
    np.testing.assert_array_equal(moved[1], images[1, :, ::-1])


def test_dice_are_independent_and_within_their_ranges() -> None:
    dice = photo.throw(np.random.default_rng(0), np.empty((20_000, 8, 8, 3), np.uint8))
    for values, low, high in ((dice.scale, 8 / 7, 16 / 7), (dice.down, 0, 1), (dice.right, 0, 1)):
        assert low <= values.min() < values.max() <= high
        assert values.mean() == pytest.approx((low + high) / 2, rel=0.02)
    assert np.abs(dice.shift).max() == 52
    # Channels share the brightness: 32 levels either way against 20 of a colour of their own.
    own, common = (41**2 - 1) / 12, (65**2 - 1) / 12  # variances of whole numbers drawn uniformly
    np.testing.assert_allclose(np.cov(dice.shift.T), common + own * np.eye(3), rtol=0.05, atol=5)
    columns = np.stack([dice.scale, dice.down, dice.right, dice.flip, dice.shift[:, 0]])
    assert np.abs(np.corrcoef(columns) - np.eye(5)).max() < 0.03


def test_grey_pictures_change_in_brightness_alone() -> None:
    dice = photo.throw(np.random.default_rng(0), np.empty((5_000, 8, 8, 1), np.uint8))
    assert (dice.shift.min(), dice.shift.max()) == (-32, 32)
