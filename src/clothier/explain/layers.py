"""A network and one image -> what its layers give, and where it looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

from clothier import backend
from clothier.errors import InputError
from clothier.values import Floats

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class FeatureMaps:
    """The output of one layer for one image: `maps` float32 (height, width, channels)."""

    layer: str
    maps: Floats


@dataclass(frozen=True, eq=False)
class GradCam:
    """What the layers of a network give for one image.

    The `label` that `heat` is of, `layers` in the order of the network, and `heat` float32 (height, width) of the
    image, in [0, 1]: where the last convolution speaks for that label.
    """

    label: int
    layers: tuple[FeatureMaps, ...]
    heat: Floats


def explain(model: keras.Model, image: npt.NDArray[np.uint8], label: int | None = None) -> GradCam:
    """Feature maps of every convolution and pooling layer, and Grad-CAM of the last convolution.

    `image` uint8 (height, width, channels); `label` None takes the most probable class of the image itself, without
    the other views that a run may take of it. Raises InputError for an image of
    another shape, a label outside the classes, or a network without convolutions.
    """
    if image.shape != model.input_shape[1:]:
        raise InputError(f"the image is {image.shape}; wanted {tuple(model.input_shape[1:])}")
    layers = [layer for layer in _leaves(model) if _is_spatial(layer)]
    convolutions = [place for place, layer in enumerate(layers) if _is_convolution(layer)]
    if not convolutions:
        raise InputError(
            f"{model.name} has no convolution, which Grad-CAM needs; wanted one or more; use occlusion.heat"
        )
    logits = backend.Inference(model).logits(model.get_weights(), image[np.newaxis])
    num_classes = logits.shape[1]
    chosen = int(logits[0].argmax()) if label is None else label
    if not 0 <= chosen < num_classes:
        raise InputError(f"label is {chosen}; wanted 0 to {num_classes - 1}")
    outputs, slopes = backend.trace(model, layers, image[np.newaxis], np.array([chosen]))
    last = convolutions[-1]
    return GradCam(
        label=chosen,
        layers=tuple(
            FeatureMaps(layer.name, output[0]) for layer, output in zip(layers, outputs, strict=True)
        ),
        heat=_enlarge(grad_cam(outputs[last][0], slopes[last][0]), image.shape[:2]),
    )


def has_convolutions(model: keras.Model) -> bool:
    """Whether the network has a convolution, which Grad-CAM needs."""
    return any(map(_is_convolution, _leaves(model)))


def grad_cam(outputs: Floats, slopes: Floats) -> Floats:
    """The class activation map, float32 (height, width), 0 or more: channels weighted by their mean slope, negative
    sums cut off.

    `outputs` of a layer and `slopes` of a class's logit by them, both (height, width, channels). Source: Selvaraju
    et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017, equations 1, 2.
    """
    weights = slopes.mean(axis=(0, 1))  # (channels,)
    cam: Floats = np.maximum(outputs @ weights, 0).astype(np.float32)
    return cam


def _enlarge(cam: Floats, size: tuple[int, ...]) -> Floats:
    """The map bilinearly at the image's size, the highest value made 1 (all 0 where nothing speaks for the class)."""
    large = Image.fromarray(cam).resize((size[1], size[0]), Image.Resampling.BILINEAR)
    heat: Floats = np.asarray(large, np.float32)
    return heat / heat.max() if heat.max() > 0 else heat


def _leaves(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers in order, those of nested models in their place."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _leaves(layer)
        else:
            yield layer


def _is_spatial(layer: keras.Layer) -> bool:
    kind = type(layer).__name__
    return ("Conv" in kind or "Pool" in kind) and len(layer.output.shape) == 4


def _is_convolution(layer: keras.Layer) -> bool:
    return _is_spatial(layer) and "Conv" in type(layer).__name__
