from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.run_folders import make_run

from clothier import recipes, reproduce
from clothier.models.bases import places
from clothier.reproduce import Request
from clothier.values import Dataset

MakeRequest = Callable[..., Request]


def test_each_phase_fills_its_row(tiny: Dataset, request_of: MakeRequest, tmp_path: Path) -> None:
    data = {"fingerprint": tiny.fingerprint}
    make_run(tmp_path, "cnn1-1", phases=("plain", "augmented"), data=data)
    make_run(tmp_path, "cnn1-4", augmented_epochs=0, data=data, seed=14)
    make_run(tmp_path, "cnn1-5", data=data, seed=15)  # stopped
    plain, augmented = reproduce.outcomes(request_of(tmp_path))
    assert [(filled.run.name, filled.seed) for filled in plain.filled] == [
        ("cnn1-1", 13),
        ("cnn1-4", 14),
        ("cnn1-5", 15),
    ]
    assert [filled.run.name for filled in augmented.filled] == ["cnn1-1"]
    assert [filled.seconds for filled in (plain.filled[0], augmented.filled[0])] == [20.0, 120.0]
    assert plain.note == augmented.note == ""


def test_of_two_runs_with_one_seed_the_first_counts(
    tiny: Dataset, request_of: MakeRequest, tmp_path: Path
) -> None:
    """Whichever is better: no seed is chosen, and no run either."""
    data = {"fingerprint": tiny.fingerprint}
    for number, wrong in ((10, 0), (9, 30)):
        make_run(tmp_path, f"cnn1-{number}", range(wrong), augmented_epochs=0, data=data)
    plain, _ = reproduce.outcomes(request_of(tmp_path))
    assert [filled.run.name for filled in plain.filled] == ["cnn1-9"]


def test_samples_say_what_the_published_run_has_in_common(request_of: MakeRequest, tmp_path: Path) -> None:
    both = ("re-split", "official")
    article, _, tutorial, base = reproduce.outcomes(
        request_of(tmp_path, "cnn1,cnn1_dropout,vgg19_article", tests=both)
    )[0:4:1]
    found = {
        outcome.row.recipe: [(sample.test, sample.like_for_like, sample.alike) for sample in outcome.samples]
        for outcome in (article, tutorial, base)
    }
    assert found == {
        "cnn1": [("re-split", True, True), ("official", False, False)],
        "vgg19_article": [("re-split", True, False), ("official", False, False)],  # one draw for all seeds
        "cnn1_dropout": [("official", True, True)],
    }
    (table,) = reproduce.outcomes(request_of(tmp_path, tests=("re-split",), table=True))[0].samples
    assert (table.like_for_like, table.alike) == (True, False)  # whether it is the article's own is not known


def test_rows_that_cannot_be_filled_say_why(
    request_of: MakeRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = {name: recipe for name, recipe in recipes.RECIPES.items() if name != "cnn4"}
    monkeypatch.setattr(recipes, "RECIPES", without)
    monkeypatch.setattr(places, "downloaded", lambda name: None)
    asked = request_of(tmp_path, "cnn1,cnn3,cnn4,vgg19")
    outcomes = reproduce.outcomes(asked, {"cnn3": "no weights"})
    assert [outcome.note for outcome in outcomes] == [
        *("not run yet", "not run yet", "no weights", "no weights"),
        *["this version has no recipe cnn4"] * 2,
        "needs a network: ImageNet's weights are not on this machine",
    ]
    short = request_of(tmp_path, changes={"augmented_epochs": "0"})
    assert reproduce.outcomes(short)[1].note == "the recipe, as changed, has no augmented phase"
    table = request_of(tmp_path, "cnn1_dropout", tests=("re-split",), table=True)
    assert reproduce.outcomes(table)[0].note == "the data do not have the official test images"
    monkeypatch.setattr(places, "downloaded", lambda name: tmp_path)
    assert reproduce.outcomes(request_of(tmp_path, "vgg19"))[0].note == "not run yet"
