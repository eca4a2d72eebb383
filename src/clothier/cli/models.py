"""`clothier models`: the table of architectures, or that of the models that come with clothier."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from clothier import bundle
from clothier.cli import options, screen
from clothier.models import BASES, MODELS
from clothier.predict import box


def models(
    box_: Annotated[
        bool,
        typer.Option("--box", help="List the trained models that come with clothier, the default first."),
    ] = False,
    json: options.Json = False,
) -> None:
    """List the networks that can be trained, or with --box the trained models that come with clothier."""
    if box_:
        _show_box(json)
        return
    if json:
        screen.print_json({name: vars(entry) for name, entry in MODELS.items()})
        return
    rows = [
        (name, f"{entry.smallest}x{entry.smallest}", entry.description)
        for name, entry in MODELS.items()
        if name not in BASES
    ]
    screen.print_table(("model", "smallest image", "what it is"), rows)
    screen.say()
    screen.say(
        "`clothier summary MODEL` prints a network's layers; `clothier recipes` lists what trains them; "
        "`clothier models --box` lists trained models, "
        "and `clothier bases` pretrained networks, on which a head is trained.",
        wrap=True,
    )


def _show_box(json: bool) -> None:
    manifests = {name: (path, bundle.read(path).manifest) for name, path in box.files().items()}
    if json:
        answer: dict[str, Any] = {
            name: {
                "megabytes": round(path.stat().st_size / 1e6, 2),
                "image_shape": manifest.image_shape,
                "class_names": manifest.class_names,
                "photos": manifest.scores.get("photos"),
                "scores": manifest.scores,
            }
            for name, (path, manifest) in manifests.items()
        }
        screen.print_json(answer)
        return
    rows = []
    for name, (path, manifest) in manifests.items():
        photos = manifest.scores.get("photos")
        score = f"{photos['accuracy']:.1%} of {photos['images']:,.0f}" if photos else "not measured"
        size = "x".join(map(str, manifest.image_shape))
        classes = ", ".join(manifest.class_names)
        rows.append((name, f"{path.stat().st_size / 1e6:.2f}", size, score, classes))
    screen.print_table(("model", "MB", "images", "photos correct", "classes"), rows)
    screen.say()
    screen.say(
        "The first one is taken where no model is named; `clothier summary NAME` says more about one.",
        wrap=True,
    )
