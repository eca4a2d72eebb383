"""Bases whose layers keras.applications builds: preprocessing, names and weights are Keras's own."""

from __future__ import annotations

import keras
from keras import layers

from clothier.models.bases.table import BASES
from clothier.models.plan import Plan


def features(x: keras.KerasTensor, plan: Plan) -> keras.KerasTensor:
    """float32 (n, height, width, 3) in [0, 255] -> (n, num_features)."""
    made = build(plan.model, weights=None, input_tensor=x, input_shape=tuple(x.shape[1:]))
    return layers.Activation("linear", name="flatten")(made.output)  # named as the end of a trunk is


def build(name: str, **arguments: object) -> keras.Model:
    """The network of keras.applications without its top, averaged over the last maps; it takes values 0 to 255."""
    function = getattr(keras.applications, BASES[name].application)
    model: keras.Model = function(include_top=False, pooling="avg", **arguments)
    return model
