from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clothier.augment import wild
from clothier.augment.wild import Dice
from clothier.values import Images


def _images(num: int, height: int, width: int, channels: int = 1) -> Images:
    shape = (num, height, width, channels)
    images = np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)
    images[:, : height // 4] = 0  # background
    return images


def _still(images: Images) -> Dice:
    """Dice that change nothing but pixels too dark to be all thing."""
    num, height, width, _ = images.shape
    return Dice(
        places=np.tile(np.eye(2, 3), (num, 1, 1)),
        ends=np.tile([0, 255], (num, 1)),
        scraps=np.zeros((num, 4)),
        bites=np.zeros((num, 4)),
        lights=np.zeros((num, wild.GRID, wild.GRID), np.int64),
        grain=np.zeros((num, height, width), np.int64),
        blur=np.zeros(num, np.int64),
    )


def _place(plane: Images, place: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]  # of any kind
    """The plane (height, width) resampled in float64, black outside."""
    height, width = plane.shape
    framed = np.pad(plane, 1).astype(np.float64)
    made = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            row, column = place @ (y, x, 1) + 1
            row, column = min(max(row, 0), height + 1), min(max(column, 0), width + 1)
            top, left = int(row), int(column)
            down, across = row - top, column - left
            for dy, dx, share in (
                (0, 0, (1 - down) * (1 - across)),
                (0, 1, (1 - down) * across),
                (1, 0, down * (1 - across)),
                (1, 1, down * across),
            ):
                if share:
                    made[y, x] += share * framed[top + dy, left + dx]
    return np.floor(made + 0.5)


def _background(lights: np.ndarray, height: int, width: int) -> np.ndarray:  # type: ignore[type-arg]  # of any kind
    made = np.zeros((height, width), np.int64)
    for y in range(height):
        for x in range(width):
            down, across = (
                64 * (wild.GRID - 1) * place // max(side - 1, 1) for place, side in ((y, height), (x, width))
            )
            for row in range(wild.GRID):
                for column in range(wild.GRID):
                    made[y, x] += (
                        max(0, 64 - abs(down - 64 * row))
                        * max(0, 64 - abs(across - 64 * column))
                        * lights[row, column]
                    )
    return made // 4096


def _inside(ellipse: np.ndarray, y: int, x: int) -> bool:  # type: ignore[type-arg]  # of any kind
    row, column, tall, wide = ellipse.tolist()
    return bool(tall and ((y - row) / tall) ** 2 + ((x - column) / wide) ** 2 <= 1)


def _reference(images: Images, dice: Dice) -> Images:
    num, height, width, channels = images.shape
    made = np.empty_like(images)
    kernel = np.outer([1, 0, 0], [1, 0, 0])
    for n in range(num):
        around = np.clip(_background(dice.lights[n], height, width) + dice.grain[n], 0, 255)
        dark, light = dice.ends[n].tolist()
        beside = int(dice.blur[n])
        kernel = np.outer([beside, 256 - 2 * beside, beside], [beside, 256 - 2 * beside, beside])
        for c in range(channels):
            plane = _place(images[n, :, :, c], dice.places[n])
            drawn = np.zeros((height, width), np.int64)
            for y in range(height):
                for x in range(width):
                    level = 0 if _inside(dice.bites[n], y, x) else int(plane[y, x])
                    share = min(level, wild.SOLID)
                    behind = int(around[y, x]) if _inside(dice.scraps[n], y, x) else 0
                    thing = 255 * dark + (light - dark) * level
                    drawn[y, x] = (share * thing + (wild.SOLID - share) * 255 * behind) // (255 * wild.SOLID)
            windows = np.lib.stride_tricks.sliding_window_view(np.pad(drawn, 1, "edge"), (3, 3))
            made[n, :, :, c] = np.clip((windows * kernel).sum(axis=(2, 3)) // 65536, 0, 255)
    return made


@pytest.mark.parametrize("shape", [(40, 14, 14, 1), (10, 9, 17, 3), (3, 1, 1, 1), (3, 1, 7, 1)])
def test_every_pixel_agrees_with_a_slow_reference(shape: tuple[int, int, int, int]) -> None:
    images = _images(*shape)
    dice = wild.throw(np.random.default_rng(1), images)
    dice = replace(dice, places=np.round(dice.places * 256) / 256)  # float32 then makes no other ties
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
        lights=np.full((1, wild.GRID, wild.GRID), 170),
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
    assert (dice.lights.min(), dice.lights.max()) == (0, 255)
    assert (dice.grain.min(), dice.grain.max()) == (-wild.GRAIN, wild.GRAIN)
    assert (dice.blur.min(), dice.blur.max()) == (round(256 * wild.BLUR[0]), round(256 * wild.BLUR[1]))
    for ellipses, probability in ((dice.scraps, wild.SCRAP), (dice.bites, wild.BITE)):
        there = (ellipses[:, 2:] > 0).all(axis=1)
        assert there.mean() == pytest.approx(probability, abs=0.015)
        assert (ellipses[~there, 2:] == 0).all()
