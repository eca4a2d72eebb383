"""A stage of training: one network with its optimiser, its compiled steps and the twin that judges it.

A network that is trained whole has one stage for all its phases. On a frozen base, the head is the first stage, fed
with features. The second trains base and head together, fed with images; or the base's last layers and the head, fed
with the maps that the layers below gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clothier import backend, models
from clothier.models.plan import Plan
from clothier.recipes import Recipe
from clothier.values import Examples, Floats, Images, Predictions

if TYPE_CHECKING:
    import keras

_ROWS_AT_ONCE = 512  # of features, while their means are computed

Tensors = dict[str, npt.NDArray[Any]]


class Stage:
    """A network in training."""

    def __init__(
        self,
        model: keras.Model,
        twin: keras.Model,
        recipe: Recipe,
        cut: str = "",
        class_weights: Floats | None = None,
    ) -> None:
        """`twin` is the same network in float32. With `cut`, what lies above that layer is trained and judged. Each
        class counts in the loss by its `class_weights`, float32 (num_classes,)."""
        self.model = model
        self._part, twin = (models.above(model, cut), models.above(twin, cut)) if cut else (model, twin)
        self.optimizer = models.OPTIMIZERS[recipe.optimizer](recipe)
        self.recipe = recipe
        self.trainer = backend.Trainer(
            self._part,
            self.optimizer,
            loss=recipe.loss,
            label_smoothing=recipe.label_smoothing,
            average_decay=recipe.average_decay,
            keep_losses=bool(recipe.skip),
            class_weights=class_weights,
        )
        self._glance = backend.Inference(twin)
        looked = models.averaged(twin, recipe.views)
        self._judge = self._glance if looked is twin else backend.Inference(looked)
        self.batch_size = recipe.batch_size

    def standardise(self, inputs: Any) -> None:
        """Where the head standardises its features, set their means and variances to those of the training images,
        float16 (n, num_features), and let all places together count for as much as all features of the base."""
        for layer in filter(models.is_standardiser, self._part.layers):
            mean, square = _moments(inputs, self.width)
            variance = np.maximum(square - mean**2, 0)
            of_base = models.BASES[self.recipe.model].features
            factor = np.ones(self.width)
            factor[of_base:] = np.sqrt(of_base / (self.width - of_base))
            for weight, value in (
                (layer.gamma, factor),
                (layer.moving_mean, mean),
                (layer.moving_variance, variance),
            ):
                place = next(i for i, own in enumerate(self._part.weights) if own is weight)
                weight.assign(value.astype(np.float32))
                if self.trainer.averages:
                    self.trainer.averages[place].assign(value.astype(np.float32))

    @property
    def width(self) -> int:
        """The numbers that an example has where the network is fed with features or maps."""
        return int(self._part.input.shape[1])

    def predict(self, examples: Examples) -> Predictions:
        """In float32, dropout off, by the weights that `weights` gives."""
        return Predictions(self._judge.logits(self._judged(), examples.inputs))

    def glance(self, examples: Examples) -> Predictions:
        """As `predict`, but by the image alone whatever the recipe's views: for each epoch, in a fraction of the
        time."""
        return Predictions(self._glance.logits(self._judged(), examples.inputs))

    def weights(self) -> Tensors:
        """Those that are judged and kept: the averages where the recipe wants them, else the model's own."""
        return _arrays(_named("model", self._all(), self.model.weights))

    def is_finite(self) -> bool:
        """Whether all weights are numbers."""
        return all(np.isfinite(np.asarray(weight)).all() for weight in self.model.weights)

    def tensors(self) -> Tensors:
        """Weights, those training goes on from where these are others, and the optimiser's state: all that a
        checkpoint keeps of the stage."""
        return _arrays(self._variables())

    def assign(self, tensors: dict[str, Any]) -> bool:
        """Put back what `tensors` gave; False, and nothing done, where these are the variables of another stage."""
        own = self._variables()
        if own.keys() != tensors.keys():
            return False
        for name, variable in own.items():
            variable.assign(tensors[name])
        return True

    def _variables(self) -> dict[str, Any]:
        named = _named("model", self._all(), self.model.weights)
        if self.trainer.averages:
            named |= _named("raw", self._part.weights)
        return named | _named("optimizer", self.optimizer.variables)

    def _judged(self) -> list[Any]:
        return self.trainer.averages or list(self._part.weights)

    def _all(self) -> list[Any]:
        """All weights of the network, those of the trained part as they are judged."""
        judged = dict(zip(map(id, self._part.weights), self._judged(), strict=True))
        return [judged.get(id(weight), weight) for weight in self.model.weights]


def whole(plan: Plan, recipe: Recipe, images: Images, class_weights: Floats | None = None) -> Stage:
    """The network of a recipe without a base, adapted to those training images where it wants to be."""
    model = models.build_plan(plan, recipe.precision)
    models.adapt(plan.model, model, images, recipe.seed)
    return Stage(model, models.build_plan(plan), recipe, class_weights=class_weights)


def head(plan: Plan, recipe: Recipe, num_features: int, class_weights: Floats | None = None) -> Stage:
    """The head alone, fed with features."""
    return Stage(
        models.build_head(plan, num_features, recipe.precision),
        models.build_head(plan, num_features),
        recipe,
        class_weights=class_weights,
    )


def fine_tuning(
    plan: Plan,
    recipe: Recipe,
    values: Sequence[npt.NDArray[Any]] | None,
    class_weights: Floats | None = None,
) -> Stage:
    """Base and head together, or the last layers of the base and the head, with those weights, at the recipe's lower
    rate and with an optimiser begun again."""
    model = models.build_plan(plan, recipe.precision)
    # Batch normalisation keeps the base's means: those of a small batch would throw its features away.
    for layer in model.layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.trainable = False
    if values is not None:
        model.set_weights(values)
    slower = replace(recipe, learning_rate=recipe.fine_tune_rate, batch_size=recipe.fine_tune_batch_size)
    return Stage(model, models.build_plan(plan), slower, cut(recipe), class_weights)


def cut(recipe: Recipe) -> str:
    """The layer of the base above which fine-tuning trains; "" where it trains all of it or nothing."""
    is_partial = recipe.fine_tune_epochs and recipe.fine_tune_part == "last"
    return models.BASES[recipe.model].cut if is_partial else ""


def _moments(inputs: Any, width: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The means of each column and of its square."""
    total, squares = np.zeros(width), np.zeros(width)
    for start in range(0, len(inputs), _ROWS_AT_ONCE):
        rows = np.asarray(inputs[start : start + _ROWS_AT_ONCE], np.float64)
        total += rows.sum(axis=0)
        squares += (rows**2).sum(axis=0)
    return total / len(inputs), squares / len(inputs)


def _named(part: str, variables: list[Any], named_like: list[Any] | None = None) -> dict[str, Any]:
    """The variables, named by place and path: the optimiser's paths alone could repeat."""
    paths = [variable.path for variable in named_like or variables]
    return {f"{part}/{place:03d}/{path}": variables[place] for place, path in enumerate(paths)}


def _arrays(named: dict[str, Any]) -> Tensors:
    return {name: np.asarray(variable) for name, variable in named.items()}
