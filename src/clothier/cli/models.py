"""`clothier models`: the table of architectures."""

from __future__ import annotations

from clothier.cli import options, screen
from clothier.models import MODELS


def models(json: options.Json = False) -> None:
    """List the networks that can be trained."""
    if json:
        screen.print_json({name: vars(entry) for name, entry in MODELS.items()})
        return
    rows = [(name, f"{entry.smallest}x{entry.smallest}", entry.description) for name, entry in MODELS.items()]
    screen.print_table(("model", "smallest image", "what it is"), rows)
    screen.say()
    screen.say(
        "`clothier summary MODEL` prints a network's layers; `clothier recipes` lists what trains them.",
        wrap=True,
    )
