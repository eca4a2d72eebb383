"""The model in the box, as it lies in the package."""

from __future__ import annotations

import numpy as np

from clothier import bundle, data, predict, recipes


def test_it_is_small_calibrated_and_has_a_card() -> None:
    path = predict.in_the_box()
    assert path.stat().st_size <= 2_000_000
    manifest = bundle.read(path).manifest
    assert manifest.preprocessing == {"photos": "doctor"}
    assert manifest.temperature != 1
    assert set(manifest.thresholds) == {"unsure", "unlike"}
    assert f"{manifest.scores['test']['accuracy']:.4f}" in manifest.card
    assert "Not for" in manifest.card


def test_its_recipe_has_the_fields_of_today() -> None:
    kept = predict.read(None).manifest.recipe
    assert kept == recipes.change(recipes.get("wild"), {"precision": kept["precision"]}).as_json()


def test_it_knows_most_drawn_clothes() -> None:
    drawn = data.load("generated:200", data.LoadOptions())
    predictor = predict.opened()
    images, labels = drawn.train.images, drawn.train.labels
    assert predictor.class_names == drawn.class_names
    right = predictor.predict(images).labels == labels
    assert np.mean(right) > 0.5
