"""What the layers of a network give for an image, and how much the logits owe them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from clothier.values import Floats, Images, Labels

if TYPE_CHECKING:
    import keras


def trace(
    model: keras.Model, layers: Sequence[keras.Layer], images: Images, labels: Labels
) -> tuple[list[Floats], list[Floats]]:
    """(what each of those layers gives for the images, the derivative of the label's logit by it), both of the
    layer's output shape and dtype; dropout off.

    `images` uint8 (n, height, width, channels), `labels` int64 (n,). The layers may lie in nested models.
    """
    import tensorflow as tf

    outputs: dict[str, Any] = {}
    with tf.GradientTape() as tape:

        def keep(layer: keras.Layer, output: Any) -> None:
            tape.watch(output)  # so that frozen layers have derivatives too
            outputs[layer.path] = output

        with _overhearing(layers, keep):
            logits = model(images, training=False)
        chosen = tf.gather(logits, labels, axis=1, batch_dims=1)
    kept = [outputs[layer.path] for layer in layers]
    slopes = tape.gradient(chosen, kept)
    return [tensor.numpy() for tensor in kept], [tensor.numpy() for tensor in slopes]


@contextmanager
def _overhearing(layers: Sequence[keras.Layer], keep: Callable[[Any, Any], None]) -> Iterator[None]:
    """Every output of those layers is given to `keep` meanwhile. A model of models can be cut open at no tensor, hence
    the calls themselves are listened to."""

    def listening(layer: keras.Layer) -> Callable[..., Any]:
        call = layer.call

        def heard(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            keep(layer, output)
            return output

        return heard

    for layer in layers:
        layer.call = listening(layer)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call  # what the instance had over its class
