from __future__ import annotations

import numpy as np
from support import linear_network

from clothier.calibrate import softmax
from clothier.explain import occlusion
from clothier.predict import Predictor


def test_heat_is_the_fall_of_the_probability_where_a_box_is_covered() -> None:
    image = linear_network.pictures(1)[0]
    falls = occlusion.heat(Predictor(linear_network.bundle(), 1).predict, image, 1)

    temperature = linear_network.calibration().temperature
    edges = np.linspace(0, 8, occlusion.PARTS + 1)
    around = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    wanted, times = np.zeros((8, 8)), np.zeros((8, 8))
    before = softmax(linear_network.outputs(image[np.newaxis])[0], temperature)[0, 1]
    for top in range(occlusion.PARTS):
        for left in range(occlusion.PARTS):
            covered = image.copy()
            hidden = np.zeros((8, 8), bool)
            for row in range(8):
                for column in range(8):
                    down = edges[top] < row + 0.5 < edges[min(top + 2, occlusion.PARTS)]
                    across = edges[left] < column + 0.5 < edges[min(left + 2, occlusion.PARTS)]
                    hidden[row, column] = down and across
            covered[hidden] = np.median(around)
            after = softmax(linear_network.outputs(covered[np.newaxis])[0], temperature)[0, 1]
            wanted += hidden * (before - after)
            times += hidden
    assert times.min() >= 1
    np.testing.assert_allclose(falls, wanted / times, atol=1e-5)


def test_what_speaks_for_a_class_is_orange_against_it_blue_and_nothing_clear() -> None:
    drawn = occlusion.overlay(np.array([[0.5, -0.25], [0.0, 0.001]], np.float32))
    assert drawn.shape == (2, 2, 4)
    assert drawn[0, 0].tolist() == [*occlusion.ORANGE, 200]
    assert drawn[0, 1].tolist() == [*occlusion.BLUE, 100]
    assert drawn[1, 0, 3] == drawn[1, 1, 3] == 0
    assert occlusion.overlay(np.full((2, 2), 1e-4, np.float32))[..., 3].max() <= 1


def test_covers_hide_every_pixel_of_any_image() -> None:
    for shape in ((1, 1, 1), (1, 9, 3), (224, 100, 1)):
        image = np.zeros(shape, np.uint8)
        image[1:-1, 1:-1] = 255  # within a black edge, with which it is covered
        first, *covered = occlusion.covered(image)
        np.testing.assert_array_equal(first, image)
        assert 1 + len(covered) == occlusion.passes((shape[0], shape[1], shape[2]))
        assert not np.min(covered, axis=0).any()
