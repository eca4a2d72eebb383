from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from support.run_folders import CLASSES, LABELS, describe, make_run, predicted

from clothier import evaluate
from clothier.reports import compare, compare_page
from clothier.reports.compare import Comparison
from clothier.runs import Run, baseline
from clothier.runs.baseline import Baseline
from clothier.values import PhaseScores, Predictions, Split


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    runs = [
        make_run(tmp_path / "runs", f"cnn1-{seed}", range(seed), seed=seed, augmented_epochs=0)
        for seed in (1, 3)
    ]
    other = make_run(tmp_path / "runs", "cnn3-1", range(20), recipe="cnn3", validated=False)
    other.report_file.write_text("a report")
    return compare.compare([*runs, other])


def test_the_table_has_a_row_a_run_and_the_mean_of_seeds(comparison: Comparison) -> None:
    rows = compare_page.score_rows(comparison)
    assert [row[0] for row in rows] == ["cnn1-1", "cnn1-3", "mean and range of 2", "cnn3-1"]
    low, high = evaluate.wilson(comparison.runs[0].scores)
    assert rows[0][2:6] == ["10", "1", "693,962", "20 s"]
    assert rows[0][7:] == ["0.9833", f"{low:.4f} to {high:.4f}"]
    assert rows[2][7:] == ["0.9667", "0.9500 to 0.9833"]
    assert rows[3][2] == "10 of 60"
    assert all(len(row) == len(compare_page.score_columns(comparison)) for row in rows)


def test_a_baseline_is_compared_like_a_single_run(tmp_path: Path) -> None:
    run = make_run(tmp_path, "cnn1-1", range(20))
    path = Run.create("knn", tmp_path).path
    answers = Predictions(4 * np.eye(3, dtype=np.float32)[predicted(range(2))])
    scores = evaluate.score(LABELS, answers, CLASSES)
    made = Baseline(path, 5, {3: 0.5, 5: 0.75}, 12.0, "test", scores, describe(run.recipe()).data)
    made.write(Split(np.zeros((60, 4, 4, 1), np.uint8), LABELS), answers)
    comparison = compare.compare([run, baseline.read(path)])
    assert baseline.read(path).tried == made.tried
    rows = compare_page.score_rows(comparison)
    assert rows[1][:8] == ["knn-1", "5 nearest neighbours", "", "", "", "12 s", "", "0.9667"]
    (pair,) = comparison.pairs
    assert (pair.first, pair.second, pair.only) == ("knn-1", "cnn1-1", (18, 0))
    assert compare_page.class_rows(comparison)[0][2] == f"{scores.per_class[0].f1:.4f}"
    assert "Nearest neighbours are a baseline without a network: " in compare_page.markdown(comparison)
    page = compare_page.html(comparison, tmp_path, None)
    assert '<td class="text">5 nearest neighbours</td>' in page
    facts = compare_page.as_json(comparison)["runs"][1]
    assert facts["recipe"] == "5 nearest neighbours"
    assert facts["epochs"] is facts["loss"] is facts["seed"] is None


def test_f1_of_a_group_is_the_mean_of_its_runs(comparison: Comparison) -> None:
    rows = compare_page.class_rows(comparison)
    assert [row[0] for row in rows] == list(CLASSES)
    first, second, third = (run.scores.per_class[0].f1 or 0.0 for run in comparison.runs)
    assert rows[0][1:] == [f"{(first + second) / 2:.4f}", f"{third:.4f}"]


def test_of_more_classes_than_asked_for_those_that_differ_most_are_listed(comparison: Comparison) -> None:
    rows = compare_page.class_rows(comparison)
    spread = {row[0]: abs(float(row[1]) - float(row[2])) for row in rows}
    wanted = sorted(CLASSES, key=lambda name: -spread[name])
    assert len(set(spread.values())) > 1
    assert [row[0] for row in compare_page.class_rows(comparison, 2)] == wanted[:2]
    assert compare_page.class_title(comparison) == "F1 of each class"
    assert compare_page.class_title(comparison, 2) == (
        "F1 of the 2 of 3 classes where it differs most; compare.csv lists all"
    )


