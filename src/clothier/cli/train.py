"""`clothier train RECIPE` and `clothier train --resume RUN`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clothier import recipes
from clothier.cli import naming, options, run_data, screen
from clothier.errors import InputError, RunError, command
from clothier.recipes import Recipe
from clothier.recipes.lengths import FIELDS
from clothier.recipes.published import PUBLISHED
from clothier.recipes.recipe import FINE_TUNE_EPOCHS
from clothier.runs import Run, trained
from clothier.transfer import pretrained
from clothier.transfer.pretrained import Base
from clothier.values import EpochRow, PhaseScores
from clothier.wording import counted

if TYPE_CHECKING:
    from clothier.training import Watcher


def train(
    recipe: Annotated[
        str | None,
        typer.Argument(
            help="A name from `clothier recipes`.",
            metavar="RECIPE",
            autocompletion=lambda incomplete: [
                name for name in recipes.RECIPES if name.startswith(incomplete)
            ],
            show_default=False,
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A source from `clothier data list`; with --resume, where the run's data are now.",
            metavar="SOURCE",
            show_default="fashion-mnist",
        ),
    ] = None,
    data_dir: options.DataDir = None,
    validation: Annotated[
        str | None,
        typer.Option(
            help="How validation images are held out: article, stratified, none.", show_default="the recipe's"
        ),
    ] = None,
    image_size: options.ImageSize = None,
    crop: options.Crop = None,
    skip_bad: options.SkipBad = False,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Epochs of the first phase; with --resume, in all.", min=0, show_default="the recipe's"
        ),
    ] = None,
    augmented_epochs: Annotated[
        int | None,
        typer.Option(
            help="Augmented epochs after these.", min=0, show_default="the recipe's; 0 with --epochs"
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of everything random.", show_default="the recipe's")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a recipe field; may be repeated."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            help="What lies frozen below the head: imagenet, random, a Keras weights file, or a run folder "
            "(recipes vgg19 and transfer). The article gave VGG19 pixels in [0, 1], which hides the picture from it: "
            "--set base_pixels=article_mistake.",
            show_default="the recipe's",
        ),
    ] = None,
    fine_tune: Annotated[
        bool, typer.Option("--fine-tune", help="After the head, train base and head together, slowly.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on with this run folder.",
            metavar="RUN",
            autocompletion=naming.complete,
            show_default=False,
        ),
    ] = None,
    runs: Annotated[
        Path, typer.Option(help="Folder in which the run gets its own folder.", metavar="FOLDER")
    ] = Path("runs"),
    threads: Annotated[
        int | None, typer.Option(help="CPU threads.", show_default="all cores", min=1, max=1024)
    ] = None,
    verbose: Annotated[
        int | None,
        typer.Option(help="0 nothing, 1 bar, 2 a line an epoch.", min=0, max=2, show_default="1 or 2"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train a network, judge it, and write figures and a report."""
    screen.quiet(verbose == 0)
    named = _named(recipe, resume)
    typed = {"epochs": epochs, "augmented_epochs": augmented_epochs, "validation": validation, "seed": seed}
    typed["base"] = base
    changes = options.settings(set_ or [])
    changes.update({field: value for field, value in typed.items() if value is not None})
    if fine_tune:
        changes.setdefault("fine_tune_epochs", FINE_TUNE_EPOCHS)
    if resume is not None:
        data_options = run_data.DataOptions(data, data_dir, image_size, crop, skip_bad)
        run, scores = _resume(resume, recipe, changes, data_options, threads, verbose)
    else:
        chosen = _choose(named, changes)
        held_out = chosen.validation if "validation" in changes else "default"
        read = options.as_options(data_dir, held_out, image_size, crop, skip_bad)
        run, scores = _start(chosen, data or "fashion-mnist", read, runs, threads, verbose)
    _show(run, scores, json)


def _named(recipe: str | None, resume: Path | None) -> Recipe:
    """What the command line changes: the run's recipe, or else the one of that name."""
    if resume is not None:
        return Run.open(resume).recipe()
    if recipe is None:
        raise InputError("no recipe given; wanted one such as cnn1; `clothier recipes` lists them")
    return recipes.get(recipe)


