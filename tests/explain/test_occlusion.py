from __future__ import annotations

import numpy as np
from predict import made
from serve.in_process import finished

from clothier.calibrate import softmax
from clothier.predict import Predictor
from clothier.serve import heatmap
from clothier.serve.engine import Batcher


def test_heat_is_the_fall_of_the_probability_where_a_box_is_covered() -> None:
    batcher = Batcher(Predictor(made.bundle(), 1))
    image = made.pictures(1)[0]
    falls = finished(heatmap.occlusion(batcher, image, 1))
    batcher.close()

    temperature = made.calibration().temperature
    edges = np.linspace(0, 8, heatmap.PARTS + 1)
    around = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    wanted, times = np.zeros((8, 8)), np.zeros((8, 8))
    before = softmax(made.outputs(image[np.newaxis])[0], temperature)[0, 1]
    for top in range(heatmap.PARTS):
        for left in range(heatmap.PARTS):
            covered = image.copy()
            hidden = np.zeros((8, 8), bool)
            for row in range(8):
                for column in range(8):
                    down = edges[top] < row + 0.5 < edges[min(top + 2, heatmap.PARTS)]
                    across = edges[left] < column + 0.5 < edges[min(left + 2, heatmap.PARTS)]
                    hidden[row, column] = down and across
            covered[hidden] = np.median(around)
            after = softmax(made.outputs(covered[np.newaxis])[0], temperature)[0, 1]
            wanted += hidden * (before - after)
            times += hidden
    assert times.min() >= 1
    np.testing.assert_allclose(falls, wanted / times, atol=1e-5)


def test_what_speaks_for_a_class_is_orange_against_it_blue_and_nothing_clear() -> None:
    drawn = heatmap.drawn(np.array([[0.5, -0.25], [0.0, 0.001]], np.float32))
    assert drawn.shape == (2, 2, 4)
    assert drawn[0, 0].tolist() == [*heatmap.ORANGE, 200]
    assert drawn[0, 1].tolist() == [*heatmap.BLUE, 100]
    assert drawn[1, 0, 3] == drawn[1, 1, 3] == 0
    assert heatmap.drawn(np.full((2, 2), 1e-4, np.float32))[..., 3].max() <= 1


def test_covers_hide_every_pixel_of_any_image() -> None:
    for shape in ((1, 1, 1), (1, 9, 3), (224, 100, 1)):
        image = np.zeros(shape, np.uint8)
        image[1:-1, 1:-1] = 255  # within a black edge, with which it is covered
        first, *covered = heatmap._covered(image)
        np.testing.assert_array_equal(first, image)
        assert 1 + len(covered) == heatmap.passes((shape[0], shape[1], shape[2]))
        assert not np.min(covered, axis=0).any()