def test_a_thousand_classes_are_a_hundred_in_the_pages_and_all_in_the_table(tmp_path: Path) -> None:
    names, labels = [f"class {number}" for number in range(1100)], np.arange(2200) % 1100
    runs = []
    for seed in (1, 3):
        run = make_run(tmp_path, f"cnn1-{seed}", seed=seed)
        logits = np.random.default_rng(seed).normal(size=(2200, 1100)).astype(np.float32)
        logits[np.arange(2200), labels] += 3
        scores = evaluate.score(labels, Predictions(logits), names)
        run.write_scores([PhaseScores("plain", 10, scores, None, scores, "beef" * 16)])
        run.write_predictions(labels, Predictions(logits), names)
        runs.append(run)
    comparison = compare.compare(runs)
    title = "F1 of the 100 of 1,100 classes where it is lowest; compare.csv lists all"
    page, text = compare_page.html(comparison, tmp_path, None), compare_page.markdown(comparison)
    assert f"<h2>{title}</h2>" in page
    assert f"## {title}" in text
    shown = [float(row[1]) for row in compare_page.class_rows(comparison)]
    assert shown == sorted(shown)
    assert page.count('<th scope="row">class ') == text.count("| class ") - 1 == 100
    (first, _) = csv.DictReader(io.StringIO(compare_page.table(comparison)))
    assert [name for name in names if f"f1 {name}" in first] == names


def test_a_class_without_images_is_said_to_have_none(tmp_path: Path) -> None:
    labels = LABELS % 2
    runs = [make_run(tmp_path, f"cnn1-{seed}", range(seed), labels=labels, seed=seed) for seed in (1, 3)]
    comparison = compare.compare(runs)
    assert compare_page.class_rows(comparison)[2] == [CLASSES[2], "no images"]
    (first, _) = csv.DictReader(io.StringIO(compare_page.table(comparison)))
    assert first[f"f1 {CLASSES[2]}"] == ""
    assert json.dumps(compare_page.as_json(comparison), allow_nan=False)


def test_csv_holds_each_run_in_full(comparison: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(compare_page.table(comparison))))
    assert [float(row["accuracy"]) for row in rows] == [run.scores.accuracy for run in comparison.runs]
    assert [row["group"] for row in rows] == ["cnn1, 10 epochs (2 seeds)"] * 2 + ["cnn3-1"]
    for row, run in zip(rows, comparison.runs, strict=True):
        assert [float(row[f"f1 {name}"]) for name in CLASSES] == [score.f1 for score in run.scores.per_class]


def test_json_holds_the_pairs(comparison: Comparison) -> None:
    content = json.loads(json.dumps(compare_page.as_json(comparison)))
    (pair,) = content["pairs"]
    assert pair["words"] == comparison.pairs[0].words
    assert (pair["lowest"], pair["highest"], pair["only"]) == (17, 19, None)
    assert content["groups"][0]["accuracy_range"] == pytest.approx([0.95, 1 - 1 / 60])


def test_the_page_stands_alone_and_links_to_the_reports(comparison: Comparison, tmp_path: Path) -> None:
    paths = compare_page.write(comparison, tmp_path / "out")
    assert {suffix: path.name for suffix, path in paths.items()} == {
        "html": "compare.html",
        "md": "compare.md",
        "csv": "compare.csv",
        "png": "compare.png",
    }
    page = paths["html"].read_text()
    assert not re.search(r"https?:|url\(|@import|<script|<hat>", page)
    assert page.count("<img") == 1
    assert re.findall(r'<a href="([^"]*)"', page) == ["../runs/cnn3-1/report.html"]
    assert (paths["html"].parent / "../runs/cnn3-1/report.html").read_text() == "a report"
    assert comparison.pairs[0].words in page
    for sentence in compare_page.explanation(comparison):
        assert sentence.replace("'", "&#39;") in page
    assert paths["png"].read_bytes().startswith(b"\x89PNG")


def test_markdown_tables_keep_their_columns(comparison: Comparison) -> None:
    text = compare_page.markdown(comparison)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1
    assert "coat\\|jacket" in text


def test_what_the_reader_must_know_depends_on_what_is_there(comparison: Comparison, tmp_path: Path) -> None:
    text = " ".join(compare_page.explanation(comparison))
    assert "McNemar" not in text
    assert "this cleanly" in text
    assert "Holm" not in text
    singles = [make_run(tmp_path, f"{name}-1", recipe=name) for name in ("cnn1", "cnn3", "cnn4")]
    text = " ".join(compare_page.explanation(compare.compare(singles)))
    assert "McNemar" in text
    assert "this cleanly" not in text
    assert "There are 3 pairs" in text


def test_without_validation_there_is_no_figure(tmp_path: Path) -> None:
    notice = "The data are generated."
    runs = [
        make_run(tmp_path, f"cnn1-{n}", validated=False, batch_size=n, data={"notice": notice})
        for n in (1, 2)
    ]
    paths = compare_page.write(compare.compare(runs), tmp_path / "out")
    assert set(paths) == {"html", "md", "csv"}
    page = paths["html"].read_text()
    assert "<img" not in page
    assert page.count(notice) == paths["md"].read_text().count(notice) == 1
