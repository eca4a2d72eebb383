from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from clothier import plots
from clothier.errors import InputError
from clothier.plots.canvas import BLUE, RED
from clothier.values import Images, Labels

NAMES = ("hat", "T-shirt/top", "W" * 60)
LABELS: Labels = np.array([0, 1, 2, 1, 0, 2, 1])
PREDICTED: Labels = np.array([0, 2, 2, 0, 0, 1, 1])


def pictures(num_images: int, channels: int = 1) -> Images:
    return np.random.default_rng(3).integers(0, 256, (num_images, 8, 6, channels), dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_each_image_is_titled_predicted_and_true(channels: int) -> None:
    images = pictures(7, channels)
    (axes,) = plots.prediction_grid(images, LABELS, PREDICTED, ("a", "b", "c")).axes
    assert [text.get_text() for text in axes.texts] == [
        "✓ a\n(a)", "✗ c\n(b)", "✓ c\n(c)", "✗ a\n(b)", "✓ a\n(a)", "✗ b\n(c)", "✓ b\n(b)",
    ]  # fmt: skip
    assert [text.get_color() for text in axes.texts] == [BLUE, RED, BLUE, RED, BLUE, RED, BLUE]
    for index, (shown, text) in enumerate(zip(axes.images, axes.texts, strict=True)):
        left, right, bottom, top = shown.get_extent()
        assert int(left) == index % 5  # five to a row
        assert (bottom - top) / (right - left) == pytest.approx(8 / 6)
        assert text.get_position()[1] < top  # y points down: the title is above
        assert np.array_equal(np.asarray(shown.get_array()).reshape(images[index].shape), images[index])


def test_probabilities_stand_beside_the_predicted_class() -> None:
    probabilities = np.array([1.0, 0.99999, 0.5, 0.1234], np.float32)
    (axes,) = plots.prediction_grid(
        pictures(4), LABELS[:4], PREDICTED[:4], ("a", "b", "c"), probabilities
    ).axes
    first = [text.get_text().partition("\n")[0] for text in axes.texts]
    assert first == ["✓ a 100%", "✗ c 99.9%", "✓ c 50.0%", "✗ a 12.3%"]


FILES = ("a.png", "$hats/W 1.png", *(f"{'W' * 40}/{'w' * 40}{row}.png" for row in range(5)))


def test_the_end_of_the_path_of_its_file_stands_above_an_image() -> None:
    (axes,) = plots.prediction_grid(pictures(7), LABELS, PREDICTED, ("a", "b", "c"), files=FILES).axes
    shown = [text.get_text() for text in axes.texts][1::2]
    assert shown[:2] == ["a.png", r"\$hats/W 1.png"]
    for file, text in zip(FILES[2:], shown[2:], strict=True):
        assert text.startswith("…")
        assert file.endswith(text[1:])
        assert len(text) > 10


@pytest.mark.parametrize("files", [(), FILES])
@pytest.mark.parametrize("with_probabilities", [False, True])
@pytest.mark.parametrize("columns", [1, 5, 7])
def test_titles_touch_neither_each_other_nor_images(
    with_probabilities: bool, columns: int, files: tuple[str, ...]
) -> None:
    probabilities = np.full(7, 0.999, np.float32) if with_probabilities else None
    figure = plots.prediction_grid(
        pictures(7), LABELS, PREDICTED, NAMES, probabilities, files, columns=columns
    )
    figure.draw_without_rendering()
    (axes,) = figure.axes
    titles = [text.get_window_extent() for text in axes.texts]
    images = [shown.get_window_extent() for shown in axes.images]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(titles, 2))
    assert not any(title.overlaps(image) for title in titles for image in images)


def test_both_colours_can_be_read_on_white() -> None:
    """Contrast of at least 4.5 to 1, by the formula of the Web Content Accessibility Guidelines 2.1."""
    for colour in (BLUE, RED):
        parts = np.array(to_rgb(colour))
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.5


def test_a_grid_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"^0 images in 5 columns; wanted at least one of each$"):
        plots.prediction_grid(pictures(0), LABELS[:0], LABELS[:0], NAMES)
    with pytest.raises(InputError, match=r"^7 images in 0 columns; wanted at least one of each$"):
        plots.prediction_grid(pictures(7), LABELS, PREDICTED, NAMES, columns=0)
