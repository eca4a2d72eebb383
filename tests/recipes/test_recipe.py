from __future__ import annotations

from typing import Any

import pytest

from clothier import recipes
from clothier.errors import InputError
from clothier.recipes import Recipe
from clothier.recipes.published import PUBLISHED

CNN1 = recipes.get("cnn1")


def test_the_articles_recipe() -> None:
    assert CNN1.phases() == [("plain", 10), ("augmented", 50)]
    assert (CNN1.batch_size, CNN1.optimizer, CNN1.learning_rate, CNN1.augment) == (
        256,
        "adam",
        0.001,
        "article",
    )


def test_the_r_tutorials_recipe() -> None:
    recipe = recipes.get("cnn1_dropout")
    assert recipe.phases() == [("plain", 20)]
    assert (recipe.batch_size, recipe.split) == (32, "none")


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_every_recipe_is_named_for_itself_and_survives_json(name: str) -> None:
    recipe = recipes.get(name)
    assert recipe.name == name
    assert Recipe.from_json(recipe.as_json()) == recipe


def test_published_figures_belong_to_recipes_and_phases() -> None:
    for (name, phase), published in PUBLISHED.items():
        ends = dict(recipes.get(name).phases())
        total = ends["plain"] + (ends["augmented"] if phase == "augmented" else 0)
        assert published.epochs == total


def test_text_is_read_as_the_fields_type() -> None:
    changed = recipes.change(
        CNN1, {"epochs": "3", "learning_rate": "3e-4", "optimizer": "sgd", "momentum": 0}
    )
    assert (changed.epochs, changed.learning_rate, changed.optimizer) == (3, 3e-4, "sgd")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rte": "1"}, "unknown recipe field 'learning_rte'; known: augment,"),
        ({"epochs": "three"}, "epochs is 'three'; wanted a whole number"),
        ({"epochs": 2.5}, "epochs is 2.5; wanted a whole number"),
        ({"epochs": -1}, "epochs is -1; wanted 0 or more"),
        ({"epochs": 0, "augmented_epochs": 0}, "epochs and augmented_epochs are both 0; wanted at least one"),
        ({"batch_size": 0}, "batch_size is 0; wanted 1 or more"),
        ({"learning_rate": "nan"}, "learning_rate is nan; wanted a number above 0"),
        ({"learning_rate": "-1"}, "learning_rate is -1.0; wanted a number above 0"),
        ({"momentum": 1.0}, "momentum is 1.0; wanted 0 or more and below 1"),
        ({"weight_decay": "inf"}, "weight_decay is inf; wanted 0 or more"),
        ({"seed": 2**32}, "seed is 4294967296; wanted a whole number below 2**32"),
        (
            {"optimizer": "adm"},
            "unknown optimizer 'adm'; known: adadelta, adam, adamw, sgd; did you mean 'adam'?",
        ),
        (
            {"precision": "float16"},
            "unknown precision 'float16'; known: bfloat16, float32; did you mean 'bfloat16'?",
        ),
        ({"split": "half"}, "unknown split 'half'; known: article, default, none, stratified"),
    ],
)
def test_a_wrong_field_or_value_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(CNN1, values)
    assert str(caught.value).startswith(words)


def test_an_unknown_recipe_gets_its_nearest_neighbour() -> None:
    with pytest.raises(InputError) as caught:
        recipes.get("cnn5")
    assert str(caught.value).startswith(
        "unknown recipe 'cnn5'; known: cnn1, cnn1_dropout, cnn3, cnn4, transfer, vgg19; did you mean 'cnn"
    )
