"""`clothier recipes`: the table of recipes, or the fields of one."""

from __future__ import annotations

from typing import Annotated

import typer

from clothier.cli import completion, options, screen
from clothier.errors import command
from clothier.recipes import NOTES, RECIPES, counted, get


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A recipe whose fields are printed.",
            metavar="RECIPE",
            autocompletion=completion.names(RECIPES),
            show_default=False,
        ),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Also print the fields that have no effect in this recipe.")
    ] = False,
    json: options.Json = False,
) -> None:
    """List the recipes, or print the fields of one."""
    if name is not None:
        recipe = get(name)
        fields = recipe.as_json() if json or all_ else counted(recipe)
        if json:
            screen.print_json(fields)
        else:
            screen.print_table(("field", "value"), [(k, str(v)) for k, v in fields.items()])
            screen.say(f"\nChange any of them: {command('train', name, '--set', 'FIELD=VALUE')}")
            screen.say(f"Try several values: {command('sweep', name, '--set', 'FIELD=VALUE,VALUE')}")
            if name in NOTES:
                screen.say(NOTES[name], wrap=True)
    elif json:
        screen.print_json({known: recipe.as_json() for known, recipe in RECIPES.items()})
    else:
        rows = [
            (
                known,
                r.model,
                " then ".join(f"{n} {phase}" for phase, n in r.phases()),
                r.batch_size,
                r.optimizer,
            )
            for known, r in RECIPES.items()
        ]
        screen.print_table(("recipe", "model", "epochs", "batch", "optimizer"), rows)
        screen.say()
        for note in NOTES.values():
            screen.say(note, wrap=True)
