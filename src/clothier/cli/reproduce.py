"""`clothier reproduce article|r-tutorial|all`: the tutorials' tables with our figures beside the published ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clothier import errors, recipes
from clothier.cli import completion, options, screen, stopping
from clothier.errors import ClothierError, InterruptedRunError, NeedsNetworkError, WriteError
from clothier.recipes import Recipe
from clothier.values import Dataset
from clothier.values.wording import duration

if TYPE_CHECKING:
    from clothier.reproduce import Job, Request

SEEDS, AUGMENTED_SEEDS = 5, 3


def reproduce(
    tutorial: Annotated[
        Literal["article", "r-tutorial", "all"],
        typer.Argument(help="The tutorial whose table is reproduced; all takes both."),
    ],
    rows: Annotated[
        str | None,
        typer.Option(
            help="Recipes, joined by commas, such as cnn1,cnn3.",
            metavar="RECIPES",
            show_default="every row",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    seeds: Annotated[
        int,
        typer.Option(
            min=0,
            max=1000,
            help="Runs per recipe; 0 trains nothing and uses the runs that are finished.",
            rich_help_panel=options.TRAINING,
        ),
    ] = SEEDS,
    augmented_seeds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1000,
            help="How many of those runs also train the augmented phase.",
            show_default=f"{AUGMENTED_SEEDS}, or --seeds if that is less",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    test_images: Annotated[
        Literal["both", "re-split", "official"],
        typer.Option(
            help="Test on images drawn anew from all, as the article's were, on the official ones, or on both.",
            rich_help_panel=options.DATA,
        ),
    ] = "both",
    runs: Annotated[
        Path,
        typer.Option(
            help="Folder of the runs, old and new.", metavar="FOLDER", rich_help_panel=options.OUTPUT
        ),
    ] = Path("runs"),
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the page and the table.", metavar="FOLDER", rich_help_panel=options.OUTPUT
        ),
    ] = Path("reproduction"),
    data: Annotated[
        str,
        typer.Option(
            help="Another source of Fashion-MNIST, such as Kaggle's table, or other data for a trial.",
            metavar="SOURCE",
            autocompletion=completion.source,
            rich_help_panel=options.DATA,
        ),
    ] = "fashion-mnist",
    data_dir: options.DataDir = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Change a field of every recipe, for a trial; may be repeated.",
            rich_help_panel=options.TRAINING,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Print what would be trained, without training it.",
            rich_help_panel=options.TRAINING,
        ),
    ] = False,
    threads: options.Threads = None,
    verbose: options.Verbose = None,
    json: options.Json = False,
) -> None:
    """Train the recipes of a tutorial and print the published figures beside ours."""
    from clothier import reproduce as reproducing
    from clothier.reproduce import lines, page

    screen.quiet(verbose == 0)
    options.check_out(folder=out)
    options.check_out(folder=runs)
    changes = options.settings(set_ or [])
    names = [name.strip() for name in rows.split(",")] if rows is not None else None
    wanted = reproducing.rows(tutorial, names)
    for row in wanted:  # before the data are read, which takes a while
        recipes.change(recipes.get(row.recipe), changes)
    load = _loader(data, data_dir, is_chosen="validation" in changes)
    usual = load(str(changes.get("validation", "article")), None)
    tests, is_table = reproducing.tests_of(usual, data, test_images)
    request = reproducing.Request(
        rows=wanted,
        runs=runs,
        load=lambda recipe, seed: load(_validation(recipe), seed),
        source=data,
        tests=tests,
        table=is_table,
        seeds=seeds,
        augmented_seeds=min(seeds, AUGMENTED_SEEDS) if augmented_seeds is None else augmented_seeds,
        changes=changes,
    )
    command = _command(
        tutorial,
        {
            "--rows": (rows, None),
            "--seeds": (seeds, SEEDS),
            "--augmented-seeds": (augmented_seeds, None),
            "--test-images": (test_images, "both"),
            "--runs": (str(runs), "runs"),
            "--out": (str(out), "reproduction"),
            "--data": (data, "fashion-mnist"),
            "--data-dir": (str(data_dir) if data_dir else None, None),
            "--threads": (threads, None),
        },
        set_ or [],
    )
    with stopping.continued_by(command):
        jobs = reproducing.plan(request, threads)
        _announce(jobs, request, threads)
        if dry_run:
            return
        notes = _train(jobs, request, threads, verbose)
    reproduction = lines.Reproduction(
        table=tutorial,
        command=command,
        outcomes=reproducing.outcomes(request, notes),
        source=data,
        is_table=is_table,
        changes=tuple(f"{field}={value}" for field, value in changes.items()),
        notice=usual.notice,
    )
    paths = page.write(reproduction, out)
    if json:
        screen.print_json({**page.as_json(reproduction), "files": [str(p) for p in paths.values()]})
        return
    for title, cells in page.tables(reproduction):
        screen.print_table(lines.COLUMNS, cells, title=title)
        screen.say()
    for sentence in (lines.summary(reproduction), *lines.explanation(reproduction)):
        screen.say(sentence, wrap=True)
    screen.say("\nwritten  " + "\n         ".join(str(path) for path in paths.values()))
    screen.notice(reproduction.notice)


def _loader(source: str, data_dir: Path | None, *, is_chosen: bool) -> Callable[[str, int | None], Dataset]:
    """What reads the source, holding validation images out in that way, and perhaps divided anew by a seed.
    `is_chosen` says that a person named the way."""

    @functools.lru_cache(maxsize=3)  # of 55 MB each
    def load(validation: str, seed: int | None) -> Dataset:
        typed = validation if is_chosen else "default"
        read = options.as_options(data_dir, typed, None, "pad", False, seed)
        return options.load_data(source, read, validation)

    return load


def _validation(recipe: Recipe) -> str:
    """How the tutorial held validation images out, whatever the source usually does."""
    return "article" if recipe.validation == "default" else recipe.validation


def _announce(jobs: list[Job], request: Request, threads: int | None) -> None:
    """Say what is to be trained and how long it will take, from a few batches of each recipe."""
    from clothier.training import pace

    if not jobs:
        why = "all runs are finished" if request.seeds else "0 seeds were asked for"
        screen.tell(f"nothing to train, because {why}")
        return
    paces: dict[str, pace.TrainingPace | None] = {}
    seconds, unknown = 0.0, False
    for job in jobs:
        recipe = job.recipe
        if recipe.name not in paces:
            paces[recipe.name] = _pace(job, request, threads)
        known = paces[recipe.name]
        took = known.remaining(recipe, job.epochs_done) if known else 0.0
        seconds, unknown = seconds + took, unknown or known is None
        total = sum(epochs for _, epochs in recipe.phases())
        what = f"train {_title(job)}: {total} epochs"
        if job.run is not None:
            what = f"continue {job.run.path}: {total - job.epochs_done} of {total} epochs are left"
        time_left = f"about {duration(took)}" if known else "time unknown until its features are extracted"
        screen.tell(f"{what}, {time_left}", wrap=False)
    more = ", without what could not be measured" if unknown else ""
    screen.tell(f"about {duration(seconds)} in all{more}; Ctrl-C stops it safely")


def _pace(job: Job, request: Request, threads: int | None) -> Any:
    """The measured pace, or None for a recipe that trains on the features of a frozen base, because its first epoch
    waits for those."""
    from clothier.training import pace

    if job.recipe.base:
        return None
    return pace.measure(job.recipe, request.dataset(job.recipe, job.test), threads)


def _title(job: Job) -> str:
    """Such as "cnn1, seed 13, official test images"."""
    from clothier.reproduce import OTHER

    test = "" if job.test == OTHER else f", {job.test} test images"
    return f"{job.recipe.name}, seed {job.recipe.seed}{test}"


def _train(jobs: list[Job], request: Request, threads: int | None, verbose: int | None) -> dict[str, str]:
    """Carry every job out; by recipe, the error of one that could not be, while the others go on."""
    from clothier import reproduce as reproducing
    from clothier.training import progress

    notes: dict[str, str] = {}
    for job in reproducing.in_one_precision(jobs, threads, progress.watcher(verbose, screen.messages)):
        if notes.get(job.recipe.name) == reproducing.NEEDS_NETWORK:
            continue
        screen.tell(f"training {_title(job)}")
        try:
            run = reproducing.carry_out(job, request, threads, progress.watcher(verbose, screen.messages))
        except (InterruptedRunError, WriteError):
            raise
        except NeedsNetworkError as error:
            notes[job.recipe.name] = reproducing.NEEDS_NETWORK
            screen.tell(f"{job.recipe.name}: {error}", wrap=False)
        except ClothierError as error:
            notes[job.recipe.name] = f"seed {job.recipe.seed} could not be run: {error}"
            screen.tell(f"{job.recipe.name}: {notes[job.recipe.name]}", wrap=False)
        else:
            screen.tell(f"finished {run.path}")
    return notes


def _command(tutorial: str, typed: dict[str, tuple[Any, Any]], settings: list[str]) -> str:
    """The command line that asks for the same; `typed` holds value and default by option."""
    words = ["reproduce", tutorial]
    for option, (value, usual) in typed.items():
        if value != usual:
            words += [option, str(value)]
    for setting in settings:
        words += ["--set", setting]
    return errors.command(*words)
