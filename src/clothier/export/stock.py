"""A network of ours -> the same network of Keras's own layers, which opens where clothier is not installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clothier.errors import ExportError

if TYPE_CHECKING:
    import keras


def twin(model: keras.Model, *, mirror: bool = False) -> keras.Model:
    """uint8 images (n, height, width, channels) in, float32 probabilities (n, num_classes) out, in float32 and with the
    same weights; with `mirror`, of the mean logits of an image and its mirror image.

    Raises ExportError for a layer that Keras does not have.
    """
    import keras
    from keras import layers, ops

    logits = keras.models.clone_model(model, clone_function=_stock)
    logits.set_weights(model.get_weights())
    if mirror:
        images = keras.Input(model.input.shape[1:], dtype="uint8", name="images")
        both = [logits(images), logits(ops.flip(images, axis=2))]
        made = layers.Average(dtype="float32", name="mean_logits")(both)
    else:
        images, made = logits.input, logits.output
    probabilities = layers.Softmax(dtype="float32", name="probabilities")(made)
    return keras.Model(images, probabilities, name=model.name)


def _stock(layer: Any) -> Any:
    """Keras's layer of that name, with the same settings; how its weights were drawn is of no use any more."""
    from keras import layers

    if not isinstance(layer, layers.Layer):  # an operation, such as a flip; it has no weights
        return type(layer).from_config(layer.get_config())
    kind = getattr(layers, type(layer).__name__, None)
    if kind is None:
        raise ExportError(
            f"layer {layer.name} is a {type(layer).__name__}, which Keras does not have; wanted a layer of Keras"
        )
    config = layer.get_config()
    for name in config:
        if name.endswith("_initializer"):
            config[name] = "zeros"
    return kind.from_config(config)
