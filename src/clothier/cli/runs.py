"""`clothier runs`: the runs in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import options, screen
from clothier.errors import command
from clothier.runs import overview
from clothier.runs.overview import Overview

_WIDE = 100  # columns of a terminal from which on each run is one row of a table
_COLUMNS = ("run", "recipe", "data", "epochs", "seed", "accuracy", "size", "status", "written")


def runs(
    folder: Annotated[Path, typer.Argument(help="A folder of runs.", metavar="FOLDER")] = Path("runs"),
    best: Annotated[
        bool,
        typer.Option("--best", help="Sort by validation accuracy, and print the path of the best run first."),
    ] = False,
    json: options.Json = False,
) -> None:
    """List the runs in a folder, newest first.

    The accuracy is that of the test split, or of the split that is named beside it. --best chooses by the validation
    split and never by the test split, whose accuracy would then be too high.
    """
    found = overview.overviews(folder)
    if best:
        found = overview.by_validation(found)
    if json:
        screen.print_json([each.as_json() for each in found])
        return
    if not found:
        screen.say(f"{folder} holds no runs; make one with: {command('train', 'cnn1')}")
        return
    if best:
        _say_best(found)
    if screen.results.width >= _WIDE:
        screen.print_table(_COLUMNS, [_row(each) for each in found], words=("run", "accuracy", "written"))
    else:
        for each in found:
            _say_block(each)
    for problem in (problem for each in found for problem in each.problems):
        screen.say()
        screen.say(f"damaged: {problem}", wrap=True)


def _say_best(found: list[Overview]) -> None:
    """The path of the best run alone on the first line, so that a script can take it; then how it was chosen."""
    first = found[0]
    if first.problems or first.validation_accuracy is None:
        screen.notice("no run has a validation accuracy, so none is called the best")
        return
    screen.say(str(first.path))
    screen.say(f"has the highest validation accuracy, {first.validation_accuracy:.4f}\n")
    sets = {each.data for each in found if each.validation_accuracy is not None}
    if len(sets) > 1:
        screen.notice(
            f"these runs were validated on {len(sets)} different data sets; their accuracies cannot be compared"
        )


def _row(run: Overview) -> tuple[str, ...]:
    return (
        run.name,
        run.recipe or "?",
        run.data or "?",
        _epochs(run),
        "?" if run.seed is None else str(run.seed),
        _accuracy(run),
        _size(run.size),
        run.status,
        f"{run.written:%Y-%m-%d %H:%M}",
    )


def _say_block(run: Overview) -> None:
    """Print what a row of the table says, for narrow terminals."""
    screen.say(f"{run.name}  {run.status}, {run.written:%Y-%m-%d %H:%M}, {_size(run.size)}")
    if run.recipe is not None:
        screen.say(f"  {run.recipe} on {run.data}, seed {run.seed}, {_epochs(run)} epochs")
        if run.judged:
            screen.say(f"  accuracy {_accuracy(run)}")


def _epochs(run: Overview) -> str:
    done, planned = ("?" if number is None else str(number) for number in (run.epochs, run.planned))
    return f"{done}/{planned}"


def _accuracy(run: Overview) -> str:
    """Such as "0.9041", or "0.9071 (validation)" where there is no test accuracy."""
    if run.judged is None:
        return ""
    split, accuracy = run.judged
    return f"{accuracy:.4f}" if split == "test" else f"{accuracy:.4f} ({split})"


def _size(size: int) -> str:
    return f"{size / 10**6:,.1f} MB"
