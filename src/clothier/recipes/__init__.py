"""Experiments as plain data: the Recipe, and the table of recipes by name. Nothing here imports Keras.

To add a recipe: one file that holds a RECIPE, one line in RECIPES.
"""

from __future__ import annotations

from clothier.errors import unknown_name
from clothier.recipes import (
    best,
    class_weights,
    cnn1,
    cnn1_dropout,
    cnn3,
    cnn4,
    fastnet,
    fastnet_95,
    linear,
    photos,
    photos_quick,
    photos_scratch,
    transfer,
    vgg19,
    vgg19_article,
    wild,
)
from clothier.recipes.changing import adopted, change
from clothier.recipes.counting import counted
from clothier.recipes.lengths import customize, ends, extends, is_over, lengthen, of_first_phase
from clothier.recipes.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    "best": best.RECIPE,
    "cnn1": cnn1.RECIPE,
    "cnn1_dropout": cnn1_dropout.RECIPE,
    "cnn3": cnn3.RECIPE,
    "cnn4": cnn4.RECIPE,
    "fastnet": fastnet.RECIPE,
    "fastnet_95": fastnet_95.RECIPE,
    "linear": linear.RECIPE,
    "photos": photos.RECIPE,
    "photos_quick": photos_quick.RECIPE,
    "photos_scratch": photos_scratch.RECIPE,
    "transfer": transfer.RECIPE,
    "vgg19": vgg19.RECIPE,
    "vgg19_article": vgg19_article.RECIPE,
    "wild": wild.RECIPE,
}


# What to know before one of them is begun.
NOTES: dict[str, str] = {
    "best": "best is made for a GPU (docs/gpu.md); on two cores it takes days: about 25 minutes per epoch in bfloat16",
}


# What trains in place of a recipe whose base comes in a package that is not installed.
WITHOUT_BASE: dict[str, str] = {"photos": "photos_scratch", "photos_quick": "photos_scratch"}


def get(name: str) -> Recipe:
    """The recipe of that name; InputError naming the nearest where there is none."""
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]


__all__ = [
    "NOTES",
    "RECIPES",
    "WITHOUT_BASE",
    "Recipe",
    "adopted",
    "change",
    "class_weights",
    "counted",
    "customize",
    "ends",
    "extends",
    "get",
    "is_over",
    "lengthen",
    "of_first_phase",
]
