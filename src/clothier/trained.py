"""A run -> its network with trained weights, in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clothier import backend, checkpoint
from clothier.errors import InputError, RunError
from clothier.recipes import Recipe
from clothier.runs import Run

if TYPE_CHECKING:
    import keras

WHICH = ("best", "last")


def load(run: Run, which: str = "last") -> keras.Model:
    """The network of a run: uint8 images in, float32 logits out. `which` weights: the last, which the scores
    are of, or the best by validation loss.

    Raises RunError where the run has no checkpoint yet, kept no best weights, or was made by another version.
    """
    if which not in WHICH:
        raise InputError(f"weights are '{which}'; wanted one of {', '.join(WHICH)}")
    content = run.read_recipe()
    recipe = Recipe.from_json(content["recipe"])
    state = checkpoint.load(run.last_checkpoint)
    tensors = state.tensors
    if which == "best":
        if state.best is None:
            raise RunError(
                f"{run.path} kept no best weights, having no validation data; wanted --weights last"
            )
        tensors = checkpoint.load_weights(run.best_checkpoint(state.best.epoch))
    values = [tensors[name] for name in sorted(tensors) if name.startswith("model/")]

    backend.start()
    from clothier import models

    height, width, channels = content["data"]["image_shape"]
    model = models.build(recipe.model, (height, width, channels), len(content["data"]["class_names"]))
    if [value.shape for value in values] != [tuple(weight.shape) for weight in model.weights]:
        raise RunError(
            f"{run.path} holds other weights than {recipe.model} has; use the version of clothier that wrote it"
        )
    model.set_weights(values)
    return model
