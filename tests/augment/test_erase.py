from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from clothier.augment import erase
from clothier.augment.boxes import paste


def _published(rng: np.random.Generator, height: int, width: int) -> tuple[float, float, float, float]:
    """Algorithm 1 of the paper, one image at a time: (top, left, height, width) in whole pixels."""
    while True:
        area = rng.uniform(0.02, 0.4) * height * width
        aspect = rng.uniform(0.3, 1 / 0.3)
        tall, wide = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        top, left = int(rng.integers(height)), int(rng.integers(width))
        if top + tall <= height and left + wide <= width:
            return top, left, tall, wide


@pytest.mark.parametrize(("height", "width"), [(28, 28), (20, 40)])
def test_rectangles_are_distributed_as_published(height: int, width: int) -> None:
    rng = np.random.default_rng(0)
    dice = erase.throw(rng, np.empty((40_000, height, width, 1), np.uint8))
    erased = dice.boxes[:, 2] > 0
    assert erased.mean() == pytest.approx(0.5, abs=0.01)
    ours = dice.boxes[erased]
    theirs: npt.NDArray[np.float64] = np.array([_published(rng, height, width) for _ in range(20_000)])
    np.testing.assert_allclose(ours.mean(0), theirs.mean(0), rtol=0.04)
    np.testing.assert_allclose(ours.std(0), theirs.std(0), rtol=0.04)
    np.testing.assert_allclose(np.corrcoef(ours.T), np.corrcoef(theirs.T), atol=0.04)
    assert ((ours[:, :2] + ours[:, 2:]) <= (height, width)).all()


def test_noise_is_every_level_alike_and_goes_where_the_box_is() -> None:
    images = np.full((300, 28, 28, 3), 7, np.uint8)
    dice = erase.throw(np.random.default_rng(0), images)
    assert np.bincount(dice.noise.ravel()) / dice.noise.size == pytest.approx(1 / 256, rel=0.1)
    np.testing.assert_array_equal(erase.move(images, dice), paste(images, dice.boxes, dice.noise))


def test_a_picture_in_which_no_rectangle_fits_stays_whole() -> None:
    images = np.full((20, 1, 10_000, 1), 7, np.uint8)
    dice = erase.throw(np.random.default_rng(0), images)
    np.testing.assert_array_equal(dice.boxes, 0)
    np.testing.assert_array_equal(erase.move(images, dice), images)
