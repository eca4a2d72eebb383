"""What a network is made of: its layers as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import keras

from clothier.models import parts

_T = TypeVar("_T")


@dataclass(frozen=True)
class Layer:
    """One row of a summary; `output_shape` leaves the number of images out."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: int


def describe(model: keras.Model) -> list[Layer]:
    """The layers of a model in order."""
    return [
        Layer(
            name=layer.name,
            kind=type(layer).__name__,
            output_shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
            trainable=sum(math.prod(variable.shape) for variable in layer.trainable_variables),
        )
        for layer in model.layers
    ]


def features(model: keras.Model) -> keras.KerasTensor:
    """What the logits are computed from: the output of the last layer or operation before them that is no dropout,
    which leaves everything as it is here. Of features and maps that a head gets together, the features: they say what
    an image shows wherever it stands, which is what likeness is about, and they are few."""
    operation = model.get_layer("logits")
    while True:
        tensor = operation._inbound_nodes[0].input_tensors[0]
        operation = tensor._keras_history.operation
        if operation.name == parts.PLACES:
            return operation._inbound_nodes[0].input_tensors[0]
        if type(operation).__name__ != "Dropout" and not parts.is_standardiser(operation):
            return tensor


def unfilled(build: Callable[[], _T]) -> _T:
    """What `build` returns, called where the weights of new networks take no memory. Such networks cannot be used, so
    return numbers and names alone."""

    def call() -> _T:
        with keras.StatelessScope(initialize_variables=False):
            return build()

    with ThreadPoolExecutor(1) as pool:  # Keras keeps a list of unfilled weights for each thread
        return pool.submit(call).result()
