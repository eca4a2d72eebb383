from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from clothier import plots
from clothier.errors import InputError
from clothier.plots.canvas import panels
from clothier.system.files import is_figure
from clothier.values import ClassScore, Counts, EpochRow, Floats, Images, Labels, Reliability, Scores

NOTICE = "The data are generated: every picture was drawn by the program, so nothing here is a photograph."
# Not in the font, not valid as mathematics, longer than any place for it, more than one line, not even Unicode.
AWKWARD = ("衣服", r"$\frac$", "W" * 60, "two\nlines\there", "\udcff", "Шапка")


def pictures(num_images: int, height: int = 9, width: int = 7, channels: int = 1) -> Images:
    shape = (num_images, height, width, channels)
    return np.random.default_rng(4).integers(0, 256, shape, dtype=np.uint8)


def outputs(height: int, width: int, channels: int) -> Floats:
    return np.random.default_rng(5).random((height, width, channels), dtype=np.float32)


def names(num_classes: int) -> list[str]:
    return [f"class {'x' * (number % 40)}{number}" for number in range(num_classes)]


def judged(class_names: Sequence[str]) -> Scores:
    """Scores whose confusion holds large and small counts, zeros, and a class without images."""
    num_classes = len(class_names)
    rng = np.random.default_rng(num_classes)
    confusion: Counts = rng.poisson(1.0, (num_classes, num_classes)).astype(np.int64)
    confusion += np.diag(rng.integers(0, 1000, num_classes))
    confusion[-1] = 0
    per_class = tuple(
        ClassScore(name, rng.random(), rng.random(), rng.random(), int(row.sum()))
        for name, row in zip(class_names[:-1], confusion, strict=False)
    )
    per_class += (ClassScore(class_names[-1], None, None, None, 0),)
    return Scores(0.5, 0.8, per_class, confusion)


def epochs(plain: int, augmented: int, validation: bool = True) -> list[EpochRow]:
    phases = ["plain"] * plain + ["augmented"] * augmented
    return [
        EpochRow(
            epoch=number,
            phase=phase,
            loss=1 / number,
            accuracy=1 - 0.5 / number,
            val_loss=1.5 / number if validation else None,
            val_accuracy=1 - 0.6 / number if validation else None,
            learning_rate=0.001,
            seconds=1.0,
        )
        for number, phase in enumerate(phases, start=1)
    ]


def reliability(seed: int) -> Reliability:
    """With a bin that has no image, and one that has too few to be drawn."""
    rng = np.random.default_rng(seed)
    counts: Counts = rng.integers(20, 500, 15)
    counts[:2] = 0, 3
    shares = np.linspace(0.03, 0.97, 15, dtype=np.float32)
    return Reliability(shares, (shares**2).astype(np.float32), counts, 0.0123)


LABELS: Labels = np.arange(6, dtype=np.int64)
FIGURES: dict[str, Callable[[Sequence[str]], Figure]] = {
    "sample_sheet": lambda n: plots.sample_sheet(pictures(6), LABELS, n, title=n[1], notice=NOTICE),
    "class_sheet": lambda n: plots.class_sheet(pictures(6), LABELS, n, title=n[1], notice=NOTICE),
    "enlarged": lambda n: plots.enlarged(pictures(1)[0], n[1], notice=NOTICE),
    "training_curves": lambda n: plots.training_curves(epochs(3, 4), n[1], notice=NOTICE),
    "confusion_matrix": lambda n: plots.confusion_matrix(judged(n).confusion, n, n[1], notice=NOTICE),
    "per_class_bars": lambda n: plots.per_class_bars(judged(n), n[1], notice=NOTICE),
    "prediction_grid": lambda n: plots.prediction_grid(
        pictures(6), LABELS, LABELS[::-1] % 4, n, title=n[1], notice=NOTICE
    ),
    "reliability_diagram": lambda n: plots.reliability_diagram(
        {n[0]: reliability(1), n[2]: reliability(2)}, n[1], notice=NOTICE
    ),
    "feature_maps": lambda n: plots.feature_maps(outputs(5, 4, 20), n[1], notice=NOTICE),
    "heat_overlay": lambda n: plots.heat_overlay(pictures(1)[0], outputs(9, 7, 1)[..., 0], n[1], NOTICE),
}


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]


def boxes(figure: Figure, found: Sequence[Text]) -> list[Bbox]:
    figure.draw_without_rendering()
    return [text.get_window_extent() for text in found]


def overlapping(found: Sequence[Bbox]) -> int:
    """Pairs that share more than an edge."""
    inner = [box.padded(-0.5) for box in found]
    return sum(one.overlaps(other) for one, other in itertools.combinations(inner, 2))


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_every_figure_takes_awkward_names_and_gives_equal_bytes(name: str, kind: str) -> None:
    first, second = (plots.render(FIGURES[name](AWKWARD), format=kind, dpi=60) for _ in range(2))
    assert first == second
    assert first.startswith({"png": b"\x89PNG\r\n", "svg": b"<?xml"}[kind])
    assert not any(word in first for word in (b"Matplotlib version", b"matplotlib.org", b"dc:date"))


