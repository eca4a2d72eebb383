from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from clothier import recipes
from clothier.errors import InputError
from clothier.recipes import Recipe
from clothier.recipes.published import PUBLISHED
from clothier.values import Dataset, Reading

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
    assert (recipe.batch_size, recipe.validation) == (32, "none")


def test_as_read_a_recipe_has_the_validation_of_its_data(tiny: Dataset) -> None:
    fastnet = recipes.get("fastnet")
    for options, validation in (
        ({"validation": "article"}, "article"),
        ({"validation": "default"}, "default"),
        ({}, "default"),
    ):
        read = fastnet.as_read(replace(tiny, reading=Reading("folder:x", options)))
        assert read == recipes.change(fastnet, {"validation": validation})


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


def test_cut_short_a_recipe_forgets_what_comes_later() -> None:
    other = recipes.change(CNN1, {"augmented_epochs": 3, "augment": "none"})
    assert other != CNN1
    assert other.until("plain") == CNN1.until("plain")
    assert other.until("plain").phases() == [("plain", 10)]
    tuned = {"fine_tune_epochs": 10, "fine_tune_rate": 1e-4, "fine_tune_batch_size": 8}
    vgg19 = recipes.get("vgg19")
    assert recipes.change(vgg19, tuned).until("plain") == vgg19.until("plain")
    assert other.until("augmented") == other
    assert recipes.change(CNN1, {"seed": 14}).until("plain") != CNN1.until("plain")


def test_where_the_rate_looks_ahead_the_first_phase_depends_on_all_of_it() -> None:
    falling = recipes.change(CNN1, {"schedule": "linear"})
    assert falling.until("plain") == falling
    warming = recipes.change(CNN1, {"warmup": 0.1})
    assert warming.until("plain") == warming


def test_the_articles_vgg19() -> None:
    recipe = recipes.get("vgg19")
    assert recipe.phases() == [("plain", 50)]
    assert (recipe.batch_size, recipe.optimizer, recipe.head_units, recipe.head_dropout, recipe.base) == (
        256, "adam", 512, 0.5, "imagenet",
    )  # fmt: skip


def test_the_best_recipe_augments_from_its_first_epoch() -> None:
    best = recipes.get("best")
    assert best.phases() == [("augmented", 200)]
    assert set(recipes.NOTES) <= set(recipes.RECIPES)
    assert "days" in recipes.NOTES["best"]


def test_a_recipe_written_before_there_were_bases_still_loads() -> None:
    content = CNN1.as_json()
    for field in [name for name in content if name.startswith(("base", "head", "fine", "resize", "skip"))]:
        del content[field]
    for field in ("schedule", "warmup", "loss", "class_weight", "label_smoothing", "average_decay", "views"):
        del content[field]
    del content["early_stop"]
    assert len(content) == 13
    assert Recipe.from_json(content) == CNN1


