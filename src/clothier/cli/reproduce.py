"""`clothier reproduce article|r-tutorial|all`: the tutorials' tables with our figures beside the published ones."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from clothier import errors
from clothier.cli import completion, options, screen
from clothier.errors import ClothierError, InterruptedRunError, WriteError
from clothier.recipes import Recipe
from clothier.values import Dataset
from clothier.values.wording import duration

if TYPE_CHECKING:
    from clothier.reproduce import Job, Request


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
    ] = 1,
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
            help="Another source, for a trial.",
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
    from clothier.reproduce import page

    screen.quiet(verbose == 0)
    options.check_out(folder=out)
    options.check_out(folder=runs)
    changes = options.settings(set_ or [])
    names = [name.strip() for name in rows.split(",")] if rows is not None else None

    @functools.cache
    def load(validation: str) -> Dataset:
        typed = validation if "validation" in changes else "default"
        return options.load_data(data, options.as_options(data_dir, typed, None, "pad", False), validation)

    request = reproducing.Request(
        rows=reproducing.rows(tutorial, names),
        runs=runs,
        load=lambda recipe: load(recipe.validation),
        source=data,
        seeds=seeds,
        changes=changes,
    )
    command = _command(tutorial, rows, seeds, runs, out, data, data_dir, set_ or [], threads)
    with _stopping_well(command):
        jobs = reproducing.plan(request, threads)
        _announce(jobs, request, threads)
        if dry_run:
            return
        notes = _train(jobs, request, threads, verbose)
    reproduction = page.Reproduction(
        table=tutorial,
        command=command,
        outcomes=reproducing.outcomes(request, notes),
        source=data,
        changes=tuple(f"{field}={value}" for field, value in changes.items()),
        notice=next((load(recipe.validation).notice for recipe in request.recipes()), ""),
    )
    paths = page.write(reproduction, out)
    if json:
        screen.print_json({**page.as_json(reproduction), "files": [str(p) for p in paths.values()]})
        return
    lines = page.rows(reproduction)
    screen.print_table(page.COLUMNS[:-1], [line[:-1] for line in lines])
    screen.say()
    for line in lines:
        screen.say(f"{line[0]}: {line[-1]}")
    screen.say()
    for sentence in (page.summary(reproduction), *page.explanation(reproduction)):
        screen.say(sentence, wrap=True)
    screen.say("\nwritten  " + "\n         ".join(str(path) for path in paths.values()))
    screen.notice(reproduction.notice)


def _announce(jobs: list[Job], request: Request, threads: int | None) -> None:
    """Say what is to be trained and how long it will take, from a few batches of each recipe."""
    from clothier.training import pace

    if not jobs:
        why = "all runs are finished" if request.seeds else "0 seeds were asked for"
        screen.messages.print(f"nothing to train, because {why}", markup=False)
        return
    paces: dict[str, pace.TrainingPace | None] = {}
    seconds, unknown = 0.0, False
    for job in jobs:
        recipe = job.recipe
        if recipe.name not in paces:
            paces[recipe.name] = _pace(recipe, request, threads)
        known = paces[recipe.name]
        took = known.remaining(recipe, job.epochs_done) if known else 0.0
        seconds, unknown = seconds + took, unknown or known is None
        total = sum(epochs for _, epochs in recipe.phases())
        what = f"train {recipe.name}, seed {recipe.seed}: {total} epochs"
        if job.run is not None:
            what = f"continue {job.run.path}: {total - job.epochs_done} of {total} epochs are left"
        time_left = f"about {duration(took)}" if known else "time unknown until its features are extracted"
        screen.messages.print(f"{what}, {time_left}", markup=False, soft_wrap=True)
    more = ", without what could not be measured" if unknown else ""
    screen.messages.print(f"about {duration(seconds)} in all{more}; Ctrl-C stops it safely", markup=False)


def _pace(recipe: Recipe, request: Request, threads: int | None) -> Any:
    """The measured pace, or None for a recipe that trains on the features of a frozen base, because its first epoch
    waits for those."""
    from clothier.training import pace

    if getattr(recipe, "base", ""):
        return None
    return pace.measure(recipe, request.load(recipe), threads)


def _train(jobs: list[Job], request: Request, threads: int | None, verbose: int | None) -> dict[str, str]:
    """Carry every job out; by recipe, the error of one that could not be, while the others go on."""
    from clothier import reproduce as reproducing
    from clothier.training import progress

    notes = {}
    for job in jobs:
        screen.messages.print(f"training {job.recipe.name}, seed {job.recipe.seed}", markup=False)
        try:
            run = reproducing.carry_out(job, request, threads, progress.watcher(verbose, screen.messages))
        except (InterruptedRunError, WriteError):
            raise
        except ClothierError as error:
            notes[job.recipe.name] = f"seed {job.recipe.seed} could not be run: {error}"
            screen.messages.print(
                f"{job.recipe.name}: {notes[job.recipe.name]}", markup=False, soft_wrap=True
            )
        else:
            screen.messages.print(f"finished {run.path}", markup=False)
    return notes


@contextmanager
def _stopping_well(command: str) -> Iterator[None]:
    """Make Ctrl-C end with this command, which continues the whole table, in place of the command for a single run."""
    try:
        yield
    except InterruptedRunError as error:
        done = str(error).partition("; continue with: ")[0]
        raise InterruptedRunError(f"{done}; continue with: {command}") from None
    except KeyboardInterrupt:
        raise InterruptedRunError(f"stopped; continue with: {command}") from None


def _command(
    tutorial: str,
    rows: str | None,
    seeds: int,
    runs: Path,
    out: Path,
    data: str,
    data_dir: Path | None,
    settings: list[str],
    threads: int | None,
) -> str:
    """The command line that asks for the same, without what is as usual."""
    words = ["reproduce", tutorial]
    given = {
        "--rows": (rows, None),
        "--seeds": (seeds, 1),
        "--runs": (str(runs), "runs"),
        "--out": (str(out), "reproduction"),
        "--data": (data, "fashion-mnist"),
        "--data-dir": (str(data_dir) if data_dir else None, None),
        "--threads": (threads, None),
    }
    for option, (value, usual) in given.items():
        if value != usual:
            words += [option, str(value)]
    for setting in settings:
        words += ["--set", setting]
    return errors.command(*words)
