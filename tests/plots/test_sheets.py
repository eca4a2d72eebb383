"""Sheets of images, and one image enlarged."""

from __future__ import annotations

import numpy as np
import pytest
from support.drawn_figures import LABELS, boxes, names, overlapping, pictures, texts

from clothier import plots
from clothier.errors import InputError


@pytest.mark.parametrize(("height", "width", "channels"), [(9, 7, 1), (5, 50, 3), (300, 200, 3)])
def test_a_sample_sheet_names_each_image(height: int, width: int, channels: int) -> None:
    images, labels = pictures(8, height, width, channels), np.arange(8) % 3
    (axes,) = plots.sample_sheet(images, labels, ["a", "b", "c"], columns=5).axes
    assert [text.get_text() for text in axes.texts] == ["a", "b", "c", "a", "b", "c", "a", "b"]
    for index, (shown, text) in enumerate(zip(axes.images, axes.texts, strict=True)):
        left, right, bottom, top = shown.get_extent()
        assert int(left) == index % 5  # five to a row
        assert (bottom - top) / (right - left) == pytest.approx(height / width)
        assert left < text.get_position()[0] < right
        assert bottom < text.get_position()[1] < bottom + 0.25
        assert np.array_equal(np.asarray(shown.get_array()).reshape(images[index].shape), images[index])


def test_grey_is_drawn_as_it_is() -> None:
    (axes,) = plots.sample_sheet(pictures(1), LABELS[:1], ["a"]).axes
    black, white = axes.images[0].to_rgba(np.array([0, 255]))
    assert tuple(black) == (0, 0, 0, 1)
    assert tuple(white) == (1, 1, 1, 1)


def test_names_under_images_never_touch() -> None:
    wide = ["W" * 50, "i" * 200, "a b" * 30]
    figure = plots.sample_sheet(pictures(12), np.arange(12) % 3, wide)
    assert overlapping(boxes(figure, figure.axes[0].texts)) == 0
    assert all(text.get_text().endswith("…") for text in figure.axes[0].texts)


def test_a_class_sheet_gives_each_class_its_row() -> None:
    images, labels = pictures(7), np.array([2, 0, 2, 0, 2, 2, 2])
    (axes,) = plots.class_sheet(images, labels, ["shoe", "none of these", "bag"], per_class=3).axes
    assert [text.get_text() for text in axes.texts] == ["shoe", "none of these", "bag"]
    height = images.shape[1] / images.shape[2]
    rows = [int(shown.get_extent()[3] / height) for shown in axes.images]
    assert rows == [0, 0, 2, 2, 2]
    for shown, index in zip(axes.images, [1, 3, 0, 2, 4], strict=True):
        assert np.array_equal(np.asarray(shown.get_array())[..., np.newaxis], images[index])


def test_sheets_of_nothing_are_refused() -> None:
    with pytest.raises(InputError, match=r"^0 images in 6 columns; wanted at least one of each$"):
        plots.sample_sheet(pictures(0), LABELS[:0], ["a"])
    with pytest.raises(InputError, match=r"^4 images in 0 columns; wanted at least one of each$"):
        plots.sample_sheet(pictures(4), LABELS[:4], names(4), columns=0)
    with pytest.raises(InputError, match=r"^4 images, 0 a class; wanted at least one of each$"):
        plots.class_sheet(pictures(4), LABELS[:4], names(4), per_class=0)


def test_an_enlarged_grey_image_runs_from_white_to_black() -> None:
    axes, scale = plots.enlarged(pictures(1)[0], "one").axes[0], plots.enlarged(pictures(1)[0], "one")
    white, black = axes.images[0].to_rgba(np.array([0, 255]))
    assert tuple(white) == (1, 1, 1, 1)
    assert tuple(black) == (0, 0, 0, 1)
    assert axes.get_xlim() == (-0.5, 6.5)
    assert axes.get_ylim() == (8.5, -0.5)  # the first row on top
    assert {"0", "255"} <= {text.get_text() for text in texts(scale)}


def test_an_enlarged_colour_image_keeps_its_colours_and_needs_no_scale() -> None:
    image = pictures(1, channels=3)[0]
    figure = plots.enlarged(image, "one")
    assert np.array_equal(np.asarray(figure.axes[0].images[0].get_array()), image)
    assert len(figure.findobj(lambda artist: artist.get_label() == "pixel value")) == 0
    assert "255" not in {text.get_text() for text in texts(figure)}


def test_a_sheet_of_more_than_a_hundred_classes_shows_the_first() -> None:
    labels = np.arange(150) % 150
    figure = plots.class_sheet(pictures(150), labels, names(150), title="shoes")
    assert len(figure.axes[0].images) == len(figure.axes[0].texts) == 100
    assert figure.texts[0].get_text() == "shoes, the first 100 of 150 classes"
    assert not plots.class_sheet(pictures(100), labels[:100], names(100)).texts
