from __future__ import annotations

import numpy as np
import pytest

from clothier import plots
from clothier.errors import InputError
from clothier.values import Floats


def maps(height: int, width: int, channels: int, lowest: float = 0.0) -> Floats:
    """Each value occurs once, so that a drawn pixel tells where it came from."""
    count = height * width * channels
    order = np.random.default_rng(0).permutation(count).reshape(height, width, channels)
    return (order + lowest).astype(np.float32)


@pytest.mark.parametrize(("height", "width", "channels"), [(26, 26, 32), (3, 3, 20), (1, 1, 512), (9, 40, 1)])
def test_every_channel_is_drawn_whole_sixteen_to_a_row(height: int, width: int, channels: int) -> None:
    drawn = maps(height, width, channels)
    axes = plots.feature_maps(drawn, "layer").axes[0]
    mosaic = np.ma.filled(np.ma.masked_invalid(np.asarray(axes.images[0].get_array())), np.nan)
    tops: list[int] = []
    lefts: list[int] = []
    for channel in range(channels):
        rows, columns = np.nonzero(np.isin(mosaic, drawn[..., channel]))
        block = mosaic[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        zoom = block.shape[0] // height
        assert block.shape == (height * zoom, width * zoom)
        assert np.array_equal(block, np.kron(drawn[..., channel], np.ones((zoom, zoom))))
        tops.append(int(rows.min()))
        lefts.append(int(columns.min()))
    places = sorted(set(tops)), sorted(set(lefts))
    assert [places[0].index(top) for top in tops] == [channel // 16 for channel in range(channels)]
    assert [places[1].index(left) for left in lefts] == [channel % 16 for channel in range(channels)]


def test_one_scale_for_all_channels_reaching_down_only_as_far_as_the_values() -> None:
    (low, high), (lower, _), (still, some) = (
        plots.feature_maps(drawn, "layer").axes[0].images[0].get_clim()
        for drawn in (maps(2, 2, 3), maps(2, 2, 3, lowest=-5), np.zeros((2, 2, 3), np.float32))
    )
    assert (low, high) == (0, 11)
    assert lower == -5
    assert still == 0 < some  # a layer that is silent is drawn all the same


def test_heat_lies_over_the_image_and_hides_nothing_where_it_is_zero() -> None:
    image = np.random.default_rng(1).integers(0, 256, (6, 5, 1), dtype=np.uint8)
    heat = np.linspace(0, 1, 30, dtype=np.float32).reshape(6, 5)
    alone, under = plots.heat_overlay(image, heat, "title").axes[:2]
    assert [len(axes.images) for axes in (alone, under)] == [1, 2]
    for axes in (alone, under):
        assert np.array_equal(np.asarray(axes.images[0].get_array()).reshape(image.shape), image)
    over = under.images[1]
    assert np.array_equal(np.asarray(over.get_array()), heat)
    alpha = np.asarray(over.get_alpha())
    assert alpha[0, 0] == 0
    assert (np.diff(alpha.ravel()) > 0).all()
    assert alpha.max() < 1  # the image still shows where the heat is highest


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"^maps are \(3, 3, 0\); wanted \(height, width, channels\), at least"
    ):
        plots.feature_maps(np.zeros((3, 3, 0), np.float32), "layer")
    with pytest.raises(
        InputError, match=r"^heat is \(3, 3\) over an image of \(4, 3\); wanted the same size$"
    ):
        plots.heat_overlay(np.zeros((4, 3, 1), np.uint8), np.zeros((3, 3), np.float32), "title")
