"""How large a network is, counted on its own layers."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clothier import models
from clothier.models.plan import Plan

if TYPE_CHECKING:
    import keras

_FREE = ("Cast", "Dropout", "Flatten", "Rescaling")  # layers whose output is no array of its own for long


@dataclass(frozen=True)
class Size:
    """A network's `weights`; and for one image the `activations` of all layers, the `multiplications`, and the
    `features` that the logits are computed from."""

    weights: int
    activations: int
    multiplications: int
    features: int

    @property
    def weight_bytes(self) -> int:
        """In float32."""
        return 4 * self.weights


def of(model: keras.Model, features: int) -> Size:
    """The size of a network with that number of features."""
    return Size(
        weights=model.count_params(),
        activations=sum(_values(layer) for layer in _layers(model) if type(layer).__name__ not in _FREE),
        multiplications=sum(_multiplications(layer) for layer in _layers(model)),
        features=features,
    )


@functools.lru_cache(maxsize=256)
def of_plan(plan: Plan) -> Size:
    """The size of a plan's network, without memory for its weights. Errors as `models.build_plan`."""

    def count() -> Size:
        model = models.build_plan(plan)
        return of(model, int(models.features(model).shape[1]))

    return models.unfilled(count)


@functools.lru_cache(maxsize=256)
def base_bytes(plan: Plan) -> int:
    """The bytes of the weights below the head of a plan with a base, in float32."""
    return 4 * models.unfilled(lambda: int(models.build_base(plan).count_params()))


@functools.lru_cache(maxsize=256)
def activations_above(plan: Plan, cut: str) -> int:
    """The activations for one image of the layers of a plan's network above the layer of that name."""
    return models.unfilled(lambda: of(models.above(models.build_plan(plan), cut), 0).activations)


def _values(layer: Any) -> int:
    """Values of the layer's output, twice where an activation function follows within the layer."""
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    copies = 2 if activation != "linear" and hasattr(layer, "kernel") else 1
    return copies * _length(layer)


def _length(layer: Any) -> int:
    output = layer.output
    outputs = output if isinstance(output, list) else [output]
    return sum(math.prod(each.shape[1:]) for each in outputs)


def _multiplications(layer: Any) -> int:
    """Each kernel is applied once at each place of the output; other layers take one step for each value."""
    kernels = [math.prod(weight.shape) for weight in layer.weights if len(weight.shape) > 1]
    if not kernels:
        return _length(layer)
    return int(sum(kernels) * math.prod(layer.output.shape[1:-1]))


def _layers(model: Any) -> Iterator[Any]:
    """All layers, those of nested models included."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _layers(layer)
        else:
            yield layer
