"""Curves, confusion matrices, bars and reliability diagrams."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from support.drawn_figures import AWKWARD, boxes, epochs, judged, names, overlapping, reliability, texts
from support.fonts import only, write

from clothier import plots
from clothier.errors import InputError
from clothier.system import fonts


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


def test_of_more_than_a_hundred_classes_the_worst_have_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch)
    scores = judged([*names(1098), "衣服", "last"])
    worst = replace(scores.per_class[1098], f1=0.0)
    scores = replace(scores, per_class=(*scores.per_class[:1098], worst, scores.per_class[1099]))
    figure = plots.per_class_bars(scores, "run")
    (axes,) = figure.axes
    assert "run, the 100 of 1,100 classes with the lowest F1" in " ".join(
        text.get_text().replace("\n", " ") for text in figure.texts
    )
    f1 = sorted(score.f1 or 0.0 for score in scores.per_class if score.support)[:100]
    assert [bar.get_width() for bar in axes.containers[2]] == f1
    labels = axes.get_yticklabels()
    assert len(labels) == 100
    assert labels[0].get_text() == "class 1098"
    assert len(plots.per_class_bars(judged(names(100)), "run").axes[0].containers[2]) == 100


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


def test_a_name_that_no_font_can_draw_becomes_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch)
    figure = plots.per_class_bars(judged(AWKWARD), "衣")
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert shown[0] == "class 0"
    assert shown[1] == r"\$\frac\$"  # matplotlib takes the backslashes before dollars away
    assert shown[2].startswith("WWW")
    assert shown[3:] == ["two lines here", "class 4", "Шапка"]
    title, notice = figure.texts
    assert title.get_text() == r"\u8863"
    spelled = r"No font here has the letters of class 0 (\u8863\u670d), class 4 (\udcff)."
    assert notice.get_text().replace("\n", " ") == spelled
    assert plots.unnamed(AWKWARD) == {0: "衣服", 4: "\udcff"}
    assert fonts.advice().startswith("no font on this machine has the letters 衣 服, so ")


def test_fonts_of_the_machine_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "Clothes.ttf", "Clothes for a test", "衣服👗")
    only(monkeypatch, tmp_path)
    figure = plots.per_class_bars(judged(["衣服", "👗\ufe0f dress", "سترة"]), "衣")
    labels = figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["衣服", "👗 dress", "سترة"]
    for text in (*labels, *figure.texts):
        assert text.get_fontfamily() == ["DejaVu Sans", "Clothes for a test"]
    assert len(figure.texts) == 1
    assert fonts.advice() == ""
    plots.render(figure, dpi=40)  # without a warning that a letter is missing


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
