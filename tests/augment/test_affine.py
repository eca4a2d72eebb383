from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from clothier.augment.affine import warp
from clothier.values import Images


def _slow_warp(image: npt.NDArray[np.float64], matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bilinear resampling of one grey image in float64, one pixel at a time."""
    height, width = image.shape
    out = np.empty_like(image)
    for row in range(height):
        for column in range(width):
            y, x = matrix @ (row, column, 1.0)
            y, x = np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)
            total = 0.0
            for r in {int(np.floor(y)), int(np.ceil(y))}:
                for c in {int(np.floor(x)), int(np.ceil(x))}:
                    total += image[r, c] * max(0.0, 1 - abs(y - r)) * max(0.0, 1 - abs(x - c))
            out[row, column] = total
    return out


@pytest.mark.parametrize(("num", "height", "width"), [(20, 9, 13), (1, 6, 900)])
def test_every_pixel_agrees_with_a_slow_reference(num: int, height: int, width: int) -> None:
    """Half a grey level of rounding, and float32's share, which does not grow with the picture."""
    rng = np.random.default_rng(0)
    images: Images = rng.integers(0, 256, (num, height, width, 3), dtype=np.uint8)
    matrices = np.concatenate(
        [np.eye(2) + rng.normal(0, 0.3, (num, 2, 2)), rng.normal(0, 3, (num, 2, 1))], axis=2
    )
    warped = warp(images, matrices)
    for n in range(num):
        for channel in range(3):
            expected = _slow_warp(images[n, :, :, channel].astype(np.float64), matrices[n])
            assert np.abs(warped[n, :, :, channel] - expected).max() <= 0.5 + 1e-4


@pytest.mark.parametrize("side", [1, 2, 28])
def test_identity_changes_nothing(side: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, side, side, 1), dtype=np.uint8)
    np.testing.assert_array_equal(warp(images, np.tile(np.eye(2, 3), (3, 1, 1))), images)


def test_a_shift_repeats_the_edge() -> None:
    image = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1)
    moved = warp(image, np.array([[[1.0, 0, 0], [0, 1, 2]]]))
    np.testing.assert_array_equal(moved[0, :, :, 0], image[0, :, [2, 3, 3, 3], 0].T)


def test_the_input_is_left_alone() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 1), dtype=np.uint8)
    before = images.copy()
    warp(images, np.tile(np.array([[1.0, 0.2, 1], [0.1, 1, 0]]), (3, 1, 1)))
    np.testing.assert_array_equal(images, before)
