from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.run_folders import make_run

from clothier import reproduce
from clothier.recipes.published import PLAIN_KERAS
from clothier.reproduce import RowResult, page
from clothier.reproduce.page import Reproduction
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
        load=lambda recipe: tiny,
        source="fashion-mnist",
    )
    outcomes = reproduce.outcomes(request, {"cnn3": "seed 13 could not be run: no <weights>"})
    return Reproduction("all", "clothier reproduce all --rows 'a<b'", outcomes)


def _row(made: Reproduction, name: str) -> list[str]:
    return next(row for row in page.rows(made) if row[0] == name)


def _loss(outcome: RowResult) -> float:
    values = [filled.phase.test.loss for filled in outcome.filled if filled.phase.test]
    return sum(values) / len(values)


def test_ours_stand_beside_the_published(made: Reproduction) -> None:
    plain = _row(made, "cnn1, 10 epochs")
    assert (plain[1], plain[3], plain[4]) == ("0.2485", "0.9104", "0.8500 (0.8000 to 0.9000)")
    assert plain[5:7] == [format(PLAIN_KERAS["cnn1", "plain"], ".4f"), "2"]
    gap = _loss(made.outcomes[0]) - 0.2485
    assert plain[7] == f"accuracy missed by 0.0604; loss missed by {gap:.4f}"
    augmented = _row(made, "cnn1, +50 augmented")
    assert (augmented[4], augmented[6]) == ("0.9000", "1")
    assert len({len(row) for row in page.rows(made)} | {len(page.COLUMNS)}) == 1


def test_what_is_reached_is_said(made: Reproduction) -> None:
    row = _row(made, "cnn1_dropout, 20 epochs")
    assert (row[1], row[3], row[4]) == ("–", "0.9160", "1.0000")  # noqa: RUF001
    assert row[7] == "accuracy reached; training accuracy 1.0000, published 0.9736"


def test_misses_and_empty_rows_are_stated(made: Reproduction) -> None:
    assert page.summary(made) == (
        "1 of 5 rows reach the published accuracy. These rows miss it: cnn1, 10 epochs (by 0.0604); cnn1, +50 "
        "augmented (by 0.0229). These rows have no runs: cnn3, 10 epochs; cnn3, +50 augmented."
    )
    assert _row(made, "cnn3, 10 epochs")[2:] == [
        *("–", "0.9079", "–", format(PLAIN_KERAS["cnn3", "plain"], ".4f"), "0"),  # noqa: RUF001
        "seed 13 could not be run: no <weights>",
    ]
    one = replace(made, outcomes=made.outcomes[4:])
    assert page.summary(one) == "1 of 1 row reaches the published accuracy."


@pytest.mark.parametrize("changes", [{"source": "generated"}, {"changes": ("epochs=1",)}])
def test_other_data_and_other_recipes_are_not_compared(
    made: Reproduction, changes: dict[str, object]
) -> None:
    other = replace(made, **changes)  # type: ignore[arg-type]
    assert page.summary(other) == (
        "3 of 5 rows have runs. They are not comparable with the published figures."
    )
    assert _row(other, "cnn1, 10 epochs")[7] == "not comparable"
    text = " ".join(page.explanation(other))
    assert ("generated, so they cannot be compared" in text) == ("source" in changes)
    assert ("The tutorial's recipes were changed: epochs=1." in text) == ("changes" in changes)


def test_the_page_stands_alone_and_links_to_the_reports(made: Reproduction, tmp_path: Path) -> None:
    paths = page.write(replace(made, notice="Drawn <b>by</b> us."), tmp_path / "out")
    assert {suffix: path.name for suffix, path in paths.items()} == {"html": "all.html", "md": "all.md"}
    html = paths["html"].read_text()
    assert not re.search(r"https?:|url\(|@import|<script|<b>|<weights>|a<b", html)
    assert re.findall(r'<a href="([^"]*)"', html) == ["../runs/cnn1-1/report.html"] * 2
    assert (paths["html"].parent / "../runs/cnn1-1/report.html").read_text() == "a report"
    assert "Zen &lt;4&gt;, 2 cores" in html
    assert html.count("Drawn &lt;b&gt;by&lt;/b&gt; us.") == 1


def test_the_markdown_holds_command_table_runs_machine_and_versions(made: Reproduction) -> None:
    text = page.markdown(made)
    assert "\n    clothier reproduce all --rows 'a<b'\n" in text
    for row in page.rows(made) + page.run_rows(made):
        assert "| " + " | ".join(row) + " |" in text
    assert len(page.run_rows(made)) == 4
    assert text.count("- Zen <4>, 2 cores; 23.4 GiB, Linux 6; 2 threads; clothier 1.2.3, keras 3.15.1") == 1


def test_json_holds_each_row_with_its_runs(made: Reproduction) -> None:
    rows = json.loads(json.dumps(page.as_json(made)))["rows"]
    assert [len(row["runs"]) for row in rows] == [2, 1, 0, 0, 1]
    assert rows[0]["runs"][1]["accuracy"] == 0.8
    assert rows[0]["published"]["test_accuracy"] == 0.9104
