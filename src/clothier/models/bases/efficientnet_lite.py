"""efficientnet_lite0, 1 and 2: EfficientNets without squeeze-and-excitation, with ReLU6 in place of Swish, made for
telephones. 1,280 features; 3,413,024, 4,189,344 and 4,869,168 parameters below them.

Source: M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, and the
Lite variants that its authors published in 2020. Their weights are read from a file of PyTorch. Layers pad as
TensorFlow does, and pixels are brought to mean 0 and deviation 1 by ImageNet's numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import keras
from keras import layers

from clothier.models.layers import BatchNormalization
from clothier.models.plan import Plan

# (width, depth) as factors; the stem, the head, and the repeats of the first and the last group stay as they are.
SCALES = {
    "efficientnet_lite0": (1.0, 1.0),
    "efficientnet_lite1": (1.0, 1.1),
    "efficientnet_lite2": (1.1, 1.2),
}
# Repeats, kernel, stride, expansion, filters of each group of blocks.
GROUPS = (
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)  # fmt: skip
STEM, HEAD = 32, 1280
MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of red, green and blue in [0, 1]
EPSILON = 1e-3


def features(x: keras.KerasTensor, plan: Plan) -> keras.KerasTensor:
    """float32 (n, height, width, 3) in [0, 255] -> (n, 1280). The comments have the shapes of Lite0 at 224x224."""
    scale = [1 / (255 * deviation) for deviation in DEVIATIONS]
    offset = [-mean / deviation for mean, deviation in zip(MEANS, DEVIATIONS, strict=True)]
    x = layers.Rescaling(scale, offset=offset, dtype="float32", name="centre")(x)  # (224, 224, 3)
    x = _relu6(_norm(_conv(x, STEM, 3, 2, "stem"), "stem"), "stem")  # (112, 112, 32)
    # (112, 112, 16), (56, 56, 24), (28, 28, 40), (14, 14, 80), (14, 14, 112), (7, 7, 192), (7, 7, 320)
    for number, (kernel, stride, expansion, filters) in enumerate(_blocks(plan.model)):
        x = _block(x, kernel, stride, expansion, filters, f"block{number}")
    x = _relu6(_norm(_conv(x, HEAD, 1, 1, "head"), "head"), "head")  # (7, 7, 1280)
    return layers.GlobalAveragePooling2D(name="flatten")(x)  # (1280,); named as the end of a trunk is


def tensors(base: keras.Model) -> Iterator[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """(name, shape, axes) in PyTorch's file of each weight, in the order of the model's; transposed by `axes`, it is
    the model's."""
    names = ("weight", "bias", "running_mean", "running_var")
    for layer in base.layers:
        for weight, name in zip(layer.weights, names, strict=False):
            shape, axes = tuple(weight.shape), _AXES.get(type(layer).__name__, (0,))
            there: list[int] = [0] * len(shape)
            for side, axis in zip(shape, axes, strict=True):
                there[axis] = side
            yield f"{_name(layer.name)}.{name}", tuple(there), axes


_AXES = {"Conv2D": (2, 3, 1, 0), "DepthwiseConv2D": (2, 3, 0, 1)}
_PARTS = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}
_ENDS = {"stem_conv": "_conv_stem", "stem_norm": "_bn0", "head_conv": "_conv_head", "head_norm": "_bn1"}


def _name(layer: str) -> str:
    """What PyTorch's file calls a layer."""
    if layer in _ENDS:
        return _ENDS[layer]
    block, part, kind = layer.split("_")
    return f"_blocks.{block.removeprefix('block')}.{f'_{part}_conv' if kind == 'conv' else _PARTS[part]}"


def _blocks(name: str) -> Iterator[tuple[int, int, int, int]]:
    """Kernel, stride, expansion and filters of each block."""
    width, depth = SCALES[name]
    for group, (repeats, kernel, stride, expansion, filters) in enumerate(GROUPS):
        scaled = repeats if group in (0, len(GROUPS) - 1) else math.ceil(depth * repeats)
        for repeat in range(scaled):
            yield kernel, stride if repeat == 0 else 1, expansion, _rounded(width * filters)


def _rounded(filters: float) -> int:
    """The nearest multiple of 8, or the next one where that is a tenth too small."""
    nearest = max(8, int(filters + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * filters else nearest


def _block(
    x: keras.KerasTensor, kernel: int, stride: int, expansion: int, filters: int, name: str
) -> keras.KerasTensor:
    """An inverted residual: more channels, a convolution of each by itself, fewer channels."""
    y = x
    if expansion != 1:
        y = _conv(y, expansion * x.shape[-1], 1, 1, f"{name}_expand")
        y = _relu6(_norm(y, f"{name}_expand"), f"{name}_expand")
    depthwise = layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    y = _relu6(_norm(depthwise(y), f"{name}_depthwise"), f"{name}_depthwise")
    y = _norm(_conv(y, filters, 1, 1, f"{name}_project"), f"{name}_project")
    same = stride == 1 and x.shape[-1] == filters
    return layers.Add(name=f"{name}_add")([y, x]) if same else y


def _conv(x: keras.KerasTensor, filters: int, kernel: int, stride: int, name: str) -> keras.KerasTensor:
    return layers.Conv2D(
        filters,
        kernel,
        stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)


def _norm(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return BatchNormalization(epsilon=EPSILON, name=f"{name}_norm")(x)


def _relu6(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.Activation("relu6", name=f"{name}_relu")(x)