def _choose(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe with its changes; on the base of a run it is `transfer`, with that run's model."""
    base = changes.get("base", recipe.base)
    if not recipe.base and base:
        raise InputError(
            f"the recipe {recipe.name} trains a network whole and takes no base; wanted vgg19 or transfer; "
            f"use `{command('train', 'vgg19', '--base', base)}`"
        )
    if base and pretrained.kind_of(base) == "run":
        changes = {"model": trained.plan(Run.open(base)).model, **changes}
        if recipe.name == "vgg19":
            screen.messages.print(f"{base} is a run, so the recipe is transfer, not vgg19", markup=False)
            recipe = recipes.get("transfer")
    changed = recipes.customize(recipe, changes)
    if note := recipes.adopted(recipe, changed, changes):
        screen.messages.print(note, markup=False)
    return changed


def _start(
    recipe: Recipe, source: str, read: dict[str, Any], runs: Path, threads: int | None, verbose: int | None
) -> tuple[Run, list[PhaseScores]]:
    with screen.working("loading the libraries"):
        from clothier import finish
        from clothier.training import check_names

    check_names(recipe)  # before the data are read, which may take a while
    options.check_out(folder=runs)
    base = _base(recipe, threads)
    dataset = options.load_data(source, read, recipe.validation)
    if base is not None:
        _tell_of_base(recipe, base, dataset.image_shape)
    watching = _watcher(verbose)
    run = Run.create(recipe.name, runs)
    screen.messages.print(f"training {recipe.name} on {source} in {run.path}", markup=False)
    begun_by = command(*sys.argv[1:])
    scores = finish.train(
        recipe, dataset, run, command=begun_by, threads=threads, watcher=watching, base=base
    )
    return run, scores


def _base(recipe: Recipe, threads: int | None) -> Base | None:
    """Fetched before the data are read: what can go wrong quickly goes first."""
    return pretrained.fetch(recipe, threads)


def _tell_of_base(recipe: Recipe, base: Base, image_shape: tuple[int, int, int]) -> None:
    count = sum(value.size for value in base.weights.values())
    words = f"base {recipe.base}: {recipe.model}, {count:,} weights, features in {base.precision}"
    screen.messages.print(words, markup=False)
    taken = base.trunk.image_shape if base.trunk else None
    if taken and taken != image_shape:
        sizes = [f"{height}x{width}" for height, width, _ in (image_shape, taken)]
        colours = {1: "grey", 3: "in colour"}
        grey = "made grey and " if (taken[2], image_shape[2]) == (1, 3) else ""
        screen.notice(
            f"the images are {sizes[0]} and {colours[image_shape[2]]}; this base takes {sizes[1]} "
            f"{colours[taken[2]]}, so they are {grey}resized to {sizes[1]}; detail and colour beyond that are lost"
        )


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
        raise InputError(
            f"{path} is a run of {own.name}, not of {recipe}; leave the name out to go on with it"
        )
    with screen.working("loading the libraries"):
        from clothier import finish
        from clothier.training import remains

    longer = _longer(run, own, changes)
    # What is whole takes no data.
    if longer == own and not data_options.are_any and (reason := finish.why_left(run)):
        screen.messages.print(reason, markup=False)
        return run, run.read_scores()
    dataset = run_data.load(run, data_options)
    watching = _watcher(verbose)
    done = remains.epochs_done(run)
    screen.messages.print(
        f"going on with {run.path} ({own.name}), {counted(done, 'epoch')} done", markup=False
    )
    threads = threads or description.threads
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
                f"{run.path} was begun with {field}={before}, not {value}; a resumed run keeps its recipe, but for "
                "more epochs; leave the change out, or train anew"
            )
    return recipes.lengthen(own, changes, remains.epochs_done(run)) if changed != own else own


def _watcher(verbose: int | None) -> Watcher:
    from clothier.training import progress

    return progress.watcher(verbose, screen.messages)


def _show(run: Run, scores: list[PhaseScores], json: bool) -> None:
    from clothier import evaluate

    description = run.description()
    notice, name = description.data.notice, description.recipe.name
    if json:
        phases = [phase.as_json() for phase in scores]
        screen.print_json(
            {"run": str(run.path), "notice": notice, "recipe": description.recipe.as_json(), "phases": phases}
        )
        return
    rows = [
        (phase.name, f"{phase.epochs}", split, f"{images:,}", loss, accuracy)
        for phase in scores
        for _, split, images, loss, accuracy in phase.rows()
    ]
    screen.say()
    title = "Scores of the last weights of each phase, dropout off"
    screen.print_table(("phase", "epochs", "split", "images", "loss", "accuracy"), rows, title=title)
    history = _history(run)
    for phase in scores:
        screen.say(f"\n{phase.name}: {evaluate.describe_fit(phase, history)}", wrap=True)
    if description.data.name == "fashion-mnist":
        _print_published(name, scores)
    screen.say(f"\nrun     {run.path}\nreport  {run.report_file}")
    if notice:
        screen.say(f"NOTE: {notice}", wrap=True)
    _say_next(run)


def _say_next(run: Run) -> None:
    """What one would type next, to be pasted. A run whose network fits no model file is plotted in place of served."""
    commands = [command("explain", run.path, "photo.jpg"), command("export", run.path, "--format", "onnx")]
    if run.model_file.exists():
        commands = [
            command("predict", "photo.jpg", "--model", run.path),
            commands[0],
            command("serve", run.path),
        ]
    screen.say("\nnext\n" + "\n".join(f"    {each}" for each in commands))


def _print_published(recipe: str, scores: list[PhaseScores]) -> None:
    """The tutorial's figures beside ours, of the phases for which it gives some after as many epochs."""
    rows = []
    for phase in scores:
        published = PUBLISHED.get((recipe, phase.name))
        if published and phase.test and published.epochs == phase.epochs:
            loss = f"{published.test_loss:.4f}" if published.test_loss is not None else "not given"
            ours = f"{phase.test.loss:.4f}", f"{phase.test.accuracy:.4f}"
            rows.append((phase.name, loss, ours[0], f"{published.test_accuracy:.4f}", ours[1]))
    if rows:
        columns = ("phase", "published test loss", "ours", "published test accuracy", "ours")
        screen.say()
        screen.print_table(columns, rows, title="The tutorial's figures (one seed) beside ours")


def _history(run: Run) -> list[EpochRow]:
    """Its rows, or none where they are damaged and no checkpoint could write them again."""
    try:
        return run.read_history()
    except RunError as error:
        screen.notice(str(error))
        return []
