"""`clothier train RECIPE` and `clothier train --resume RUN`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier import recipes
from clothier.cli import browser, completion, naming, options, run_data, screen, train_base, train_results
from clothier.errors import InputError, command
from clothier.models import BASES, bases
from clothier.models.bases import places
from clothier.recipes import Recipe
from clothier.recipes.lengths import FIELDS
from clothier.recipes.recipe import FINE_TUNE_EPOCHS
from clothier.runs import Run
from clothier.values import PhaseScores
from clothier.values.wording import counted

if TYPE_CHECKING:
    from clothier.training import Watcher


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="A name from `clothier recipes`.",
            metavar="RECIPE",
            autocompletion=completion.names(recipes.RECIPES),
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A source from `clothier data list`; with --resume, where the run's data are now.",
            metavar="SOURCE",
            autocompletion=completion.source,
            show_default="fashion-mnist",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    data_dir: options.DataDir = None,
    validation: Annotated[
        options.ValidationName | None,
        typer.Option(
            help="How validation images are held out where the data have none.",
            show_default="the recipe's",
            rich_help_panel=options.DATA,
        ),
    ] = None,
    resplit: options.Resplit = False,
    group: options.Group = "",
    drop_duplicates: options.DropDuplicates = False,
    labels: options.Labels = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Epochs of the first phase; with --resume, their new total.",
            min=0,
            show_default="the recipe's",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    augmented_epochs: Annotated[
        int | None,
        typer.Option(
            help="Augmented epochs after the first phase.",
            min=0,
            show_default="the recipe's; 0 with --epochs",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of everything random.", show_default="the recipe's", rich_help_panel=options.TRAINING
        ),
    ] = None,
    early_stop: Annotated[
        int | None,
        typer.Option(
            help="End a phase when its validation loss has not fallen for N epochs; 0 never does.",
            min=0,
            show_default="the recipe's",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    class_weight: Annotated[
        str | None,
        typer.Option(
            help="How much each class counts in the training loss: balanced, for as much however many images it has, "
            "or weights, where classes that are not named weigh 1.",
            metavar="balanced|CLASS=WEIGHT,...",
            show_default="the recipe's",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Change a field of the recipe; may be repeated. `clothier recipes RECIPE` lists the fields.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="The frozen network below the head, for the recipes photos, transfer and vgg19: a name from "
            "`clothier bases`, imagenet, random, a weights file, or a run folder.",
            metavar="NETWORK|imagenet|random|FILE|RUN",
            autocompletion=completion.names(BASES),
            show_default="the recipe's",
            rich_help_panel=options.MODEL,
        ),
    ] = None,
    fine_tune: Annotated[
        bool,
        typer.Option(
            "--fine-tune",
            help="After the head, train base and head together at a low rate.",
            rich_help_panel=options.MODEL,
        ),
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Continue the run in this folder.",
            metavar="RUN",
            autocompletion=naming.complete,
            show_default=False,
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    runs: Annotated[
        Path,
        typer.Option(
            help="Folder that holds the runs; each run gets a folder of its own in it.",
            metavar="FOLDER",
            rich_help_panel=options.OUTPUT,
        ),
    ] = Path("runs"),
    threads: options.Threads = None,
    verbose: options.Verbose = None,
    open_: browser.Open = False,
    json: options.Json = False,
) -> None:
    """Train a network, evaluate it, and write figures and a report."""
    screen.quiet(verbose == 0)
    named = _named(recipe, resume)
    typed: dict[str, Any] = {
        "epochs": epochs,
        "augmented_epochs": augmented_epochs,
        "validation": validation,
        "seed": seed,
    }
    typed |= {"base": base, "class_weight": class_weight, "early_stop": early_stop}
    changes = options.settings(set_ or [])
    changes.update({field: value for field, value in typed.items() if value is not None})
    if fine_tune:
        changes.setdefault("fine_tune_epochs", named.fine_tune_epochs or FINE_TUNE_EPOCHS)
    if resume is not None:
        given = {"--resplit": resplit, "--group": group, "--drop-duplicates": drop_duplicates}
        for option in filter(given.get, given):
            raise InputError(
                f"{option} does not apply to --resume, because {resume} keeps its split; leave it out"
            )
        data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad, labels)
        run, scores = _resume(resume, recipe, bases.chosen(changes), data_options, threads, verbose)
    else:
        chosen = train_base.choose(places.at_hand(named, changes, screen.notice), changes)
        held_out = chosen.validation if "validation" in changes else "default"
        resplit_by = chosen.seed if resplit else None
        read = options.as_options(
            data_dir, held_out, image_size, crop, skip_bad, resplit_by, group, drop_duplicates, labels
        )
        run, scores = _start(chosen, data or "fashion-mnist", read, runs, threads, verbose)
    train_results.show(run, scores, json)
    if open_:
        browser.show(run.report_file)


def _named(recipe: str | None, resume: Path | None) -> Recipe:
    """The recipe that the command line changes: the run's own, or else the one of that name."""
    if resume is not None:
        return Run.open(resume).recipe()
    if recipe is None:
        raise InputError("no recipe given; wanted one such as cnn1; `clothier recipes` lists them")
    return recipes.get(recipe)