def test_a_png_names_what_drew_it(tmp_path: Path) -> None:
    file = tmp_path / "curves.png"
    file.write_bytes(plots.render(FIGURES["per_class_bars"](names(6)), dpi=60))
    assert is_figure(file)


@pytest.mark.parametrize("name", FIGURES)
def test_the_users_settings_neither_matter_nor_change(name: str) -> None:
    plain = plots.render(FIGURES[name](names(6)), dpi=60)
    with matplotlib.rc_context({"font.size": 23, "axes.facecolor": "red", "savefig.facecolor": "red"}):
        before = dict(matplotlib.rcParams)
        assert plots.render(FIGURES[name](names(6)), dpi=60) == plain
        assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", FIGURES)
def test_the_notice_stands_below_all_else_and_the_title_above(name: str) -> None:
    figure = FIGURES[name](names(6))
    title, notice = figure.texts
    assert notice.get_text().replace("\n", " ") == NOTICE
    above, below = boxes(figure, [title, notice])
    others = [box for axes in figure.axes if (box := axes.get_tightbbox()) is not None]
    assert below.y1 < min(box.y0 for box in others)
    assert above.y0 > max(box.y1 for box in others)


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(
        InputError, match=r"^unknown figure format 'pgn'; known: png, svg; did you mean 'png'\?$"
    ):
        plots.render(Figure(), format="pgn")


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


def test_curves_are_the_history_with_the_border_between_phases() -> None:
    history = epochs(10, 5)
    accuracy, loss = plots.training_curves(history, "run").axes
    for axes, field in ((accuracy, "accuracy"), (loss, "loss")):
        training, validation, border = axes.lines
        for line, column in ((training, field), (validation, f"val_{field}")):
            drawn = np.asarray(line.get_xydata()).tolist()
            assert drawn == [[row.epoch, getattr(row, column)] for row in history]
        assert list(np.asarray(border.get_xdata())) == [10.5, 10.5]
        assert [text.get_text().strip() for text in axes.texts] == ["plain", "augmented"]


def test_curves_leave_out_what_was_not_measured() -> None:
    accuracy, _ = plots.training_curves(epochs(4, 0, validation=False), "run").axes
    assert [line.get_label() for line in accuracy.lines] == ["training"]
    assert not accuracy.texts
    with pytest.raises(InputError, match=r"^the history has no epochs; wanted at least one; train first$"):
        plots.training_curves([], "run")


@pytest.mark.parametrize(("plain", "augmented"), [(1, 59), (59, 1), (10, 50), (1, 1)])
def test_phase_names_never_touch_other_words(plain: int, augmented: int) -> None:
    figure = plots.training_curves(epochs(plain, augmented), "run")
    words = [text for text in texts(figure) if text.get_text().strip().isalpha()]
    assert {"accuracy", "loss", "plain", "augmented"} < {text.get_text().strip() for text in words}
    assert overlapping(boxes(figure, words)) == 0


@pytest.mark.parametrize("num_classes", [2, 10, 30])
def test_a_confusion_matrix_shows_counts_over_shares_of_the_row(num_classes: int) -> None:
    confusion = judged(names(num_classes)).confusion
    axes = plots.confusion_matrix(confusion, names(num_classes), "test").axes[0]
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    wanted = {(column, row): str(count) for (row, column), count in np.ndenumerate(confusion) if count}
    assert shown == wanted
    shares = np.asarray(axes.images[0].get_array())
    assert shares[:-1].sum(axis=1) == pytest.approx(np.where(confusion[:-1].any(axis=1), 1, 0))
    assert not shares[-1].any()  # a class without images
    cell = axes.get_window_extent().width / num_classes
    assert max(box.width for box in boxes(axes.figure.figure, axes.texts)) < cell


def test_beyond_thirty_classes_only_shades_are_left() -> None:
    axes = plots.confusion_matrix(judged(names(31)).confusion, names(31), "test").axes[0]
    assert not axes.texts
    assert np.asarray(axes.images[0].get_array()).shape == (31, 31)


def test_beyond_six_hundred_classes_several_share_a_cell() -> None:
    confusion = judged(names(1301)).confusion
    axes = plots.confusion_matrix(confusion, names(1301), "test").axes[0]
    (picture,) = axes.images
    shares = np.asarray(picture.get_array())
    padded = np.zeros((1302, 1302), np.int64)
    padded[:1301, :1301] = confusion
    cells = padded.reshape(434, 3, 434, 3).sum(axis=(1, 3))
    np.testing.assert_allclose(shares, cells / np.maximum(cells.sum(axis=1, keepdims=True), 1))
    assert tuple(picture.get_extent()) == (
        -0.5,
        1301.5,
        1301.5,
        -0.5,
    )  # so that places along the axes are those of the classes
    assert axes.get_ylabel() == "true class (1 in 23 labelled)"
    assert axes.get_yticks().tolist()[:3] == [0, 23, 46]
    assert axes.child_axes[0].get_ylabel() == "share of 3 true classes"


def test_a_matrix_whose_classes_are_all_named_says_nothing_of_names() -> None:
    axes = plots.confusion_matrix(judged(names(30)).confusion, names(30), "test").axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")


