from __future__ import annotations

import base64
import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.report_pages import (
    CLASSES,
    TEST,
    TRAIN,
    VALIDATION,
    Page,
    make_run,
    page,
    rendered,
    scores,
    write_scores,
    written,
)

from clothier import evaluate
from clothier.errors import RunError
from clothier.reports import report
from clothier.values import PhaseScores, Predictions, csvtext


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


def test_what_differed_where_it_was_resumed_is_told(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    run.write_description(replace(run.description(), resumed=("threads 1, not 2",)))
    seen = Page(rendered(run))
    assert (
        "This run was resumed elsewhere (threads 1, not 2), so its weights may differ a little." in seen.text
    )


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
