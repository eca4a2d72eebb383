from __future__ import annotations

import numpy as np
from support.pictures import colours

from clothier import calibrate


def test_views_are_the_image_its_mirror_a_crop_and_another_light() -> None:
    images = np.stack([colours(), colours()[::-1]])
    same, mirror, crop, light = calibrate.views(images)
    assert calibrate.NUM_VIEWS == 4
    np.testing.assert_array_equal(same, images)
    np.testing.assert_array_equal(mirror, images[:, :, ::-1])
    assert crop.shape == light.shape == images.shape
    assert crop.dtype == light.dtype == np.uint8
    # A crop of a slope is the slope, less steep and from another start.
    steep, gentle = (np.diff(each[0, 15, 5:-5, 1].astype(np.float64)).mean() for each in (images, crop))
    assert 0.8 < gentle / steep < 1
    factor = light[0][images[0] > 50] / images[0][images[0] > 50]
    assert factor.std() < 0.02
    assert 0.69 < factor.mean() < 1.31
    for one, other in zip(calibrate.views(images), calibrate.views(images), strict=True):
        np.testing.assert_array_equal(one, other)
