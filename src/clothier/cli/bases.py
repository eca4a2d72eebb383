"""`clothier bases`: the table of pretrained networks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from clothier.cli import options, screen
from clothier.models.bases import BASES, places


def bases(
    measure: Annotated[
        bool,
        typer.Option(
            "--measure", help="Measure on this machine how long each takes for an image. It takes a minute."
        ),
    ] = False,
    threads: options.Threads = None,
    json: options.Json = False,
) -> None:
    """List the pretrained networks on which a head can be trained."""
    measured = _measure(threads) if measure else {}
    if json:
        screen.print_json(
            {
                name: {
                    **asdict(base),
                    "weights": places.state(name),
                    **({"milliseconds": measured[name]} if measure else {}),
                }
                for name, base in BASES.items()
            }
        )
        return
    heads = [
        "base",
        "images",
        "parameters",
        "features",
        "MB",
        *["ms"] * measure,
        "licence",
        "source",
        "weights",
    ]
    rows: list[tuple[Any, ...]] = [
        (
            name,
            f"{base.side}x{base.side}",
            f"{base.parameters:,}",
            base.features,
            f"{base.megabytes:.1f}",
            *([f"{measured[name]:.0f}"] if measure else []),
            base.licence,
            base.source,
            places.state(name),
        )
        for name, base in BASES.items()
    ]
    screen.print_table(heads, rows)
    screen.say()
    if measure:
        screen.say(
            "ms is the time for an image of that size in a batch of 8, with every core or --threads.",
            wrap=True,
        )
    if any(row[-1] == "not installed" for row in rows):
        screen.say("Install what is not: pip install 'clothier[imagenet]'", wrap=True)
    screen.say(
        "`clothier train transfer --base NAME --data SOURCE` trains a head on one, and Keras downloads weights then.",
        wrap=True,
    )


def _measure(threads: int | None) -> dict[str, float]:
    """Milliseconds for an image of each base, after a first batch. Weights do not matter for that."""
    with screen.working("measuring"):
        from clothier.training.transfer import pace

        return pace.milliseconds(threads)
