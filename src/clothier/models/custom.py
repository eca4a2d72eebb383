"""A network of the user's own: what its function builds -> Keras's JSON of it, from which it is built again."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from clothier.errors import InputError
from clothier.models.outline import features
from clothier.models.table import CUSTOM

ImageShape = tuple[int, int, int]
Build = Callable[[ImageShape, int], keras.Model]

_NUM_TRIED = 4  # images that a new network is tried on
_WANTED = "wanted a function (image_shape, num_classes) -> keras.Model"


def architecture_of(build: Build, image_shape: ImageShape, num_classes: int) -> str:
    """JSON of the network that `build(image_shape, num_classes)` returns, the same in every process.

    The network takes images (n, *image_shape) with values 0..255 and gives logits (n, num_classes). A softmax at its
    end is left out. Layers that were not named are numbered again, and the last one is called logits. Raises InputError
    for a function or a network of another kind, and for layers that Keras cannot build again from their configuration.
    """
    model = _without_softmax(_call(build, image_shape, num_classes))
    _check_shapes(model, image_shape, num_classes)
    text = _canonical(json.loads(model.to_json()), model.output._keras_history.operation.name)
    rebuilt = from_architecture(text)
    _check_layers(rebuilt)
    _check_logits(rebuilt, image_shape)
    return text


def from_architecture(text: str, dtype: str = "float32") -> keras.Model:
    """The untrained network of that JSON; its layers compute in `dtype`, its logits in float32. InputError where layers
    cannot be built from their configuration."""
    content: Any = None
    try:
        content = json.loads(text)
        if dtype == "bfloat16":
            _set_policy(content)
        return keras.models.model_from_json(json.dumps(content))
    except (TypeError, ValueError, AttributeError, ImportError) as error:
        raise InputError(
            f"the network cannot be built again from its configuration ({_unknown_layers(content)}); wanted layers of "
            "Keras, or such as are registered with @keras.saving.register_keras_serializable() and imported; "
            "a Lambda layer is not enough"
        ) from error


def digest(text: str) -> str:
    """SHA-256 hex digest of a network's JSON."""
    return hashlib.sha256(text.encode()).hexdigest()


def qualified_name(function: Any) -> str:
    """module.name of a function, a class or an object's class, as far as it has one."""
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__}.{named.__qualname__}"


def _call(build: Any, image_shape: ImageShape, num_classes: int) -> keras.Model:
    """What the function returns, as a functional model with one input and one output."""
    if isinstance(build, keras.Model) or not callable(build):
        came = "a keras.Model" if isinstance(build, keras.Model) else f"{build!r:.80}"
        raise InputError(f"model is {came}; {_WANTED}, as each run begins with new weights")
    try:
        inspect.signature(build).bind(image_shape, num_classes)
    except TypeError as error:
        raise InputError(
            f"{qualified_name(build)} does not take two arguments ({error}); {_WANTED}"
        ) from None
    except ValueError:  # a function of C without a signature
        pass
    model = build(image_shape, num_classes)
    if not isinstance(model, keras.Model):
        raise InputError(f"{qualified_name(build)} returned {type(model).__name__}; wanted a keras.Model")
    if isinstance(model, keras.Sequential) and not model.built:
        model.build((None, *image_shape))
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise InputError(
            f"{qualified_name(build)} returned a model that is a class of its own; wanted keras.Sequential or "
            "keras.Model(inputs, outputs), whose layers can be exported"
        )
    if len(inputs) != 1 or len(outputs) != 1:
        raise InputError(
            f"{qualified_name(build)} returned a model with {len(inputs)} inputs and {len(outputs)} outputs; "
            "wanted one of each"
        )
    return keras.Model(inputs[0], outputs[0], name=CUSTOM)


def _without_softmax(model: keras.Model) -> keras.Model:
    """The model that ends in logits."""
    last = model.output._keras_history.operation
    ending = getattr(getattr(last, "activation", None), "__name__", "")
    if type(last).__name__ == "Softmax" or (type(last).__name__ == "Activation" and ending == "softmax"):
        return keras.Model(model.input, last._inbound_nodes[0].input_tensors[0], name=CUSTOM)
    if ending == "softmax":
        last.activation = keras.activations.linear
    elif ending not in ("", "linear"):
        raise InputError(
            f"the network ends in {ending} (layer {last.name}); wanted logits; leave the activation out"
        )
    return model


def _check_shapes(model: keras.Model, image_shape: ImageShape, num_classes: int) -> None:
    if tuple(model.input.shape[1:]) != tuple(image_shape):
        raise InputError(
            f"the network takes images of {tuple(model.input.shape[1:])}; wanted {tuple(image_shape)}, which the "
            "function is given as image_shape"
        )
    if tuple(model.output.shape[1:]) != (num_classes,):
        raise InputError(
            f"the network gives an output of shape {tuple(model.output.shape)}; wanted (None, {num_classes}), a logit "
            "for each class"
        )


