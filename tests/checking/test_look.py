"""What is told of pictures by themselves is the same one by one and together."""

from __future__ import annotations

import numpy as np
import pytest

from clothier.checking.look import look, look_together


@pytest.mark.parametrize("shape", [(28, 28, 1), (40, 33, 3), (1, 5, 3)])
def test_together_is_as_one_by_one(shape: tuple[int, int, int]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (9, *shape)).astype(np.uint8)
    images[0] = 7
    images[1] //= 9
    for image, one in zip(images, look_together(images), strict=True):
        other = look(image)
        assert (one.low, one.high) == pytest.approx((other.low, other.high))
        assert np.isnan(one.blur) and np.isnan(other.blur)
        np.testing.assert_allclose(one.border, other.border)
        np.testing.assert_array_equal(one.bits, other.bits)
        np.testing.assert_array_equal(one.small, other.small)
