"""`clothier summary MODEL`: the layers of an architecture or a run, or what a model file holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier import backend, bundle, models, predict
from clothier.cli import completion, naming, options, screen
from clothier.errors import InputError, unknown_name
from clothier.runs import Run

if TYPE_CHECKING:
    from clothier.models import Layer


def summary(
    model: Annotated[
        str,
        typer.Argument(
            help="An architecture from `clothier models`, a run folder, a model file, or a model that comes with "
            f"clothier: {', '.join(predict.box.files())}.",
            metavar="MODEL",
            autocompletion=lambda incomplete: [
                *completion.names(models.MODELS)(incomplete),
                *naming.complete(incomplete),
            ],
        ),
    ],
    image_size: Annotated[
        str | None,
        typer.Option(
            help="Side in pixels, or HEIGHTxWIDTH, for an architecture.", metavar="SIZE", show_default="28"
        ),
    ] = None,
    channels: Annotated[
        int | None, typer.Option(help="1 for grey, 3 for colour.", min=1, max=3, show_default="1")
    ] = None,
    classes: Annotated[int | None, typer.Option(help="Number of classes.", min=2, show_default="10")] = None,
    json: options.Json = False,
) -> None:
    """List a network's layers with output shapes and parameters, or what a model file holds."""
    if channels == 2:
        raise InputError("--channels is 2; wanted 1 for grey or 3 for colour")
    if model in models.MODELS:
        height, width = options.parse_size(image_size) or (28, 28)
        shape, num_classes = (height, width, channels or 1), classes or 10
        backend.start()
        _print_layers(model, models.outlined(model, shape, num_classes), model, shape, num_classes, json)
        return
    known = predict.box.files()
    if "/" not in model and model not in known and not Path(model).exists():
        raise unknown_name("model", model, [*models.MODELS, *known])
    path = naming.parse(model)
    if image_size is not None or channels is not None or classes is not None:
        raise InputError(f"{model} has its own images and classes; leave out the options that say other ones")
    if path.is_file():
        _print_file(predict.read(path), naming.title(path), json)
        return
    plan = Run.open(path).description().plan
    if plan.model not in (*models.MODELS, models.CUSTOM):
        raise models.unknown(plan.model)
    backend.start()
    layers = models.unfilled(lambda: models.describe(models.build_plan(plan)))
    _print_layers(plan.model, layers, model, plan.image_shape, plan.num_classes, json)


def _print_layers(
    architecture: str,
    layers: list[Layer],
    title: str,
    image_shape: tuple[int, int, int],
    num_classes: int,
    json: bool,
) -> None:
    trainable = sum(layer.trainable for layer in layers)
    total = sum(layer.parameters for layer in layers)
    if json:
        screen.print_json(
            {
                "model": architecture,
                "parameters": total,
                "trainable": trainable,
                "layers": [vars(layer) for layer in layers],
            }
        )
        return
    rows = [
        (layer.name, layer.kind, " x ".join(map(str, layer.output_shape)), f"{layer.parameters:,}")
        for layer in layers
    ]
    title = f"{title} for images of {'x'.join(map(str, image_shape))} and {num_classes} classes"
    screen.print_table(("layer", "kind", "output shape", "parameters"), rows, title=title)
    screen.say(f"\n{total:,} parameters, {trainable:,} of them trainable")


def _print_file(content: bundle.Bundle, title: str, json: bool) -> None:
    """Print what a model file says about itself; it holds a graph, and not the layers it was made of."""
    manifest = content.manifest
    facts: dict[str, Any] = {
        "recipe": manifest.recipe.get("name", "unknown"),
        "architecture": manifest.recipe.get("model", "unknown"),
        "images": " x ".join(map(str, manifest.image_shape)),
        "photos": manifest.preprocessing["photos"],
        "classes": ", ".join(manifest.class_names),
        "features": manifest.num_features,
        "trained on": manifest.source,
        "temperature": round(manifest.temperature, 4),
        "graph": f"{len(content.graph) / 1e6:.2f} MB",
    }
    for split, scores in manifest.scores.items():
        facts |= {f"{split} {name}".replace("_", " "): round(score, 4) for name, score in scores.items()}
    if json:
        screen.print_json(facts)
        return
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in facts.items()}
    screen.print_fields(shown, title)
