from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from support.run_folders import make_run

from clothier import reproduce
from clothier.reproduce import page
from clothier.reproduce.lines import Reproduction
from clothier.values import Dataset


@pytest.fixture
def made(tiny: Dataset, tmp_path: Path) -> Reproduction:
    """cnn1 with two seeds in its plain row and one in the augmented; cnn1_dropout all right; cnn3 missing."""
    data = {"fingerprint": tiny.fingerprint}
    run = make_run(tmp_path / "runs", "cnn1-1", range(6), phases=("plain", "augmented"), data=data)
    run.report_file.write_text("a report")
    make_run(tmp_path / "runs", "cnn1-2", range(12), augmented_epochs=0, seed=14, data=data)
    make_run(tmp_path / "runs", "cnn1_dropout-1", recipe="cnn1_dropout", data=data)
    request = reproduce.Request(
        rows=reproduce.rows("all", ["cnn1", "cnn3", "cnn1_dropout"]),
        runs=tmp_path / "runs",
        load=lambda recipe, seed: tiny,
        source="fashion-mnist",
        tests=("official",),
    )
    outcomes = reproduce.outcomes(request, {"cnn3": "seed 13 could not be run: no <weights>"})
    return Reproduction("all", "clothier reproduce all --rows 'a<b'", outcomes)


def test_the_page_stands_alone_and_links_to_the_reports(made: Reproduction, tmp_path: Path) -> None:
    paths = page.write(replace(made, notice="Drawn <b>by</b> us."), tmp_path / "out")
    assert {suffix: path.name for suffix, path in paths.items()} == {"html": "all.html", "md": "all.md"}
    html = paths["html"].read_text()
    assert not re.search(r"https?:|url\(|@import|<script|<b>|<weights>|a<b", html)
    assert re.findall(r'<a href="([^"]*)"', html) == ["../runs/cnn1-1/report.html"] * 2
    assert (paths["html"].parent / "../runs/cnn1-1/report.html").read_text() == "a report"
    assert "Zen &lt;4&gt;, 2 cores" in html
    assert html.count("Drawn &lt;b&gt;by&lt;/b&gt; us.") == 1
    assert re.findall(r"<h2>(\w+)", html)[:3] == ["Accuracy", "Loss", "What"]


def test_the_markdown_holds_command_tables_runs_machine_and_versions(made: Reproduction) -> None:
    text = page.markdown(made)
    assert "\n    clothier reproduce all --rows 'a<b'\n" in text
    tables = [rows for _, rows in page.tables(made)]
    assert [len(rows) for rows in tables] == [6, 4]
    for row in [*tables[0], *tables[1], *page.run_rows(made)]:
        assert "| " + escape(" | ".join(row), quote=False) + " |" in text
    assert [row[:3] for row in page.run_rows(made)] == [
        ["cnn1-1", "13", "official"],
        ["cnn1-2", "14", "official"],
        ["cnn1-1", "13", "official"],
        ["cnn1_dropout-1", "13", "official"],
    ]
    assert text.count("- Zen <4>, 2 cores; 23.4 GiB, Linux 6; 2 threads; clothier 1.2.3, keras 3.15.1") == 1
    assert max(len(line) for line in text.splitlines() if not line.startswith("|")) <= 120


def test_what_differs_from_the_article_is_said_where_its_rows_are(made: Reproduction) -> None:
    heading = "## What differs from the article"
    assert heading in page.markdown(made)
    assert heading not in page.markdown(replace(made, outcomes=made.outcomes[4:]))
    assert heading not in page.markdown(replace(made, changes=("epochs=1",)))


def test_json_holds_each_figure_and_its_runs(made: Reproduction) -> None:
    rows = json.loads(json.dumps(page.as_json(made)))["rows"]
    assert [len(row["runs"]) for row in rows] == [2, 1, 0, 0, 1]
    assert rows[0]["runs"][1]["accuracy"] == 0.8
    assert rows[0]["published"]["test_accuracy"] == 0.9104
    accuracy, loss = rows[0]["figures"]
    assert accuracy["ours"] == [0.9, 0.8]
    assert accuracy["mean"] == pytest.approx(0.85)
    assert accuracy["interval"][0] < 0.85 < accuracy["interval"][1]
    assert (accuracy["verdict"], loss["verdict"]) == ("within chance", "unclear")
    assert [figure["images"] for figure in rows[4]["figures"]] == ["official", "training"]
    assert (rows[2]["figures"][0]["verdict"], rows[2]["note"]) == (
        None,
        "seed 13 could not be run: no <weights>",
    )
