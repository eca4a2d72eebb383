"""The table of architectures. No Keras here."""

from __future__ import annotations

from dataclasses import dataclass

from clothier.errors import InputError, unknown_name
from clothier.models.bases.table import BASES

CUSTOM = "custom"  # the name of a network that is not in the table


@dataclass(frozen=True)
class Architecture:
    """One entry: the module that builds it, its smallest image side in pixels, and a line about it."""

    module: str
    smallest: int
    description: str


MODELS: dict[str, Architecture] = {
    "cnn1": Architecture("cnn1", 4, "one convolution (the article's first network)"),
    "cnn1_dropout": Architecture(
        "cnn1_dropout", 4, "one convolution, dropout before the logits (the R tutorial)"
    ),
    "cnn3": Architecture("cnn3", 18, "three convolutions with dropout (the article's second network)"),
    "cnn4": Architecture("cnn4", 16, "four convolutions with batch normalisation (the article's third)"),
    "fastnet": Architecture("fastnet", 7, "five convolutions on whitened patches, for training in a minute"),
    "fastnet_large": Architecture("fastnet_large", 8, "fastnet at full resolution, for 95 % in minutes"),
    "linear": Architecture("linear", 1, "one dense layer on the pixels, a baseline (logistic regression)"),
    "resnet10": Architecture(
        "resnet10", 1, "a residual network of ten layers for photos of about 112 pixels"
    ),
    "wrn16_8": Architecture(
        "wrn", 1, "a wide residual network, 16 convolutions deep, 8 times as wide; for a GPU"
    ),
    **{
        name: Architecture(
            f"bases.{base.module}", 1, f"{base.title} under a head; `clothier bases` says more"
        )
        for name, base in BASES.items()
    },
}


def smallest_side(name: str) -> int:
    """The smallest side in pixels of images that the network of that name takes."""
    return 1 if name == CUSTOM else MODELS[name].smallest


def unknown(name: str) -> InputError:
    """The error for a name that is not in the table."""
    return unknown_name("model", name, MODELS)