def test_text_is_read_as_the_fields_type() -> None:
    changed = recipes.change(
        CNN1, {"epochs": "3", "learning_rate": "3e-4", "optimizer": "sgd", "momentum": 0}
    )
    assert (changed.epochs, changed.learning_rate, changed.optimizer) == (3, 3e-4, "sgd")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"learning_rte": "1"}, "unknown recipe field 'learning_rte'; known: augment,"),
        ({"epochs": "three"}, "epochs is 'three'; wanted a whole number from 0 to 100,000"),
        ({"epochs": True}, "epochs is True; wanted a whole number from 0 to 100,000"),
        ({"epochs": "9" * 99}, f"epochs is {'9' * 60}...; wanted a whole number from 0 to 100,000"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'; wanted a number above 0, such as 0.001"),
        ({"learning_rate": None}, "learning_rate is None; wanted a number above 0, such as 0.001"),
        ({"learning_rate": 10**400}, f"learning_rate is 1{'0' * 59}...; wanted a number above 0"),
        ({"optimizer": 3}, "optimizer is 3; wanted one of adadelta, adam, adamw, muon, nesterov, sgd"),
        ({"optimizer": []}, "optimizer is []; wanted one of adadelta, adam,"),
        ({"augment": 3}, "augment is 3; wanted text"),
        ({"epochs": 2.5}, "epochs is 2.5; wanted a whole number"),
        (
            {"views": "mirorr"},
            "unknown views 'mirorr'; known: image, mirror, mirror+shift; did you mean 'mirror'?",
        ),
        ({"skip": 1.0}, "skip is 1.0; wanted a number of 0 or more and below 1"),
        ({"skip_from": 1}, "skip_from is 1; wanted a whole number from 2 to 100,000"),
        (
            {"skip": 0.5},
            "skip is 0.5 but no epoch skips: skip_from is 2, skip_to 0; wanted skip_to no earlier than",
        ),
        ({"epochs": -1}, "epochs is -1; wanted a whole number from 0 to 100,000"),
        ({"epochs": 0, "augmented_epochs": 0}, "epochs and augmented_epochs are both 0; wanted at least one"),
        ({"batch_size": 0}, "batch_size is 0; wanted a whole number from 1 to 100,000"),
        ({"learning_rate": "nan"}, "learning_rate is nan; wanted a number above 0"),
        ({"learning_rate": "-1"}, "learning_rate is -1.0; wanted a number above 0"),
        (
            {"schedule": "cosin"},
            "unknown schedule 'cosin'; known: constant, cosine, linear; did you mean 'cosine'?",
        ),
        ({"warmup": 1.0}, "warmup is 1.0; wanted a number of 0 or more and below 1"),
        ({"label_smoothing": -0.1}, "label_smoothing is -0.1; wanted a number of 0 or more and below 1"),
        ({"average_decay": "nan"}, "average_decay is nan; wanted a number of 0 or more and below 1"),
        ({"momentum": 1.0}, "momentum is 1.0; wanted a number of 0 or more and below 1"),
        ({"weight_decay": "inf"}, "weight_decay is inf; wanted a number of 0 or more"),
        ({"seed": 2**32}, "seed is 4294967296; wanted a whole number from 0 to 4,294,967,295"),
        (
            {"optimizer": "adm"},
            "unknown optimizer 'adm'; known: adadelta, adam, adamw, muon, nesterov, sgd; did you mean 'adam'?",
        ),
        (
            {"precision": "float16"},
            "unknown precision 'float16'; known: auto, bfloat16, float32; did you mean 'bfloat16'?",
        ),
        (
            {"base": "random"},
            "augmented_epochs is 50 with a base; wanted 0, because the features of each image",
        ),
        (
            {"fine_tune_epochs": 1},
            "fine_tune_epochs is 1 without a base; wanted 0; choose a recipe with a base",
        ),
        (
            {"base": "random", "augmented_epochs": 0, "fine_tune_epochs": 1, "optimizer": "muon"},
            "optimizer is muon with fine_tune_epochs; wanted another, such as adam",
        ),
        ({"fine_tune_rate": 0.0}, "fine_tune_rate is 0.0; wanted a number above 0"),
        ({"fine_tune_batch_size": 0}, "fine_tune_batch_size is 0; wanted a whole number from 1"),
        ({"head_units": -1}, "head_units is -1; wanted a whole number from 0"),
        ({"head_dropout": 1.0}, "head_dropout is 1.0; wanted a number of 0 or more and below 1"),
        (
            {"base_pixels": "mistake"},
            "unknown base_pixels 'mistake'; known: article_mistake, as_trained; did you mean 'article_mistake'?",
        ),
        ({"base_end": "pool1"}, "unknown base_end 'pool1'; known: flatten, logits"),
        ({"validation": "half"}, "unknown validation 'half'; known: article, default, none, stratified"),
    ],
)
def test_a_wrong_field_or_value_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as caught:
        recipes.change(CNN1, values)
    assert str(caught.value).startswith(words)


def test_an_unknown_recipe_gets_its_nearest_neighbour() -> None:
    with pytest.raises(InputError) as caught:
        recipes.get("cnn5")
    known = ", ".join(sorted(recipes.RECIPES))
    assert str(caught.value).startswith(f"unknown recipe 'cnn5'; known: {known}; did")


def test_a_notebooks_numbers_are_numbers() -> None:
    changed = recipes.change(
        CNN1, {"epochs": np.int64(3), "learning_rate": np.float64(0.01), "warmup": np.int32(0)}
    )
    assert changed == recipes.change(CNN1, {"epochs": 3, "learning_rate": 0.01})
    with pytest.raises(InputError, match=r"^epochs is 1\.5; wanted a whole number from 0 to 100,000$"):
        recipes.change(CNN1, {"epochs": np.float64(1.5)})
