"""A network of ours -> the same network of Keras's own layers, which opens where clothier is not installed."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from clothier import models
from clothier.backend.door import keras
from clothier.errors import ExportError


def twin(model: keras.Model, *, views: str = "image", temperature: float = 1.0) -> keras.Model:
    """uint8 images (n, height, width, channels) in, float32 probabilities (n, num_classes) out, in float32 and with the
    same weights, of the logits divided by the temperature; with other `views` than "image", those of the mean logits
    over them.

    Raises ExportError for a layer that Keras does not have.
    """
    own = keras.models.clone_model(model, clone_function=_stock)
    own.set_weights(model.get_weights())
    logits = models.averaged(own, views)
    calibrated = keras.layers.Rescaling(1 / temperature, dtype="float32", name="temperature")(logits.output)
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(calibrated)
    return keras.Model(logits.input, probabilities, name=model.name)


def save(model: keras.Model, file: Path) -> None:
    """Put the model there, in a name that ends in .keras."""
    with warnings.catch_warnings():
        # Of NumPy 2 about TensorFlow's variables, which Keras makes arrays of.
        warnings.filterwarnings(
            "ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning
        )
        model.save(file)


def _stock(layer: Any) -> Any:
    """Keras's layer of that name, with the same settings; how its weights were drawn is of no use any more."""
    if not isinstance(layer, keras.layers.Layer):  # an operation, such as a flip; it has no weights
        return type(layer).from_config(layer.get_config())
    kind = getattr(keras.layers, type(layer).__name__, None)
    if kind is None:
        raise ExportError(
            f"layer {layer.name} is a {type(layer).__name__}, which Keras does not have; wanted a layer of Keras"
        )
    config = layer.get_config()
    for name in config:
        if name.endswith("_initializer"):
            config[name] = "zeros"
    return kind.from_config(config)
