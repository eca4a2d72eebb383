"""name -> Keras optimiser, with Keras's defaults but for what the recipe says.

Each is named, since Keras would number them and a checkpoint knows its variables by their paths.
"""

from __future__ import annotations

from collections.abc import Callable

import keras

from clothier.models.adam import Adam
from clothier.models.muon import Muon
from clothier.recipes.recipe import Recipe

OPTIMIZERS: dict[str, Callable[[Recipe], keras.Optimizer]] = {
    "adadelta": lambda recipe: keras.optimizers.Adadelta(recipe.learning_rate, name="adadelta"),
    "adam": lambda recipe: Adam(recipe.learning_rate, name="adam"),
    "adamw": lambda recipe: keras.optimizers.AdamW(
        recipe.learning_rate, weight_decay=recipe.weight_decay, name="adamw"
    ),
    "muon": lambda recipe: Muon(recipe.learning_rate, recipe.momentum, compute_dtype=recipe.precision),
    # Keras shrinks weights apart from the momentum, which would multiply a penalty in the loss by 1 / (1 - momentum).
    "nesterov": lambda recipe: keras.optimizers.SGD(
        recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=True,
        weight_decay=recipe.weight_decay,
        name="nesterov",
    ),
    "sgd": lambda recipe: keras.optimizers.SGD(recipe.learning_rate, momentum=recipe.momentum, name="sgd"),
}
