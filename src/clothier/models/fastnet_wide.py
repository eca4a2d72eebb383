"""fastnet_wide: fastnet with half as many channels again."""

from __future__ import annotations

import keras

from clothier.models import fastnet
from clothier.models.fastnet import adapt

WIDTHS = (96, 96, 192)

__all__ = ["WIDTHS", "adapt", "build"]


def build(image_shape: tuple[int, int, int], num_classes: int) -> keras.Model:
    return fastnet.build(image_shape, num_classes, WIDTHS)
