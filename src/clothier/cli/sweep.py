"""`clothier sweep RECIPE --set FIELD=VALUES`: train with several values, and say what the best of them is worth."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clothier import recipes
from clothier.cli import completion, options, screen, stopping, train_base
from clothier.errors import command
from clothier.models import BASES, bases
from clothier.models.bases import places
from clothier.recipes import Recipe

if TYPE_CHECKING:
    from clothier.sweeping import Request, Sweep
    from clothier.sweeping.space import Configuration


def sweep(
    recipe: Annotated[
        str,
        typer.Argument(
            help="A name from `clothier recipes`.",
            metavar="RECIPE",
            autocompletion=completion.names(recipes.RECIPES),
            show_default=False,
        ),
    ],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUES",
            help="Values of a field of the recipe: choices joined by commas, such as learning_rate=1e-3,3e-4, or a "
            "range, such as learning_rate=1e-4..1e-2:log. One value is the same for all trials. May be repeated.",
            show_default=False,
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    method: Annotated[
        Literal["grid", "random", "tpe"] | None,
        typer.Option(
            help="Try all combinations of choices, random ones, or those that a tree-structured Parzen estimator "
            "expects to be good.",
            show_default="grid up to 50 combinations, else tpe",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            help="How many configurations are tried in all.",
            min=1,
            show_default="all of a grid, else 20",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            help="Runs of each configuration, which is judged by their mean.",
            min=1,
            max=1000,
            rich_help_panel=options.TRAINING,
        ),
    ] = 1,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Begin no run that cannot be finished in that time.",
            min=0.0,
            show_default="no limit",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune/--no-prune",
            help="Stop trials whose validation accuracy falls behind that of others.",
            rich_help_panel=options.TRAINING,
        ),
    ] = True,
    data: Annotated[
        str,
        typer.Option(
            help="A source from `clothier data list`.",
            metavar="SOURCE",
            autocompletion=completion.source,
            rich_help_panel=options.DATA,
        ),
    ] = "fashion-mnist",
    data_dir: options.DataDir = None,
    validation: Annotated[
        options.ValidationName | None,
        typer.Option(
            help="How validation images are held out where the data have none.",
            show_default="the recipe's",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    group: options.Group = "",
    drop_duplicates: options.DropDuplicates = False,
    labels: options.Labels = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Epochs of the first phase.",
            min=0,
            show_default="the recipe's",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="The frozen network below the head, as for `clothier train`.",
            metavar="NETWORK|imagenet|random|FILE|RUN",
            autocompletion=completion.names(BASES),
            show_default="the recipe's",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    sweeps: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the sweeps; each gets a folder of its own in it.",
            metavar="FOLDER",
            rich_help_panel=options.OUTPUT,
        ),
    ] = Path("sweeps"),
    threads: options.Threads = None,
    verbose: options.Verbose = None,
    json: options.Json = False,
) -> None:
    """Train a recipe with several values of its fields, and choose the best by validation accuracy.

    The same command continues a sweep that was stopped.
    """
    from clothier import sweeping
    from clothier.sweeping import outputs
    from clothier.training import progress

    screen.quiet(verbose == 0)
    options.check_out(folder=sweeps)
    named = recipes.get(recipe)
    fixed, space = sweeping.read_space(_settings(set_ or []))
    typed = {"epochs": epochs, "base": base, "validation": validation}
    changes = {**fixed, **{field: value for field, value in typed.items() if value is not None}}
    usual = train_base.choose(places.at_hand(named, changes, screen.notice), changes)
    start = recipes.get(usual.name)
    data_words = _data_words(
        {
            "--data": (data, "fashion-mnist"),
            "--data-dir": (data_dir, None),
            "--validation": (validation, None),
            "--group": (group, ""),
            "--labels": (labels, None),
            "--image-size": (image_size, None),
            "--crop": (crop, None),
        },
        {"--drop-duplicates": drop_duplicates, "--skip-bad": skip_bad},
    )
    own = {name: value for name, value in changes.items() if name != "validation"}

    def retrained(configuration: Configuration, seed: int) -> str:
        words = [*data_words, *_setting_words({**own, **configuration}), "--seed", str(seed)]
        return command("train", start.name, *words)

    request = sweeping.make(
        start,
        bases.chosen(changes) | _differences(start, usual),
        space,
        method=method,
        trials=trials,
        num_seeds=seeds,
        prune=prune,
        command=retrained,
    )
    sweeping.check(request, minutes)
    held_out = usual.validation if "validation" in changes else "default"
    read = options.as_options(
        data_dir, held_out, image_size, crop, skip_bad, None, group, drop_duplicates, labels
    )
    with stopping.continued_by(command(*sys.argv[1:])):
        from clothier.training.transfer import pretrained

        weights = pretrained.fetch(usual, threads) if usual.base else None
        dataset = options.load_data(data, train_base.reading(usual, weights, data, read), usual.validation)
        made = sweeping.run(
            request,
            dataset,
            sweeps,
            minutes=minutes,
            threads=threads,
            watcher=progress.watcher(verbose, screen.messages),
            say=_say,
        )
    if json:
        screen.print_json(outputs.as_json(made))
        return
    _show(made, request)


def _settings(given: list[str]) -> dict[str, Any]:
    """The values by field; choices of a field that is named several times are joined."""
    values: dict[str, Any] = {}
    for setting in given:
        ((field, text),) = options.settings([setting]).items()
        values.setdefault(field, []).append(text)
    return {field: texts[0] if len(texts) == 1 else texts for field, texts in values.items()}


def _differences(start: Recipe, usual: Recipe) -> dict[str, Any]:
    """What the changes came to: a base that is a run brings its model, and another optimizer its learning rate."""
    pairs = {each.name: (getattr(start, each.name), getattr(usual, each.name)) for each in fields(Recipe)}
    return {name: after for name, (before, after) in pairs.items() if before != after}


def _data_words(typed: dict[str, tuple[Any, Any]], flags: dict[str, bool]) -> list[str]:
    words: list[str] = []
    for option, (value, usual) in typed.items():
        if value != usual:
            words += [option, str(value)]
    return [*words, *(option for option, given in flags.items() if given)]


def _setting_words(changes: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for field, value in changes.items():
        if field != "seed":
            words += ["--set", f"{field}={value}"]
    return words


def _say(sentence: str) -> None:
    screen.tell(sentence, wrap=False)


def _show(made: Sweep, request: Request) -> None:
    from clothier.sweeping import table

    screen.say()
    title = f"{request.start.name} on {made.data}: {request.method}, the best by validation accuracy first"
    screen.print_table(table.columns(request.space), table.rows(made.outcomes), title=title)
    screen.say()
    for sentence in made.sentences:
        screen.say(sentence, wrap=True)
    screen.say(f"\nsweep   {made.path}\nmodel   {made.run.path}")
    screen.say(
        "\nnext\n"
        f"    {request.command(made.best.configuration, request.seeds[0])}\n"
        f"    {command('predict', 'photo.jpg', '--model', made.run.path)}\n"
        f"    {command('runs', made.path)}"
    )
