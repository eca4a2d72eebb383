"""corruptions: what cameras and people do to photos."""

from __future__ import annotations

import numpy as np
import pytest

from clothier.augment import corruptions
from clothier.augment.corruptions import KINDS, PROBABILITY, Dice

PHOTOS = np.random.default_rng(0).integers(40, 216, (6, 30, 40, 3), dtype=np.uint8)


def _dice(kind: int, strength: float) -> Dice:
    count = len(PHOTOS)
    return Dice(np.full(count, kind), np.full(count, strength), np.arange(count))


@pytest.mark.parametrize("kind", range(len(KINDS)), ids=[kind.__name__ for kind in KINDS])
def test_the_stronger_the_further_from_the_photo(kind: int) -> None:
    far = [
        np.abs(corruptions.move(PHOTOS, _dice(kind, strength)).astype(int) - PHOTOS).mean()
        for strength in (0.2, 1.0)
    ]
    assert far[0] <= far[1] and far[1] > 0


def test_as_many_as_the_probability_says_suffer_one() -> None:
    photos = np.repeat(PHOTOS, 200, axis=0)
    dice = corruptions.throw(np.random.default_rng(1), photos)
    moved = corruptions.move(photos, dice)
    changed = (moved != photos).any(axis=(1, 2, 3))
    assert abs((dice.kinds >= 0).mean() - PROBABILITY) < 0.05
    assert not changed[dice.kinds < 0].any()
    assert set(dice.kinds) == set(range(-1, len(KINDS)))


def test_a_blur_keeps_the_mean_and_smooths() -> None:
    moved = corruptions.move(PHOTOS, _dice(1, 1.0)).astype(float)
    assert abs(moved.mean() - PHOTOS.mean()) < 3
    assert moved.std() < 0.5 * PHOTOS.std()


def test_the_photos_themselves_stay() -> None:
    before = PHOTOS.copy()
    corruptions.move(PHOTOS, _dice(0, 1.0))
    np.testing.assert_array_equal(PHOTOS, before)
