"""A run -> its network with trained weights, in float32."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clothier import backend, models, recipes
from clothier.errors import InputError, RunError
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.runs import Run, checkpoint
from clothier.runs.checkpoint import Checkpoint
from clothier.values import Images, Predictions

if TYPE_CHECKING:
    import keras

WHICH = ("best", "last")


def load(run: Run, which: str = "last") -> keras.Model:
    """The network of a run: uint8 images in, float32 logits out. `which` weights: the last, which the scores
    are of, or the best by validation loss.

    Raises RunError where the run has no checkpoint yet, kept no best weights, or was made by another version.
    """
    values = weights(run, which)
    backend.start()
    own = plan(run)
    model = models.build_plan(own)
    if [value.shape for value in values] != [tuple(weight.shape) for weight in model.weights]:
        raise RunError(
            f"{run.path} holds other weights than {own.model} has; use the version of clothier that wrote it"
        )
    model.set_weights(values)
    return model


def predict(run: Run, images: Images, which: str = "last") -> Predictions:
    """What the run's network says of the images, by Keras, with its last or best weights, and the temperature where one
    was fitted to these: probabilities are then those that `clothier predict` gives.

    `images` uint8 (n, height, width, channels) of the run's own shape; InputError for another. Errors as `load`.
    """
    content = run.description().data
    if images.shape[1:] != content.image_shape or not len(images):
        raise InputError(
            f"images are {images.shape}; {run.name} was trained on images of {content.image_shape}; "
            "wanted one or more of those"
        )
    model = load(run, which)
    seen = models.averaged(model, plan(run).views)
    logits = backend.Inference(seen).logits(seen.get_weights(), images)
    return Predictions(logits, temperature(run, which), content.class_names)


def temperature(run: Run, which: str = "last") -> float | None:
    """The temperature that calibrates those weights; None where none was fitted to them: the run has no validation
    data, its last phase goes on, or its best weights are not its last. Raises RunError without a checkpoint."""
    history, best = checkpoint.read_progress(run.last_checkpoint)
    phases, reliability = run.read_scores(), run.read_reliability()
    epoch = best.epoch if which == "best" and best else len(history)
    if reliability is None or not phases or phases[-1].epochs != epoch:
        return None
    return reliability.temperature


def plan(run: Run) -> Plan:
    """The plan of a run's network."""
    return run.description().plan


def weights(run: Run, which: str = "last") -> list[npt.NDArray[Any]]:
    """The weights of the whole network in the order of its variables, without building it. Errors as `load`."""
    if which not in WHICH:
        raise InputError(f"weights are '{which}'; wanted one of {', '.join(WHICH)}")
    state = checkpoint.load(run.last_checkpoint, "model/")
    _check_own(run, state)
    tensors, epoch = state.tensors, state.epochs_done
    if which == "best":
        if state.best is None:
            raise RunError(
                f"{run.path} has no best weights, because it had no validation data; wanted --weights last"
            )
        tensors, epoch = checkpoint.load_weights(run.best_checkpoint(state.best.epoch)), state.best.epoch
    values = [np.asarray(tensors[name]) for name in sorted(tensors)]
    if run.description().base is not None and state.history[epoch - 1].phase != "fine-tuned":
        return [*base_weights(run), *values]  # until it is fine-tuned, the base is kept apart from the head
    return values


def _check_own(run: Run, state: Checkpoint) -> None:
    """RunError where the checkpoint in a run's folder is of another run than this, or this when it was shorter."""
    own = run.description()
    recipe = Recipe.from_json(state.recipe)
    if state.fingerprint != own.data.fingerprint or not recipes.extends(own.recipe, recipe):
        raise RunError(
            f"{run.last_checkpoint} is of another run than {run.recipe_file.name} beside it; wanted the run's own; "
            "put it back, or train again"
        )


def base_weights(run: Run) -> list[npt.NDArray[Any]]:
    """The frozen base's weights in the order of its variables; RunError where they are not those of recipe.json."""
    tensors = checkpoint.load_weights(run.base_file)
    own = run.description().base
    if own is None or checkpoint.digest(tensors) != own.sha256:
        raise RunError(f"{run.base_file} is not the base that recipe.json names; put it back, or train again")
    return [np.asarray(tensors[name]) for name in sorted(tensors)]
