from __future__ import annotations

from dataclasses import replace

import keras
import pytest

from clothier import recipes
from clothier.models.optimizers import OPTIMIZERS
from clothier.recipes.optimizers import OPTIMIZERS as NAMES


def test_every_name_a_recipe_takes_is_in_the_table() -> None:
    assert sorted(OPTIMIZERS) == sorted(NAMES)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("adadelta", "Adadelta"), ("adam", "Adam"), ("adamw", "AdamW"), ("nesterov", "SGD"), ("sgd", "SGD")],
)
def test_only_the_recipes_fields_differ_from_keras(name: str, kind: str) -> None:
    cnn1 = recipes.get("cnn1")
    recipe = replace(cnn1, optimizer=name, learning_rate=0.25, momentum=0.5, weight_decay=0.125)
    ours = OPTIMIZERS[name](recipe).get_config()
    theirs = getattr(keras.optimizers, kind)(0.25).get_config()
    theirs |= {"momentum": 0.5} if kind == "SGD" else {}
    theirs |= {"nesterov": True} if name == "nesterov" else {}
    theirs |= {"weight_decay": 0.125} if name in ("adamw", "nesterov") else {}
    assert {k: v for k, v in ours.items() if k != "name"} == {k: v for k, v in theirs.items() if k != "name"}
