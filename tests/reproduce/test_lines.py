from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.run_folders import describe

from clothier import recipes, reproduce
from clothier.recipes.published import PLAIN_KERAS
from clothier.reproduce import Filled, RowResult, Sample, lines
from clothier.reproduce.lines import Reproduction
from clothier.runs import Run
from clothier.values import PhaseScores, Scores


def filled(*accuracies: float, loss: float = 0.25) -> tuple[Filled, ...]:
    """A run for each accuracy on 10,000 test images."""
    runs = []
    for seed, accuracy in enumerate(accuracies, start=13):
        right = round(10_000 * accuracy)
        test = Scores(loss, accuracy, (), np.array([[right, 10_000 - right], [0, 0]]))
        phase = PhaseScores("plain", 10, replace(test, accuracy=0.97), None, test, "abc")
        content = describe(recipes.get("cnn1"))
        runs.append(Filled(Run(Path(f"runs/cnn1-{seed}")), seed, phase, 20.0, content))
    return tuple(runs)


def outcome(name: str, *samples: Sample, note: str = "") -> RowResult:
    return RowResult(reproduce.rows("all", [name])[0], samples, note)


def resplit(*accuracies: float, **options: Any) -> Sample:
    return Sample("re-split", filled(*accuracies, **options), True, True)


def official(*accuracies: float, **options: Any) -> Sample:
    return Sample("official", filled(*accuracies, **options), False, False)


def made(*outcomes: RowResult, **fields: Any) -> Reproduction:
    return Reproduction("all", "clothier reproduce all", outcomes, **fields)


TABLE = made(
    outcome("cnn1", resplit(0.912, 0.911, 0.915), official(0.906, 0.908, 0.904)),
    outcome("cnn3", resplit(0.897, 0.899, 0.8984), official(0.895, 0.8950, 0.896)),
    outcome("cnn4", note="not run yet"),
    outcome("cnn1_dropout", Sample("official", filled(0.915, 0.916), True, True)),
)


def words(measure: str = "accuracy") -> list[tuple[str, str, str]]:
    return [(row[0].partition(",")[0], row[1], row[6]) for row in TABLE.table_of(measure)]


def test_accuracies_are_judged_by_chance() -> None:
    assert words() == [
        ("cnn1", "re-split (like for like)", "reached"),
        ("cnn1", "official", "within chance, 0.44 points below"),
        ("cnn3", "re-split (like for like)", "missed by 0.98 points"),
        ("cnn3", "official", "missed by 1.26 points"),
        ("cnn4", "official", "not run yet"),
        ("cnn1_dropout", "official (like for like)", "within chance, 0.05 points below"),
        ("cnn1_dropout", "training (like for like)", "missed by 0.36 points"),
    ]


def test_losses_are_judged_where_their_noise_is_known() -> None:
    assert words("loss") == [
        ("cnn1", "re-split (like for like)", "missed by 0.0015"),
        ("cnn1", "official", "0.0015 above, with unknown noise"),
        ("cnn3", "re-split (like for like)", "missed by 0.0004"),
        ("cnn3", "official", "0.0004 above, with unknown noise"),
        ("cnn4", "official", "not run yet"),
    ]


def test_a_line_holds_mean_range_interval_and_seeds() -> None:
    assert TABLE.table_of("accuracy")[0] == [
        *("cnn1, 10 epochs", "re-split (like for like)", "0.9104", "0.9127 (0.9110 to 0.9150)"),
        *("0.9023 to 0.9230", "3", "reached"),
    ]
    assert TABLE.table_of("loss")[1][4] == "–"  # noqa: RUF001


def test_one_seed_is_said() -> None:
    (line,) = [line for line in made(outcome("cnn1", resplit(0.9))).lines if line.measure == "accuracy"]
    assert line.words == "missed by 1.04 points (one seed)"


def test_another_recipe_than_the_tutorials_only_stands_beside_it() -> None:
    reproduction = made(outcome("vgg19", resplit(0.88, 0.89)))
    assert reproduction.table_of("accuracy") == [
        [
            *("vgg19, 50 epochs", "re-split", "0.7664", "0.8850 (0.8800 to 0.8900)", "–", "2"),  # noqa: RUF001
            "not compared: pixels as VGG19 was trained on",
        ]
    ]
    assert lines.summary(reproduction) == ""


def test_the_summary_counts_verdicts() -> None:
    assert lines.summary(TABLE) == (
        "Like for like, 1 of 3 rows reaches the published accuracy. "
        "Missed within chance: cnn1_dropout, 20 epochs (by 0.05 points). "
        "Missed by more than chance: cnn3, 10 epochs (by 0.98 points). "
        "On the official test images, which the article did not use, 0 of 2 rows reach the published accuracy. "
        "Missed within chance: cnn1, 10 epochs (by 0.44 points). "
        "Missed by more than chance: cnn3, 10 epochs (by 1.26 points). "
        "Without runs: cnn4, 10 epochs."
    )


def test_rows_without_runs_like_for_like_are_named() -> None:
    reproduction = made(outcome("cnn4", Sample("re-split", (), True, True), official(0.91)))
    assert lines.summary(reproduction) == (
        "On the official test images, which the article did not use, 1 of 1 row reaches the published accuracy. "
        "Without runs like for like: cnn4, 10 epochs."
    )


def test_the_explanation_names_its_sources() -> None:
    text = " ".join(lines.explanation(TABLE))
    assert "each seed draws its own 10,000 test images" in text
    assert "The R tutorial was tested on the official test images." in text
    assert "Hahn and W. Q. Meeker, Statistical Intervals, 1991, chapter 4" in text
    for name in ("cnn1", "cnn3", "cnn4"):
        assert f"{name} {PLAIN_KERAS[name, 'plain']:.4f}" in text
    alone = " ".join(lines.explanation(made(*TABLE.outcomes[3:])))
    assert "Kaggle" not in alone
    assert "plain Keras" not in alone


def test_a_table_that_is_divided_anew_has_one_draw_for_all_seeds() -> None:
    table = replace(TABLE, is_table=True)
    text = " ".join(lines.explanation(table))
    assert "Every seed is tested on the same 10,000 of their images." in text
    assert "each seed draws" not in text
    assert lines.differences(table) == lines.differences(TABLE)[1:]


def test_other_data_and_other_recipes_are_not_compared() -> None:
    other = made(outcome("cnn1", Sample("other", filled(0.9), False, False)), source="generated")
    changed = replace(TABLE, changes=("epochs=1",))
    assert lines.summary(other) == (
        "1 of 1 row has runs, which are not comparable with the published figures."
    )
    for reproduction in (other, changed):
        assert reproduction.lines[0].words == "not comparable"
    assert "generated, so they cannot be compared" in " ".join(lines.explanation(other))
    assert "The tutorial's recipes were changed: epochs=1." in " ".join(lines.explanation(changed))


@pytest.mark.parametrize("source", ["csv:kaggle.csv,test.csv", "idx:somewhere"])
def test_the_name_of_the_source_does_not_matter_nor_does_precision(source: str) -> None:
    assert replace(TABLE, source=source, changes=("precision=float32",)).comparable
