"""snapshot: the same thing photographed another time."""

from __future__ import annotations

import numpy as np

from clothier.augment import snapshot
from clothier.values import Images


def _picture() -> Images:
    """A dark square in the middle of a light picture."""
    picture = np.full((1, 40, 60, 3), 230, np.uint8)
    picture[:, 10:30, 20:40] = (40, 80, 120)
    return picture


def test_the_thing_stays_in_the_picture() -> None:
    pictures = np.repeat(_picture(), 200, axis=0)
    moved = snapshot.move(pictures, snapshot.throw(np.random.default_rng(0), pictures))
    grey = moved.astype(float).mean(axis=3)
    middle = (grey.max(axis=(1, 2)) + grey.min(axis=(1, 2))) / 2
    dark = (grey < middle[:, None, None]).mean(axis=(1, 2))
    assert moved.shape == pictures.shape and moved.dtype == np.uint8
    share = 400 / 2400
    assert (dark > 0.4 * share).all() and (dark < 2.5 * share).all()


def test_light_and_place_differ() -> None:
    pictures = np.repeat(_picture(), 50, axis=0)
    moved = snapshot.move(pictures, snapshot.throw(np.random.default_rng(0), pictures))
    assert len({image.tobytes() for image in moved}) == 50
    corners = moved[:, 0, 0].astype(float).mean(axis=1)
    assert corners.std() > 5


def test_half_are_mirrored() -> None:
    pictures = np.zeros((400, 9, 9, 1), np.uint8)
    pictures[:, :, :4] = 255
    dice = snapshot.throw(np.random.default_rng(3), pictures)
    mirrored = (dice.matrices[:, 1, 1] < 0).mean()
    assert 0.4 < mirrored < 0.6


def test_without_dice_that_change_anything_the_image_stays() -> None:
    picture = _picture()
    same = np.array([[[1.0, 0, 0], [0, 1, 0]]])
    moved = snapshot.move(picture, snapshot.Dice(same, np.ones((1, 3), np.float32)))
    np.testing.assert_array_equal(moved, picture)
