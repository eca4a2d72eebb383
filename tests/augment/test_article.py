from __future__ import annotations

import numpy as np
import pytest
from keras.src.legacy.preprocessing.image import apply_affine_transform

from clothier.augment import article
from clothier.values import Images


def _images(channels: int = 1, num: int = 40, side: int = 28) -> Images:
    return np.random.default_rng(5).integers(0, 256, (num, side, side, channels), dtype=np.uint8)


# Keras reaches SciPy by an old name.
@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_dice_move_the_same_pixels_as_keras(channels: int) -> None:
    images = _images(channels)
    dice = article.throw(np.random.default_rng(1), images)
    moved = article.move(images, dice)
    for n, image in enumerate(images):
        expected = apply_affine_transform(
            image.astype(np.float64),
            theta=dice.rotation[n],
            tx=dice.shift_x[n],
            ty=dice.shift_y[n],
            shear=dice.shear[n],
            zx=dice.zoom_x[n],
            zy=dice.zoom_y[n],
            row_axis=0,
            col_axis=1,
            channel_axis=2,
        )
        assert np.abs(moved[n] - expected).max() <= 0.5 + 1e-4  # half a grey level: ours is rounded


def test_dice_are_independent_and_within_the_published_ranges() -> None:
    dice = article.throw(np.random.default_rng(0), _images(num=20_000, side=10))
    drawn = np.stack(list(vars(dice).values()))
    for values, reach in zip(drawn, (8, 0.8, 0.8, 0.3, 0.08, 0.08), strict=True):
        middle = 1 if reach == 0.08 else 0
        assert np.abs(values - middle).max() <= reach
        assert np.abs(values - middle).max() > 0.99 * reach
        assert values.std() == pytest.approx(reach / np.sqrt(3), rel=0.02)
    assert np.abs(np.corrcoef(drawn) - np.eye(6)).max() < 0.03
