"""vgg19: VGG19 without its top, on images of 150x150x3; under the article's head of 512 units, 24,224,330 parameters
for ten classes, 20,024,384 of them VGG19's.

Source: K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", 2014,
configuration E; layer names and pixel means are those of keras.applications, whose weights it takes.
"""

from __future__ import annotations

import keras
from keras import layers, ops

from clothier.models.plan import Plan

# Filters of each convolution, all 3 x 3; a pooling layer ends each block.
BLOCKS = ((64, 64), (128, 128), (256,) * 4, (512,) * 4, (512,) * 4)
# Of ImageNet's training images: blue, green, red.
MEANS = (103.939, 116.779, 123.68)


def features(x: keras.KerasTensor, plan: Plan) -> keras.KerasTensor:
    """float32 (n, 150, 150, 3) in [0, 255] -> (n, 8192).

    VGG19 was trained on blue, green, red from 0 to 255 with their means taken away, and that is what it gets. With
    base_pixels="article_mistake" the values are brought to [0, 1] first, as the article did: the means then outweigh
    the picture a hundred times, and VGG19 sees 150 x 150 nearly equal pixels.
    """
    scale = 1 / 255 if plan.base_pixels == "article_mistake" else 1.0
    offsets = [-mean for mean in MEANS]
    x = layers.Rescaling(scale, offset=offsets, dtype="float32", name="centre")(ops.flip(x, axis=3))
    for number, block in enumerate(BLOCKS, start=1):
        for place, filters in enumerate(block, start=1):
            name = f"block{number}_conv{place}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"block{number}_pool")(x)  # (75, 37, 18, 9, 4 pixels a side)
    return layers.Flatten(name="flatten")(x)  # (8192,)


def weight_shapes() -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """(layer, shape of its kernel, shape of its bias) of each convolution, in order."""
    shapes: list[tuple[str, tuple[int, ...], tuple[int, ...]]] = []
    channels = 3
    for number, block in enumerate(BLOCKS, start=1):
        for place, filters in enumerate(block, start=1):
            shapes.append((f"block{number}_conv{place}", (3, 3, channels, filters), (filters,)))
            channels = filters
    return shapes