def test_of_more_than_a_hundred_classes_the_worst_have_bars() -> None:
    scores = judged(names(1100))
    figure = plots.per_class_bars(scores, "run")
    (axes,) = figure.axes
    assert "run, the 100 of 1,100 classes with the lowest F1" in " ".join(
        text.get_text().replace("\n", " ") for text in figure.texts
    )
    f1 = sorted(score.f1 or 0.0 for score in scores.per_class if score.support)[:100]
    assert [bar.get_width() for bar in axes.containers[2]] == f1
    assert len(axes.get_yticklabels()) == 100
    assert len(plots.per_class_bars(judged(names(100)), "run").axes[0].containers[2]) == 100


def test_a_sheet_of_more_than_a_hundred_classes_shows_the_first() -> None:
    labels = np.arange(150) % 150
    figure = plots.class_sheet(pictures(150), labels, names(150), title="shoes")
    assert len(figure.axes[0].images) == len(figure.axes[0].texts) == 100
    assert figure.texts[0].get_text() == "shoes, the first 100 of 150 classes"
    assert not plots.class_sheet(pictures(100), labels[:100], names(100)).texts


def test_a_figure_of_more_dots_than_can_be_drawn_is_refused() -> None:
    figure = panels(60.0, 2.0)[0]
    wanted = (
        "the figure is 60 inches long, 72,000 pixels at 1200 dpi; wanted at most 60,000; choose --dpi 1000 or less, "
        "or --format svg"
    )
    with pytest.raises(InputError, match=f"^{re.escape(wanted)}$"):
        plots.render(figure, dpi=1200)
    assert plots.render(figure, "svg", dpi=1200).startswith(b"<?xml")


def test_counts_stand_out_from_their_shade() -> None:
    """Contrast of at least 4.5 to 1, by the formula of the Web Content Accessibility Guidelines 2.1."""

    def luminance(colour: tuple[float, ...]) -> float:
        parts = np.array(colour[:3])
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    confusion = np.array([[count, 1000 - count] for count in range(0, 1001, 35)])
    confusion = np.pad(confusion, ((0, 0), (0, len(confusion) - 2)))
    axes = plots.confusion_matrix(confusion, names(len(confusion)), "test").axes[0]
    (picture,) = axes.images
    for text in axes.texts:
        column, row = (int(place) for place in text.get_position())
        shade = picture.to_rgba(np.asarray(picture.get_array())[row, column])
        low, high = sorted([luminance(tuple(shade)), luminance(to_rgb(text.get_color()))])
        assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize("num_classes", [2, 10, 30, 200])
def test_class_names_on_axes_never_touch(num_classes: int) -> None:
    scores = judged(names(num_classes))
    matrix = plots.confusion_matrix(scores.confusion, names(num_classes), "test")
    bars = plots.per_class_bars(scores, "test")
    for figure in (matrix, bars):
        assert overlapping(boxes(figure, figure.axes[0].get_yticklabels())) == 0
    # Turned by 45 degrees, lines of text are closer to each other than their ends by the square root of 2.
    ends = np.diff([label.get_position()[0] for label in matrix.axes[0].get_xticklabels()])
    points = ends * 72 * matrix.get_size_inches()[0] / num_classes
    assert (points / np.sqrt(2) >= 9).all()
    assert matrix.axes[0].get_yticklabels()[0].get_text() == names(1)[0]


def test_bars_are_as_long_as_the_scores() -> None:
    scores = judged(["hat", "coat", "shoe"])
    (axes,) = plots.per_class_bars(scores, "test").axes
    widths = [[bar.get_width() for bar in bars] for bars in axes.containers]
    assert widths == [
        [getattr(score, field) or 0.0 for score in scores.per_class]
        for field in ("precision", "recall", "f1")
    ]
    assert [(text.get_text(), text.get_position()[1]) for text in axes.texts] == [("no images", 2)]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["precision", "recall", "F1"]
    assert axes.get_ylim() == (2.5, -0.5)  # the first class on top


def test_a_name_the_font_cannot_draw_becomes_its_number() -> None:
    axes = plots.per_class_bars(judged(AWKWARD), "test").axes[0]
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert shown[0] == "class 0"
    assert shown[1] == r"\$\frac\$"  # matplotlib takes the backslashes before dollars away
    assert shown[2].startswith("WWW")
    assert shown[3:] == ["two lines here", "class 4", "Шапка"]


def test_a_reliability_diagram_shows_the_bins_that_have_images_enough() -> None:
    one = reliability(1)
    figure = plots.reliability_diagram({"as trained": one}, "title")
    (above,) = figure.axes
    diagonal, line = above.get_lines()
    assert np.asarray(diagonal.get_xydata()).tolist() == [[0, 0], [1, 1]]
    np.testing.assert_array_equal(np.asarray(line.get_xydata())[:, 1], one.accuracies[2:])
    assert line.get_label() == "as trained: expected calibration error 1.23%"
    with pytest.raises(InputError, match=r"^0 reliability curves; wanted one or two$"):
        plots.reliability_diagram({}, "title")