def _check_layers(model: keras.Model) -> None:
    """InputError for what summaries, explanations and exports cannot follow."""
    for layer in model.layers:
        if len(layer._inbound_nodes) > 1:
            raise InputError(
                f"layer {layer.name} is used more than once; wanted each layer once; make two of them"
            )
        shapes = (
            [layer.output.shape] if hasattr(layer.output, "shape") else [each.shape for each in layer.output]
        )
        if len(shapes) > 1 or None in shapes[0][1:]:
            raise InputError(
                f"layer {layer.name} gives an output of shape {shapes if len(shapes) > 1 else shapes[0]}; wanted one "
                "output whose sides are known"
            )
    if "logits" not in {layer.name for layer in model.layers}:
        kind = type(model.output._keras_history.operation).__name__
        raise InputError(
            f"the network ends in the operation {kind}, which is no layer; wanted a layer at the end, such as Dense; "
            "put the operation before it"
        )
    tensor = features(model)
    if len(tensor.shape) != 2:
        raise InputError(
            f"the last layer gets the output of {tensor._keras_history.operation.name}, of shape {tensor.shape}; "
            "wanted features (n, num_features), as from Flatten or GlobalAveragePooling2D; end in a Dense layer "
            "after one of these"
        )


def _check_logits(model: keras.Model, image_shape: ImageShape) -> None:
    """InputError for a network that cannot run, or gives probabilities."""
    images = np.random.default_rng(0).integers(0, 256, (_NUM_TRIED, *image_shape), np.uint8)
    output = np.asarray(model(images, training=False), np.float32)
    if not np.isfinite(output).all():
        raise InputError("the network gives values that are not finite for images of 0..255; wanted logits")
    if (output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-4):
        raise InputError("the network gives probabilities; wanted logits; leave the softmax at its end out")


def _canonical(content: dict[str, Any], last: str) -> str:
    """The JSON with names that do not depend on what else the process has built."""
    content.pop("compile_config", None)
    names = [(entry["class_name"], entry["config"]["name"]) for entry in _entries(content)]
    taken = {name for kind, name in names if not _is_automatic(kind, name)} | {"logits"}
    renamed = {"logits": "logits1", last: "logits"}
    for kind, name in names:
        if name not in renamed and _is_automatic(kind, name):
            number = 1
            while (new := f"{_snake(kind)}{number}") in taken:
                number += 1
            taken.add(new)
            renamed[name] = new
    return json.dumps(_rename(content, renamed), sort_keys=True, separators=(",", ":"))


def _entries(content: Any) -> Iterator[dict[str, Any]]:
    """The JSON of every layer and operation, in order, those within others too."""
    if isinstance(content, dict):
        config = content.get("config")
        if (
            isinstance(config, dict)
            and "name" in config
            and content.get("class_name") not in (None, "DTypePolicy")
        ):
            yield content
    values = content.values() if isinstance(content, dict) else content if isinstance(content, list) else []
    for value in values:
        yield from _entries(value)


def _rename(content: Any, renamed: dict[str, str]) -> Any:
    if isinstance(content, dict):
        if content.get("class_name") == "DTypePolicy":
            return content
        return {
            key: renamed.get(value, value)
            if key == "name" and isinstance(value, str)
            else _rename(value, renamed)
            for key, value in content.items()
        }
    if isinstance(content, list):
        if (
            len(content) == 3
            and isinstance(content[0], str)
            and all(type(each) is int for each in content[1:])
        ):
            return [renamed.get(content[0], content[0]), *content[1:]]
        return [_rename(value, renamed) for value in content]
    return content


def _set_policy(content: Any) -> None:
    """Every layer but the logits computes in bfloat16, with weights in float32."""
    if isinstance(content, list):
        for value in content:
            _set_policy(value)
    elif isinstance(content, dict) and content.get("name") != "logits":
        if content.get("class_name") == "DTypePolicy" and content["config"]["name"] == "float32":
            content["config"]["name"] = "mixed_bfloat16"
        for value in content.values():
            _set_policy(value)


def _is_automatic(kind: str, name: str) -> bool:
    return re.fullmatch(re.escape(_snake(kind)) + r"(_\d+)?", name) is not None


def _snake(kind: str) -> str:
    """The name of a class as Keras writes it in the names of layers."""
    apart = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", kind))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower()


def _unknown_layers(content: Any) -> str:
    """The kinds of layer that Keras itself does not have, and Lambda."""
    kinds = {entry["class_name"]: str(entry.get("module")) for entry in _entries(content)}
    return ", ".join(
        kind for kind, module in kinds.items() if kind == "Lambda" or not module.startswith("keras")
    )
