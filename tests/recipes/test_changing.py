"""What comes with another optimiser, and what fields are called elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from clothier import recipes
from clothier.errors import InputError
from clothier.recipes import elsewhere
from clothier.recipes.optimizers import OPTIMIZERS
from clothier.recipes.recipe import KINDS

CNN1, FASTNET = recipes.get("cnn1"), recipes.get("fastnet")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_another_optimizer_brings_its_usual_rate(name: str) -> None:
    usual = OPTIMIZERS[name]
    for recipe in (CNN1, FASTNET):
        changed = recipes.change(recipe, {"optimizer": name})
        if recipe.optimizer != name:
            assert (changed.learning_rate, changed.momentum) == (usual.learning_rate, usual.momentum)
        else:
            assert changed == recipe
        assert recipes.change(recipe, {"optimizer": name, "learning_rate": 0.5}).learning_rate == 0.5


def test_what_came_with_it_is_said() -> None:
    def said(recipe: recipes.Recipe, **changes: Any) -> str:
        return recipes.adopted(recipe, recipes.change(recipe, changes), changes)

    assert said(CNN1, optimizer="sgd") == "optimizer sgd trains with its usual learning_rate 0.01"
    assert (
        said(CNN1, optimizer="nesterov")
        == "optimizer nesterov trains with its usual learning_rate 0.01 and momentum 0.9"
    )
    assert said(FASTNET, optimizer="adam") == "optimizer adam trains with its usual learning_rate 0.001"
    assert said(CNN1, optimizer="sgd", learning_rate=0.1) == ""
    assert said(CNN1, optimizer="adamw") == ""  # its usual rate is that of adam
    assert said(CNN1, seed=3) == ""


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("lr", "unknown recipe field 'lr'; wanted learning_rate"),
        ("batch", "unknown recipe field 'batch'; wanted batch_size"),
        ("wd", "unknown recipe field 'wd'; wanted weight_decay"),
        ("dropout_rate", "unknown recipe field 'dropout_rate'; wanted head_dropout"),
        ("optimiser", "unknown recipe field 'optimiser'; wanted optimizer"),
        ("Learning-Rate", "unknown recipe field 'Learning-Rate'; wanted learning_rate"),
        ("imgsz", "'imgsz' is not a recipe field; wanted the option --image-size"),
        ("image_size", "'image_size' is not a recipe field; wanted the option --image-size"),
        ("workers", "'workers' is not a recipe field; wanted the option --threads"),
    ],
)
def test_a_field_by_its_name_elsewhere_gets_ours(field: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(CNN1, {field: "1"})
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("optimizer", "AdaDelta", "adadelta"),
        ("optimizer", "SGD", "sgd"),
        ("optimizer", "nag", "nesterov"),
        ("schedule", "CosineAnnealingLR", "cosine"),
        ("precision", "bf16", "bfloat16"),
        ("resize", "Bilinear", "bilinear"),
        ("loss", "sparse_categorical_crossentropy", "crossentropy"),
        ("loss", "BCE", "binary_crossentropy"),
    ],
)
def test_a_value_by_its_name_elsewhere_gets_ours(field: str, value: str, right: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(CNN1, {field: value})
    assert str(caught.value).startswith(f"unknown {field} '{value}'; known: ")
    assert str(caught.value).endswith(f"; did you mean '{right}'?")


def test_names_from_elsewhere_lead_to_fields() -> None:
    assert set(elsewhere.FIELDS.values()) <= set(KINDS)
    assert set(elsewhere.VALUES) <= set(KINDS)
    for names in (elsewhere.FIELDS, elsewhere.OPTIONS, *elsewhere.VALUES.values()):
        assert all(name == elsewhere._plain(name) for name in names)


def test_a_recipe_by_its_name_in_capitals() -> None:
    with pytest.raises(InputError, match=r"did you mean 'fastnet'\?$"):
        recipes.get("FastNet")