def _start(
    recipe: Recipe, source: str, read: dict[str, Any], runs: Path, threads: int | None, verbose: int | None
) -> tuple[Run, list[PhaseScores]]:
    with screen.working("loading the libraries"):
        from clothier.api import finish
        from clothier.training import check_names
        from clothier.training.transfer import pretrained

    check_names(recipe)  # before the data are read, which may take a while
    options.check_out(folder=runs)
    base = pretrained.fetch(recipe, threads)  # what can go wrong quickly goes first
    dataset = options.load_data(source, train_base.reading(recipe, base, source, read), recipe.validation)
    if base is not None:
        train_base.tell(recipe, base, dataset.image_shape)
    watching = _watcher(verbose)
    run = Run.create(recipe.name, runs)
    screen.tell(f"training {recipe.name} on {source} in {run.path}")
    begun_by = command(*sys.argv[1:])
    scores = finish.train(
        recipe, dataset, run, command=begun_by, threads=threads, watcher=watching, base=base
    )
    return run, scores


def _resume(
    path: Path,
    recipe: str | None,
    changes: dict[str, Any],
    data_options: run_data.DataOptions,
    threads: int | None,
    verbose: int | None,
) -> tuple[Run, list[PhaseScores]]:
    run = Run.open(path)
    description = run.description()
    own = description.recipe
    if recipe is not None and recipe != own.name:
        raise InputError(f"{path} is a run of {own.name}, not of {recipe}; leave the name out to continue it")
    with screen.working("loading the libraries"):
        from clothier.api import finish
        from clothier.training import remains

    screen.notice(remains.put_aside_damaged(run))
    longer = _longer(run, own, changes)
    # What is whole takes no data.
    if longer == own and not data_options.are_any and (reason := finish.why_left(run)):
        screen.tell(reason)
        return run, run.read_scores()
    dataset = run_data.load(run, data_options)
    watching = _watcher(verbose)
    done = remains.epochs_done(run)
    screen.tell(f"continuing {run.path} ({own.name}), {counted(done, 'epoch')} done")
    return run, finish.resume(run, dataset, threads=threads, watcher=watching, longer=longer)


def _longer(run: Run, own: Recipe, changes: dict[str, Any]) -> Recipe:
    """The run's recipe, perhaps with more epochs; InputError for any other change."""
    from clothier.training import remains

    changes = recipes.of_first_phase(own, changes)
    changed = recipes.change(own, changes)
    for field, value in changed.as_json().items():
        before = own.as_json()[field]
        if value != before and field not in FIELDS:
            raise InputError(
                f"{run.path} was started with {field}={before}, not {value}; a resumed run keeps its recipe, and only "
                "its epochs may grow; leave the change out, or train again"
            )
    return recipes.lengthen(own, changes, remains.epochs_done(run)) if changed != own else own


def _watcher(verbose: int | None) -> Watcher:
    from clothier.training import progress

    return progress.watcher(verbose, screen.messages)
