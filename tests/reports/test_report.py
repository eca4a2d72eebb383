from __future__ import annotations

import base64
import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from support.run_folders import describe

from clothier import evaluate, plots, recipes
from clothier.errors import RunError
from clothier.reports import grids, report
from clothier.runs import Run, Samples
from clothier.values import Counts, EpochRow, Floats, Labels, PhaseScores, Predictions, Scores, Split, csvtext

CLASSES = ("shoe", "<script>alert('bag')</script>", "$hat & 帽子")
VOID = {"meta", "img"}


def scores(counts: list[list[int]]) -> Scores:
    """Scores with that confusion matrix, computed as a run computes them."""
    confusion: Counts = np.array(counts)
    labels: Labels = np.repeat(np.arange(9) // 3, confusion.ravel())
    predicted = np.repeat(np.arange(9) % 3, confusion.ravel())
    return evaluate.score(labels, Predictions(4 * np.eye(3, dtype=np.float32)[predicted]), CLASSES)


TRAIN = scores([[98, 1, 1], [0, 100, 0], [2, 0, 98]])
VALIDATION = scores([[9, 1, 0], [0, 9, 1], [0, 1, 9]])
TEST = scores([[18, 1, 1], [0, 15, 5], [7, 0, 13]])


def make_run(folder: Path, name: str = "cnn1", **changes: Any) -> Run:
    """A finished run of two phases; `changes` go to recipe fields, and to data by data__name."""
    run = Run(folder / f"{name}-1")
    data = {key.removeprefix("data__"): changes.pop(key) for key in list(changes) if key.startswith("data__")}
    recipe = recipes.change(recipes.get(name), changes)
    described = describe(recipe, "clothier train cnn1 --set 'a<b'", **{"class_names": CLASSES, **data})
    run.write_description(replace(described, data=replace(described.data, fingerprint="0123abcd" * 8)))
    run.write_history(
        [
            EpochRow(1, "plain", 0.5, 0.75, 0.4, 0.8125, 0.001, 30.0),
            EpochRow(2, "augmented", 0.3, 0.875, 0.2, 0.9375, 0.001, 60.0),
        ]
    )
    write_scores(run)
    return run


def write_scores(run: Run, validation: Scores | None = VALIDATION, test: Scores | None = TEST) -> None:
    phases = (("plain", 10), ("augmented", 60))
    run.write_scores(PhaseScores(name, end, TRAIN, validation, test, "beef" * 16) for name, end in phases)


class Page(HTMLParser):
    """What a browser would see: every element, and the text between them; fails on a tag left open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def blank(*_: object) -> Figure:
    return Figure(figsize=(1, 1))


def written(run: Run, split: Split | None = None, **options: Any) -> list[Path]:
    if split is not None:
        grids.keep(run, split)
    return report.write_figures(run, report.draw(run), **options)


def rendered(run: Run, split: Split | None = None) -> str:
    if split is not None:
        grids.keep(run, split)
    return report.render(run, report.draw(run))


def page(run: Run) -> Page:
    """The page with empty figures, which are quickly drawn: most tests are about its words."""
    with patch.multiple(plots, training_curves=blank, confusion_matrix=blank, per_class_bars=blank):
        return Page(rendered(run))


def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    html = rendered(run)
    seen = Page(html)
    assert html.startswith("<!doctype html>")
    assert len(html) < 1_500_000
    assert not {"script", "link", "iframe", "object", "base"} & {name for name, _ in seen.elements}
    assert len(seen.all("img")) == 3
    assert all((image["src"] or "").startswith("data:image/png;base64,") for image in seen.all("img"))
    assert not re.search(r"https?:|url\(|@import", html)
    assert rendered(run) == html


def test_the_page_can_be_read_by_everyone(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path))
    headings = [name for name, _ in seen.elements if re.fullmatch(r"h\d", name)]
    assert headings == ["h1"] + ["h2"] * 8
    alts = [image["alt"] or "" for image in seen.all("img")]
    assert alts[0] == (
        "Accuracy and loss over 2 epochs; in the last one, training accuracy is 87.50%, validation accuracy 93.75%."
    )
    assert alts[1].startswith(
        "Confusion matrix of the test images. Most frequent mistakes: $hat & 帽子 classified"
    )
    assert all(alts)
    assert seen.all("html") == [{"lang": "en"}]
    names = [attributes["aria-label"] for attributes in seen.all("div")]
    assert len(set(names)) == len(names) == 7  # each region that scrolls has a name of its own


def test_names_are_text_not_markup(tmp_path: Path) -> None:
    run = make_run(tmp_path, data__notice="Drawn <b>by</b> us.", data__name='folder:"><script>')
    html = rendered(run)
    assert "<script" not in html
    assert "<b>" not in html
    seen = Page(html)
    assert [row[0] for row in seen.rows if len(row) == 5] == ["class", *CLASSES]
    assert "Drawn <b>by</b> us." in seen.text
    assert 'folder:"><script>' in seen.text
    assert "clothier train cnn1 --set 'a<b'" in seen.text


def test_the_numbers_are_those_of_the_run(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    seen = page(run)
    low, high = evaluate.wilson(TEST)
    assert (
        "After 60 epochs, cnn1 classifies 76.67% of 60 test images correctly "
        f"(95% interval {low:.2%} to {high:.2%})."
    ) in seen.text
    assert ["plain", "10", "training", "300", f"{TRAIN.loss:.4f}", "98.67%"] in [r[:6] for r in seen.rows]
    assert ["augmented", "60", "validation", "30", f"{VALIDATION.loss:.4f}", "90.00%"] in [
        r[:6] for r in seen.rows
    ]
    assert [
        "augmented",
        "60",
        "test",
        "60",
        f"{TEST.loss:.4f}",
        "76.67%",
        f"{low:.2%} to {high:.2%}",
        f"{TEST.top2:.2%}",
        f"{TEST.brier:.4f}",
    ] in seen.rows
    assert ["shoe", "0.7200", "0.9000", "0.8000", "20"] in seen.rows
    phase = PhaseScores("plain", 10, TRAIN, VALIDATION, TEST, "")
    assert f"Plain phase. {evaluate.describe_fit(phase, run.read_history())}" in seen.text
    assert (
        f"$hat & 帽子 classified as shoe (7), {CLASSES[1]} classified as $hat & 帽子 (5), shoe classified as"
        in seen.text
    )
    for words in (
        "693,962 parameters, 693,001 of them trainable",
        "300 train, 30 validation, 60 test; 28 \N{MULTIPLICATION SIGN} 28",
        "0123abcd" * 8,
        "beef" * 16,
        "1.5 minutes for 2 epochs",
        "Zen <4>, 2 cores, 23.4 GiB, Linux 6",
        "clothier 1.2.3, keras 3.15.1",
        "float32, 2 threads",
    ):
        assert words in seen.text


def test_a_class_without_images_is_said_to_have_none(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    write_scores(run, test=scores([[18, 1, 1], [0, 0, 0], [7, 0, 13]]))
    rows = [row for row in page(run).rows if row[0] == CLASSES[1] and len(row) == 5]
    assert rows == [[CLASSES[1], "no images", "no images", "no images", "0"]]
    written(run)


def test_what_the_splits_were_read_for_is_said(tmp_path: Path) -> None:
    once = "The test images are used only for this evaluation at the end of each phase, never to choose anything."
    plain = "Validation images are never augmented. The article that these augmentation settings"
    text = page(make_run(tmp_path / "both")).text
    assert once in text
    assert plain in text
    text = page(make_run(tmp_path / "one", augmented_epochs=0)).text
    assert once in text
    assert plain not in text
    assert "with dropout on." in text
    text = page(make_run(tmp_path / "bare", data__counts={"train": 300})).text
    assert once not in text
    assert plain not in text


def test_averaged_weights_and_smoothed_targets_are_said(tmp_path: Path) -> None:
    averaged = "Each phase is evaluated with the average of its weights, in float32"
    smoothed = "The training loss uses label smoothing of 0.1000."
    text = page(make_run(tmp_path / "strong", average_decay=0.9, label_smoothing=0.1)).text
    assert averaged in text
    assert (
        "Validation values come from the averaged weights at the end of the epoch, without dropout, so"
        in text
    )
    assert smoothed in text
    text = page(make_run(tmp_path / "plain")).text
    assert "Each phase is evaluated with its last weights, in float32" in text
    assert "Validation values come from the weights at the end of the epoch, without dropout, so" in text
    assert "label smoothing" not in text


def test_what_computed_the_run_is_said_where_it_is_known(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.write_description(replace(run.description(), backend="jax", device="NVIDIA H100"))
    assert "float32, 2 threads; jax, on NVIDIA H100" in page(run).text


def test_published_figures_stand_beside_ours(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path))
    difference = f"{TEST.loss - 0.2485:+.4f}"
    assert ["plain", "test loss", "0.2485", "10", f"{TEST.loss:.4f}", "10", difference] in seen.rows
    assert ["augmented", "test accuracy", "0.9229", "60", "0.7667", "60", "-0.1562"] in seen.rows
    assert "Not comparable" not in seen.text
    assert "This run changes" not in seen.text
    changed = page(make_run(tmp_path / "changed", seed=7, batch_size=32))
    assert "This run changes these settings of the tutorial's recipe: batch_size, seed." in changed.text


def test_the_tutorial_without_a_loss_gives_training_accuracy(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path, name="cnn1_dropout"))
    assert ["plain", "training accuracy", "0.9736", "20", "0.9867", "10", "+0.0131"] in seen.rows
    assert not [row for row in seen.rows if row[1:2] == ["test loss"]]


def test_generated_data_are_not_compared(tmp_path: Path) -> None:
    notice = "The data are generated."
    seen = page(make_run(tmp_path, data__name="generated", data__notice=notice))
    assert (
        "Not comparable: the published figures were measured on Fashion-MNIST, and this run used generated data."
        in seen.text
    )
    assert {"class": "notice", "role": "note"} in seen.all("p")
    assert seen.text.count(notice) == 1


def test_other_data_have_no_published_figures(tmp_path: Path) -> None:
    text = page(make_run(tmp_path, data__name="folder:photos")).text
    assert "Comparison with the tutorial" not in text
    assert "0.9104" not in text


def test_changed_fields_are_marked(tmp_path: Path) -> None:
    seen = page(make_run(tmp_path, learning_rate=0.5))
    assert ["learning_rate", "0.5 changed from 0.001"] in seen.rows
    assert ["seed", "13"] in seen.rows
    assert len(seen.all("mark")) == 1


def test_a_recipe_of_ones_own_has_nothing_to_differ_from(tmp_path: Path) -> None:
    run = make_run(tmp_path, seed=99)
    assert page(run).all("mark")
    own = run.description()
    run.write_description(replace(own, recipe=replace(own.recipe, name="mine")))
    assert not page(run).all("mark")


def test_without_test_data_validation_is_shown(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    write_scores(run, test=None)
    text = page(run).text
    assert "90.00% of 30 validation images correctly (95% interval" in text
    assert "The data have no test images." in text
    assert "The figure shows the 30 validation images by true class" in text
    assert "0.9104" not in text
    write_scores(run, validation=None, test=None)
    assert "98.67% of 300 training images" in page(run).text


def test_a_run_in_the_middle_says_so(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.scores_file.unlink()
    seen = page(run)
    assert "Training has finished 2 of 60 epochs. No phase has been evaluated yet." in seen.text
    assert len(seen.all("img")) == 1
    run.history_file.unlink()
    assert not page(run).all("img")
    assert written(run) == []
    run.write_scores([PhaseScores("plain", 10, TRAIN, VALIDATION, TEST, "beef" * 16)])
    assert "After 10 of 60 epochs, cnn1 classifies" in page(run).text


def test_one_epoch_is_singular(tmp_path: Path) -> None:
    run = make_run(tmp_path, epochs=1, augmented_epochs=0)
    run.write_history(run.read_history()[:1])
    run.write_scores([PhaseScores("plain", 1, TRAIN, VALIDATION, TEST, "beef" * 16)])
    seen = page(run)
    assert "After 1 epoch, cnn1 classifies" in seen.text
    assert "0.5 minutes for 1 epoch" in seen.text
    assert "1 epochs" not in seen.text + (seen.all("img")[0]["alt"] or "")


def test_no_mistakes_are_none(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    write_scores(run, test=scores([[5, 0, 0], [0, 5, 0], [0, 0, 5]]))
    seen = page(run)
    assert "The most frequent mistakes" not in seen.text
    assert "Most frequent mistakes: none." in (seen.all("img")[1]["alt"] or "")


def test_figure_files_are_the_pictures_of_the_page(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    paths = written(run)
    assert paths == [run.figure_file(name) for name in ("curves", "confusion", "per-class")]
    embedded = [(image["src"] or "").partition(",")[2] for image in Page(rendered(run)).all("img")]
    assert [base64.b64decode(code) for code in embedded] == [path.read_bytes() for path in paths]


def test_calibration_is_shown_where_it_is_known(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    assert "Calibration" not in page(run).text
    labels = np.arange(3000) % 3
    rng = np.random.default_rng(0)
    sure = 5 * np.eye(3, dtype=np.float32)[(labels + (rng.random(3000) < 0.3)) % 3]
    held = labels[:1000], Predictions(sure[:1000])
    content = evaluate.calibration("test", labels[1000:], Predictions(sure[1000:]), held)
    run.write_reliability(content)
    assert run.figure_file("reliability") in written(run)
    seen = page(run)
    assert f"The temperature, {content['temperature']}, divides the logits" in " ".join(seen.text.split())
    alts = [image["alt"] or "" for image in seen.all("img")]
    before, after = (f"{100 * content[part]['error']:.2f}%" for part in ("before", "after"))
    assert (
        f"Accuracy by confidence, in bins; expected calibration error {before}, and {after} with the"
        in alts[-1]
    )
    run.write_reliability(evaluate.calibration("test", labels, Predictions(sure), None))
    assert "This run has no validation images to fit a temperature on" in " ".join(page(run).text.split())
    test = Predictions(sure[1000:])
    run.write_reliability(evaluate.calibration("validation", labels[1000:], test, (labels[1000:], test)))
    assert ", was fitted on these same images, so they cannot show" in " ".join(page(run).text.split())


def judged_images(run: Run, counts: list[list[int]]) -> tuple[Split, Labels, Floats]:
    """Test images of that confusion matrix with their predictions in the run; (split, predicted, probabilities)."""
    rng = np.random.default_rng(7)
    order = rng.permutation(int(np.sum(counts)))
    labels = np.repeat(np.arange(9) // 3, np.ravel(counts))[order]
    predicted = np.repeat(np.arange(9) % 3, np.ravel(counts))[order]
    logits = np.eye(3, dtype=np.float32)[predicted] * rng.uniform(1, 9, (len(order), 1)).astype(np.float32)
    run.write_predictions(labels, Predictions(logits), CLASSES)
    images = rng.integers(0, 256, (len(order), 28, 28, 1), dtype=np.uint8)
    return Split(images, labels), predicted, Predictions(logits).uncalibrated_probabilities.max(axis=1)


def test_the_grids_show_the_first_the_right_the_wrong_and_the_surest_mistakes(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, predicted, probabilities = judged_images(run, TEST.confusion.tolist())
    wrong = np.flatnonzero(split.labels != predicted)
    wanted = {
        "the first 25 test images": np.arange(25),
        "the first 25 test images that are classified correctly": np.flatnonzero(split.labels == predicted)[
            :25
        ],
        "the first 14 test images that are classified wrongly": wrong,
        "the 14 most confident mistakes among the test images, with uncalibrated probabilities": np.array(
            sorted(wrong, key=lambda index: -probabilities[index])
        ),
    }
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        paths = written(run, split)
    assert [path.stem for path in paths[3:]] == ["predictions", "right", "wrong", "confident-mistakes"]
    for call, (title, chosen) in zip(drawn.call_args_list, wanted.items(), strict=True):
        assert call.kwargs["title"] == f"cnn1-1: {title}, predicted (true)"
        images, labels, guesses, names, shares, files = call.args
        assert files == []
        assert np.array_equal(images, split.images[chosen])
        assert np.array_equal(labels, split.labels[chosen])
        assert np.array_equal(guesses, predicted[chosen])
        assert list(names) == list(CLASSES)
        if "most confident" in title:
            np.testing.assert_allclose(shares, probabilities[chosen], atol=1e-6)
        else:
            assert shares is None

    seen = Page(rendered(run, split))
    sources = [(image["src"] or "").partition(",")[2] for image in seen.all("img")]
    assert [base64.b64decode(code) for code in sources] == [path.read_bytes() for path in paths]
    for title in wanted:
        assert title.capitalize() in seen.text
        assert any((image["alt"] or "").startswith(title.capitalize()) for image in seen.all("img"))


def test_a_grid_without_images_is_left_out_and_taken_away(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    written(run, split)
    right = [[20, 0, 0], [0, 20, 0], [0, 0, 20]]
    split, _, _ = judged_images(run, right)
    write_scores(run, test=scores(right))
    names = [path.stem for path in written(run, split)]
    assert names == ["curves", "confusion", "per-class", "predictions", "right"]
    assert not run.figure_file("wrong").exists()
    assert not run.figure_file("confident-mistakes").exists()
    assert len(Page(rendered(run, split)).all("img")) == 5


def test_figures_come_in_the_format_size_and_place_asked_for(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    paths = written(run, split, format="svg", folder=tmp_path / "out")
    assert {path.parent for path in paths} == {tmp_path / "out"}
    assert all(path.read_bytes().startswith(b"<?xml") for path in paths)
    assert not run.figure_file("curves").parent.exists()


@pytest.mark.parametrize("dpi", [50, 400])
def test_the_page_is_the_same_whatever_the_resolution_of_the_files(tmp_path: Path, dpi: int) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    grids.keep(run, split)
    drawings = report.draw(run)
    html = report.render(run, drawings)
    paths = report.write_figures(run, drawings, dpi=dpi)
    assert len(paths) == 7
    for path in paths:
        with Image.open(path) as picture:
            assert round(picture.info["dpi"][0]) == dpi
    assert report.render(run, drawings) == html == rendered(run, split)


def test_images_that_came_from_files_are_called_by_them(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, predicted, probabilities = judged_images(run, TEST.confusion.tolist())
    assert "Files of these images" not in Page(rendered(run, split)).text
    files = tuple(f"shoes & <hats>/photo {row}.png" for row in range(len(split)))
    photos = Split(split.images, split.labels, files)
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        seen = Page(rendered(run, photos))
    wrong = np.flatnonzero(split.labels != predicted)
    surest = sorted(wrong, key=lambda row: -probabilities[row])
    assert drawn.call_args_list[3].args[5] == [files[row] for row in surest]
    assert len(seen.all("details")) == 4
    start = max(place for place, row in enumerate(seen.rows) if row[:1] == ["file"])
    assert seen.rows[start + 1 : start + 1 + len(wrong)] == [
        [files[row], CLASSES[predicted[row]], CLASSES[split.labels[row]], f"{probabilities[row]:.4f}"]
        for row in surest
    ]


def test_of_more_than_a_hundred_classes_the_worst_are_listed_and_all_can_be_saved(tmp_path: Path) -> None:
    rng, names = np.random.default_rng(0), [f"=class {number}" for number in range(1100)]
    labels, logits = rng.integers(0, 1100, 3000), rng.normal(size=(3000, 1100)).astype(np.float32)
    logits[np.arange(3000), labels] += 4
    many = evaluate.score(labels, Predictions(logits), names)
    run = make_run(tmp_path, data__class_names=names)
    run.write_scores([PhaseScores("plain", 10, many, None, many, "beef" * 16)])
    seen = page(run)
    assert (
        "The table lists the 100 of 1,100 classes with the lowest F1; download all classes as CSV ."
        in seen.text.replace("CSV.", "CSV .")
    )
    rows = [row for row in seen.rows if row[0].startswith("=class")]
    assert [row[0] for row in rows] == [score.name for score in many.lowest(100)]
    (link,) = seen.all("a")
    kind, _, code = (link["href"] or "").partition(",")
    assert (kind, link["download"]) == ("data:text/csv;base64", "cnn1-1-classes.csv")
    saved = list(csv.DictReader(base64.b64decode(code).decode("utf-8-sig").splitlines()))
    assert [csvtext.unshielded(row["class"]) for row in saved] == names
    assert [float(row["F1"]) if row["F1"] else None for row in saved] == [
        score.f1 for score in many.per_class
    ]
    assert f"{', '.join(names[:100])} and 1,000 more" in seen.text


def test_a_page_of_photos_stays_under_two_megabytes(tmp_path: Path) -> None:
    """Smooth colours with some noise, as cameras see them, 150 x 150; noise alone no format can make small."""
    run = make_run(tmp_path, data__image_shape=(150, 150, 3))
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 230, (len(split), 5, 5, 3), dtype=np.uint8)
    images = np.stack([np.asarray(Image.fromarray(image).resize((150, 150))) for image in coarse])
    photos = images + rng.integers(0, 20, images.shape, dtype=np.uint8)
    paths = written(run, Split(photos, split.labels))
    assert sum(path.stat().st_size for path in paths) > 2_000_000
    html = rendered(run, Split(photos, split.labels))
    assert len(html) < 2_000_000
    kinds = [(image["src"] or "").partition(";")[0] for image in Page(html).all("img")]
    assert kinds == ["data:image/png"] * 3 + ["data:image/webp"] * 4


def test_images_of_other_labels_are_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    other = Split(split.images[1:], split.labels[1:])
    wanted = f"{run.predictions_file} has other labels than the images; wanted those of the judged split; train again"
    with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
        grids.keep(run, other)


def test_a_run_keeps_as_many_images_as_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones of each grid, which then say so; and none at all where not even those have room."""
    run = make_run(tmp_path)
    split, predicted, _ = judged_images(run, TEST.confusion.tolist())
    monkeypatch.setattr(grids, "MOST_BYTES", 20 * 28 * 28)
    grids.keep(run, split)
    kept = run.read_samples()
    assert kept
    assert 10 <= len(kept.rows) <= 20
    assert np.array_equal(kept.images, split.images[kept.rows])
    with patch.object(plots, "prediction_grid", wraps=plots.prediction_grid) as drawn:
        report.write_figures(run, report.draw(run), dpi=30)
    wrong = np.flatnonzero(split.labels != predicted)
    for call, rows in zip(drawn.call_args_list, [np.arange(len(split)), None, wrong, None], strict=True):
        images = call.args[0]
        assert 5 <= len(images) < 25
        if rows is not None:
            assert f"the first {len(images)} test images" in call.kwargs["title"]
            assert np.array_equal(images, split.images[rows[: len(images)]])
    monkeypatch.setattr(grids, "MOST_BYTES", 28)
    grids.keep(run, split)
    names = [path.stem for path in report.write_figures(run, report.draw(run), dpi=30)]
    assert names == ["curves", "confusion", "per-class"]


def test_figures_are_named_as_they_are_drawn(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    assert report.figure_names(run) == list(report.draw(run)) == ["curves", "confusion", "per-class"]
    grids.keep(run, split)
    assert report.figure_names(run) == list(report.draw(run))
    assert len(report.figure_names(run)) == 7


def test_kept_images_of_another_phase_are_not_drawn(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    split, _, _ = judged_images(run, TEST.confusion.tolist())
    grids.keep(run, split)
    assert grids.are_kept(run)
    run.write_samples(replace(samples_of(run), labels=(samples_of(run).labels + 1) % 3))
    assert not grids.are_kept(run)
    with pytest.raises(
        RunError, match=r"samples\.safetensors holds other images than predictions\.csv lists; "
    ):
        report.draw(run)
    run.samples_file.write_bytes(b"cut")
    assert not grids.are_kept(run)
    with pytest.raises(RunError, match=r"samples\.safetensors is not a safetensors file"):
        report.draw(run)
    assert list(report.draw(run, with_grids=False)) == ["curves", "confusion", "per-class"]


def samples_of(run: Run) -> Samples:
    samples = run.read_samples()
    assert samples
    return samples


def test_damaged_runs_are_named(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    content = json.loads(run.recipe_file.read_text())
    del content["data"]["notice"]
    run.recipe_file.write_text(json.dumps(content))
    wanted = f"{run.recipe_file}, data has no 'notice'; wanted it there"
    for read in (lambda: report.draw(run), lambda: report.render(run, {})):
        with pytest.raises(RunError, match=f"^{re.escape(wanted)}$"):
            read()
    run = make_run(tmp_path / "scores")
    run.scores_file.write_text(json.dumps({"phases": [{}]}))
    with pytest.raises(RunError, match=r"scores\.json, phases 0 has no 'name'; wanted it there$"):
        rendered(run)
