"""A name or a plan -> an untrained keras.Model."""

from __future__ import annotations

import importlib
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from clothier.errors import InputError
from clothier.models import custom, parts
from clothier.models.bases.table import BASES, input_shape
from clothier.models.outline import Layer, describe, unfilled
from clothier.models.plan import Plan
from clothier.models.table import CUSTOM, MODELS, unknown
from clothier.values import Images

_COUNTED = re.compile(r"[_-]\d+$")


def build(
    name: str, image_shape: tuple[int, int, int], num_classes: int, dtype: str = "float32"
) -> keras.Model:
    """An untrained network for images of that shape; its layers compute in `dtype` (float32 or bfloat16),
    its weights are float32.

    Raises InputError for an unknown name, pictures too small for the network, or fewer than two classes.
    """
    _check(name, image_shape, num_classes)
    if name in BASES:
        return build_plan(Plan(name, image_shape, num_classes), dtype)
    with computing_in(dtype):
        module = _module(name)
        model = module.build(image_shape, num_classes)
    if not isinstance(model, keras.Model):
        raise TypeError(f"{name}.build gave {type(model).__name__}; wanted keras.Model")
    return model


def adapt(name: str, model: keras.Model, images: Images, seed: int) -> None:
    """Set what a network takes from the training images before it learns, uint8 (n, height, width, channels); most take
    nothing."""
    if name == CUSTOM:
        return
    module = _module(name)
    if hasattr(module, "adapt"):
        module.adapt(model, images, np.random.default_rng([seed, 0, 3]))


def _module(name: str) -> Any:
    return importlib.import_module(f"clothier.models.{MODELS[name].module}")


def base_module(name: str) -> Any:
    """What builds the base of that name: a module of `models.bases`."""
    return _module(name)


def build_plan(plan: Plan, dtype: str = "float32") -> keras.Model:
    """The untrained network of a plan: uint8 images in, float32 logits out. Precision and errors as `build`.

    Its weights are those of `build_base` followed by those of `build_head`, where there is a base.
    """
    if plan.model == CUSTOM:
        return custom.from_architecture(plan.architecture, dtype)
    if not plan.has_base:
        return build(plan.model, plan.image_shape, plan.num_classes, dtype)
    below = build_base(plan, dtype)
    with computing_in(dtype):
        return _named_by_order(keras.Model(below.input, _head(plan, below.output), name=plan.model))


def build_base(plan: Plan, dtype: str = "float32") -> keras.Model:
    """What lies below the head: uint8 images in, features (n, num_features) out. Precision and errors as `build`.

    On the trunk of a run, images are made grey or coloured and resized as that run's were.
    """
    # Images are resized to what a trunk takes.
    _check(plan.model, plan.trunk.image_shape if plan.trunk else plan.image_shape, plan.num_classes)
    with computing_in(dtype):
        if plan.trunk is None:
            images, x = parts.start(plan.image_shape)
            x = parts.fit(x, input_shape(plan.model, plan.image_shape, plan.base_size), plan.resize)
            base = keras.Model(images, _module(plan.model).features(x, plan), name=f"{plan.model}_base")
            if plan.base_features == "places":
                maps = base.get_layer(BASES[plan.model].cut).output
                base = keras.Model(images, parts.with_places(base.output, maps), name=base.name)
            return _named_by_order(base)
        images, x = parts.start(plan.image_shape)
        if plan.image_shape != plan.trunk.image_shape:
            x = parts.fit(x, plan.trunk.image_shape, plan.resize, name=f"fit{plan.depth}")
            x = ops.cast(ops.round(x), "uint8")
        with parts.behind(images, x):
            whole = build_plan(plan.trunk, dtype)
        if plan.base_end not in {layer.name for layer in whole.layers}:
            raise InputError(
                f"{plan.trunk.model} has no layer '{plan.base_end}' to end its trunk at; wanted one; "
                "choose another end with --set base_end=logits"
            )
        last = whole.get_layer(plan.base_end)
        ended = keras.Model(whole.input, last.output if plan.base_end == "flatten" else last.input)
        return _named_by_order(ended)


def _named_by_order(model: keras.Model) -> keras.Model:
    """The model; operations that Keras named by its counters of this process are named by their order in it, so that
    what is exported does not depend on what was built before."""
    seen: Counter[str] = Counter()
    for operation in model.operations:
        kind = _COUNTED.sub("", operation.name)
        if kind.replace("_", "") == type(operation).__name__.lower():
            seen[kind] += 1
            operation.name = f"{kind}-{seen[kind]}"  # no name of Keras has the dash
    return model


def with_maps(base: keras.Model, name: str) -> keras.Model:
    """A base that gives, before its features, the output of the layer of that name, flattened: float32
    (n, maps + num_features)."""
    flat = layers.Flatten(name="maps", dtype="float32")(base.get_layer(name).output)
    return keras.Model(base.input, layers.Concatenate(dtype="float32", name="both")([flat, base.output]))


def above(model: keras.Model, name: str) -> keras.Model:
    """What lies above the output of the layer of that name: float16 (n, maps) in, logits out, by the network's own
    layers."""
    cut = model.get_layer(name).output
    maps = keras.Input((math.prod(cut.shape[1:]),), dtype="float16", name="maps")
    grid = layers.Reshape(cut.shape[1:], dtype=cut.dtype, name="grid")(maps)
    return keras.Model(maps, keras.Model(cut, model.output, name="above")(grid), name="tail")


def build_head(plan: Plan, num_features: int, dtype: str = "float32") -> keras.Model:
    """The head alone: float16 features (n, num_features) in, float32 logits out."""
    with computing_in(dtype):
        features = keras.Input((num_features,), dtype="float16", name="features")
        return keras.Model(features, _head(plan, features), name="head")


def _head(plan: Plan, features: keras.KerasTensor) -> keras.KerasTensor:
    if plan.base_features == "places":
        features = parts.standardised(features, plan.depth)
    return parts.head(features, plan.head_units, plan.head_dropout, plan.num_classes, plan.depth)


def _check(name: str, image_shape: tuple[int, int, int], num_classes: int) -> None:
    if name not in MODELS:
        raise unknown(name)
    side = MODELS[name].smallest
    if min(image_shape[:2]) < side:
        raise InputError(
            f"{name} got images of {image_shape[0]}x{image_shape[1]} pixels; wanted at least {side}x{side}; "
            "choose a larger --image-size or a model with fewer layers"
        )
    if num_classes < 2:
        raise InputError(f"{name} got {num_classes} class; wanted at least 2")


@contextmanager
def computing_in(dtype: str) -> Iterator[None]:
    """Layers made meanwhile compute in `dtype`, with weights in float32."""
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if dtype == "bfloat16" else dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(previous)


def outlined(name: str, image_shape: tuple[int, int, int], num_classes: int) -> list[Layer]:
    """The layers that `build` would make, without memory for their weights. Errors as `build`."""

    return unfilled(lambda: describe(build(name, image_shape, num_classes)))
