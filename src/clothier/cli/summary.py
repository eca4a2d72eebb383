"""`clothier summary MODEL`: the layer table."""

from __future__ import annotations

from typing import Annotated

import typer

from clothier import backend, models
from clothier.cli import options, screen
from clothier.errors import InputError


def summary(
    model: Annotated[str, typer.Argument(help="A name from `clothier models`.")],
    image_size: Annotated[str, typer.Option(help="Side in pixels, or HEIGHTxWIDTH.")] = "28",
    channels: Annotated[int, typer.Option(help="1 for grey, 3 for colour.", min=1, max=3)] = 1,
    classes: Annotated[int, typer.Option(help="Number of classes.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a network's layers with output shapes and parameters."""
    if channels == 2:
        raise InputError("--channels is 2; wanted 1 for grey or 3 for colour")
    if model not in models.MODELS:
        raise models.unknown(model)
    height, width = options.parse_size(image_size) or (28, 28)
    backend.start()
    layers = models.outlined(model, (height, width, channels), classes)
    trainable = sum(layer.trainable for layer in layers)
    total = sum(layer.parameters for layer in layers)
    if json:
        screen.print_json(
            {
                "model": model,
                "parameters": total,
                "trainable": trainable,
                "layers": [vars(la) for la in layers],
            }
        )
        return
    rows = [
        (layer.name, layer.kind, " x ".join(map(str, layer.output_shape)), f"{layer.parameters:,}")
        for layer in layers
    ]
    title = f"{model} for images of {height}x{width}x{channels} and {classes} classes"
    screen.print_table(("layer", "kind", "output shape", "parameters"), rows, title=title)
    screen.say(f"\n{total:,} parameters, {trainable:,} of them trainable")
