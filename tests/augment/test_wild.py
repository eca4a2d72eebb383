from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from clothier.augment import wild
from clothier.augment.wild import Dice
from clothier.values import Images

Array = npt.NDArray[Any]


def _images(num: int, height: int, width: int, channels: int = 1) -> Images:
    shape = (num, height, width, channels)
    images = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    images[:, : height // 4] = 0  # background
    return images


def _still(images: Images) -> Dice:
    """Dice that change nothing but pixels too dark to be all thing."""
    num, height, width, _ = images.shape
    grid = (num, wild.GRID, wild.GRID)
    return Dice(
        places=np.tile(np.eye(2, 3), (num, 1, 1)),
        bends=np.zeros((*grid, 2), np.int64),
        ends=np.tile([0, 255], (num, 1)),
        folds=np.zeros(grid, np.int64),
        scraps=np.zeros((num, 4)),
        bites=np.zeros((num, 4)),
        ground=np.zeros(grid, np.int64),
        grain=np.zeros((num, height, width), np.int64),
        blur=np.zeros(num, np.int64),
    )


def _between(grid: Array, height: int, width: int) -> Array:
    """The grid enlarged: each pixel takes its places' values by hat functions, in float64."""

    def hats(side: int) -> Array:
        at = np.arange(side)[:, np.newaxis] * (wild.GRID - 1) * 64 // max(side - 1, 1) / 64
        return np.asarray(np.maximum(0, 1 - np.abs(at - np.arange(wild.GRID))))

    return hats(height) @ grid @ hats(width).T


def _resampled(plane: Images, rows: Array, columns: Array) -> Array:
    """The plane between its pixels, in float64, by hat functions; black outside."""
    height, width = plane.shape
    down = np.maximum(0, 1 - np.abs(rows[..., np.newaxis] - np.arange(height)))
    across = np.maximum(0, 1 - np.abs(columns[..., np.newaxis] - np.arange(width)))
    return np.asarray(np.floor(np.einsum("yxr,yxc,rc->yx", down, across, plane.astype(np.float64)) + 0.5))


def _ellipse(ellipse: Array, height: int, width: int) -> Array:
    row, column, tall, wide = ellipse
    if not tall:
        return np.zeros((height, width), np.bool_)
    y, x = np.mgrid[:height, :width]
    return np.asarray(((y - row) / tall) ** 2 + ((x - column) / wide) ** 2 <= 1)


def _reference(images: Images, dice: Dice) -> Images:
    num, height, width, channels = images.shape
    made = np.empty_like(images)
    y, x = np.mgrid[:height, :width]
    for n in range(num):
        rows, columns = (
            dice.places[n, axis, 0] * y
            + dice.places[n, axis, 1] * x
            + dice.places[n, axis, 2]
            + _between(dice.bends[n, :, :, axis] / 256, height, width)
            for axis in (0, 1)
        )
        folds = np.floor(_between(dice.folds[n], height, width))
        ground = np.floor(_between(dice.ground[n], height, width)) + dice.grain[n]
        behind = np.where(_ellipse(dice.scraps[n], height, width), np.clip(ground, 0, 255), 0)
        dark, light = dice.ends[n]
        kernel = np.array([dice.blur[n], 256 - 2 * dice.blur[n], dice.blur[n]])
        for c in range(channels):
            level = _resampled(images[n, :, :, c], rows, columns)
            level[_ellipse(dice.bites[n], height, width)] = 0
            thing = np.clip((255 * dark + (light - dark) * level) // 255 + folds, 0, 255)
            share = np.minimum(level, wild.SOLID)
            drawn = (share * thing + (wild.SOLID - share) * behind) // wild.SOLID
            windows = np.lib.stride_tricks.sliding_window_view(np.pad(drawn, 1, "edge"), (3, 3))
            smooth = np.einsum("yxrc,r,c->yx", windows, kernel, kernel) // 65536
            made[n, :, :, c] = np.clip(smooth, 0, 255)
    return made


@pytest.mark.parametrize("shape", [(40, 14, 14, 1), (10, 9, 17, 3), (3, 1, 1, 1), (3, 1, 7, 1)])
def test_every_pixel_agrees_with_a_slow_reference(shape: tuple[int, int, int, int]) -> None:
    images = _images(*shape)
    dice = wild.throw(np.random.default_rng(1), images)
    np.testing.assert_array_equal(wild.move(images, dice), _reference(images, dice))


def test_dice_that_say_so_leave_a_thing_alone() -> None:
    images = np.maximum(_images(3, 12, 10), wild.SOLID)
    np.testing.assert_array_equal(wild.move(images, _still(images)), images)


def test_background_stays_black_where_no_scrap_shows() -> None:
    images = np.zeros((2, 12, 10, 1), np.uint8)
    dice = replace(_still(images), ends=np.array([[200, 40], [255, 255]]), grain=np.full((2, 12, 10), 30))
    assert not wild.move(images, dice).any()


def test_a_scrap_over_all_fills_the_background_alone() -> None:
    images = np.zeros((1, 12, 10, 1), np.uint8)
    images[0, 4:8, 3:7] = 255
    everywhere = np.array([[5.5, 4.5, 100, 100]])
    dice = replace(
        _still(images),
        ends=np.array([[0, 90]]),
        scraps=everywhere,
        ground=np.full((1, wild.GRID, wild.GRID), 170),
    )
    assert np.array_equal(wild.move(images, dice), np.where(images == 255, 90, 170))


def test_what_is_moved_in_is_background() -> None:
    images = np.full((1, 8, 8, 1), 255, np.uint8)
    moved = wild.move(images, replace(_still(images), places=np.array([[[1.0, 0, -3], [0, 1, 0]]])))
    assert moved[0, :, 0, 0].tolist() == [0, 0, 0, 255, 255, 255, 255, 255]


def test_blurring_keeps_the_light_and_sharpening_widens_its_range() -> None:
    image = np.full((1, 9, 9, 1), 100, np.uint8)
    image[0, 3:6, 3:6] = 150
    blurred, sharpened = (
        wild.move(image, replace(_still(image), blur=np.array([weight]))).astype(int) for weight in (64, -38)
    )
    assert blurred.sum() == pytest.approx(image.sum(dtype=int), rel=0.01)
    assert blurred.max() <= 150 < sharpened.max()
    assert sharpened.min() < 100


def test_a_thing_in_the_middle_stays_near_it_and_keeps_its_area_times_the_scale() -> None:
    images = np.zeros((1000, 28, 28, 1), np.uint8)
    images[:, 10:18, 10:18] = 255
    dice = wild.throw(np.random.default_rng(2), images)
    plain = replace(
        _still(images), places=dice.places
    )  # of all the dice, only what moves the thing as a whole
    moved = wild.move(images, plain)[..., 0].astype(float)
    area = moved.sum(axis=(1, 2)) / 255
    expected = 64 / np.abs(np.linalg.det(dice.places[:, :, :2]))
    np.testing.assert_allclose(area, expected, rtol=0.08)
    rows = (moved.sum(axis=2) * np.arange(28)).sum(axis=1) / moved.sum(axis=(1, 2))
    assert abs(rows.mean() - 13.5) < 0.1
    assert np.abs(rows - 13.5).max() <= wild.SHIFT * 28 + 0.1


def test_dice_are_within_their_ranges_and_as_frequent_as_stated() -> None:
    dice = wild.throw(np.random.default_rng(0), np.empty((20_000, 6, 8, 1), np.uint8))
    assert (dice.ends.min(), dice.ends.max()) == wild.LEVELS
    assert (dice.folds.min(), dice.folds.max()) == (-wild.FOLDS, wild.FOLDS)
    assert (dice.ground.min(), dice.ground.max()) == (0, 255)
    assert np.abs(dice.bends[..., 0]).max() == pytest.approx(256 * 6 * wild.BEND, rel=0.01)
    assert np.abs(dice.bends[..., 1]).max() == pytest.approx(256 * 8 * wild.BEND, rel=0.01)
    assert (dice.grain.min(), dice.grain.max()) == (-wild.GRAIN, wild.GRAIN)
    assert (dice.blur.min(), dice.blur.max()) == (round(256 * wild.BLUR[0]), round(256 * wild.BLUR[1]))
    for ellipses, probability in ((dice.scraps, wild.SCRAP), (dice.bites, wild.BITE)):
        there = (ellipses[:, 2:] > 0).all(axis=1)
        assert there.mean() == pytest.approx(probability, abs=0.015)
        assert (ellipses[~there, 2:] == 0).all()
