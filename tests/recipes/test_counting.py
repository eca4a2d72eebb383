from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from clothier import recipes
from clothier.errors import InputError
from clothier.recipes import Recipe, counting

CNN1, VGG19 = recipes.get("cnn1"), recipes.get("vgg19")


@pytest.mark.parametrize(
    ("recipe", "changes", "words"),
    [
        (
            "cnn1",
            {"momentum": "0.9"},
            "momentum does nothing here: optimizer is adam; wanted optimizer muon or nesterov or sgd; "
            "leave momentum out, or change both",
        ),
        ("fastnet", {"momentum": 0.9, "optimizer": "adam"}, "momentum does nothing here: optimizer is adam"),
        ("fastnet", {"momentum": 0.8, "optimizer": "adam"}, "momentum does nothing here: optimizer is adam"),
        ("cnn1", {"weight_decay": 0.1}, "weight_decay does nothing here: optimizer is adam"),
        (
            "cnn1",
            {"head_units": 8},
            "head_units does nothing here: base is not set; wanted a base, as the recipes photos, transfer and vgg19 "
            "have; leave head_units out, or change both",
        ),
        ("cnn1", {"head_dropout": 0.1}, "head_dropout does nothing here: base is not set"),
        ("cnn1", {"resize": "nearest"}, "resize does nothing here: base is not set"),
        ("cnn1", {"base_precision": "float32"}, "base_precision does nothing here: base is not set"),
        ("cnn1", {"base_pixels": "article_mistake"}, "base_pixels does nothing here: model is cnn1"),
        ("vgg19", {"base_end": "logits"}, "base_end does nothing here: base is imagenet"),
        ("vgg19", {"fine_tune_rate": 1e-4}, "fine_tune_rate does nothing here: fine_tune_epochs is 0"),
        (
            "vgg19",
            {"fine_tune_batch_size": 8},
            "fine_tune_batch_size does nothing here: fine_tune_epochs is 0",
        ),
        ("vgg19", {"augment": "shift"}, "augment does nothing here: augmented_epochs is 0"),
        (
            "cnn1",
            {"augment": "shift", "augmented_epochs": 0},
            "augment does nothing here: augmented_epochs is 0",
        ),
        ("cnn1", {"skip_to": 4}, "skip_to does nothing here: skip is 0.0; wanted a skip above 0"),
        ("cnn1", {"skip_from": 4}, "skip_from does nothing here: skip is 0.0"),
    ],
)
def test_a_change_that_does_nothing_is_refused(recipe: str, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(recipes.get(recipe), changes)
    assert str(caught.value).startswith(words)


def test_beside_what_it_needs_it_is_taken() -> None:
    assert recipes.change(CNN1, {"momentum": 0.5, "optimizer": "sgd"}).momentum == 0.5
    assert recipes.change(CNN1, {"skip": 0.5, "skip_to": 4}).skip_to == 4
    tuned = recipes.change(VGG19, {"fine_tune_epochs": 2, "fine_tune_rate": 1e-4, "head_units": 8})
    assert (tuned.fine_tune_rate, tuned.head_units) == (1e-4, 8)


def test_a_field_left_at_its_value_is_no_change() -> None:
    assert recipes.change(CNN1, CNN1.as_json()) == CNN1


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_as_written_is_read_with_fields_that_do_nothing(name: str) -> None:
    recipe = replace(recipes.get(name), momentum=0.25, head_units=3)
    assert Recipe.from_json(recipe.as_json()) == recipe


def test_the_fields_that_count() -> None:
    left_out = {f.name for f in fields(Recipe)} - set(recipes.counted(CNN1))
    assert left_out == {
        "momentum", "weight_decay", "skip_from", "skip_to", "base_pixels", "base_end", "base_precision", "base_size",
            "resize",
        "base_features", "base_views", "head_units", "head_dropout",
        "fine_tune_epochs", "fine_tune_part", "fine_tune_rate", "fine_tune_batch_size",
    }  # fmt: skip
    assert {"head_units", "fine_tune_epochs", "base_pixels"} < set(recipes.counted(VGG19))
    assert {"augment", "augmented_epochs", "views"}.isdisjoint(recipes.counted(VGG19))
    assert {"momentum", "skip_to"} < set(recipes.counted(recipes.get("fastnet")))


def test_the_table_names_fields() -> None:
    names = {f.name for f in fields(Recipe)}
    assert set(counting.NEEDS) <= names
    assert {need.field for need in counting.NEEDS.values()} <= names
