"""`clothier compare RUN...`: several runs beside each other, in numbers, words and curves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clothier import data
from clothier.cli import naming, options, screen
from clothier.data import LoadOptions
from clothier.errors import ClothierError
from clothier.runs import Run
from clothier.runs import baseline as baselines
from clothier.values import Split

if TYPE_CHECKING:
    from clothier.reports.compare import Comparison

_SHOWN = 20  # classes, where there are more


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            help="Two or more run folders, such as runs/cnn1-*; folders of `clothier baseline` too.",
            metavar="RUN",
            autocompletion=naming.complete,
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the page, tables and figure.", metavar="FOLDER")
    ] = Path("comparison"),
    json: options.Json = False,
) -> None:
    """Compare runs on the same images: scores, intervals, exact tests and curves."""
    from clothier.reports import changes, compare_page
    from clothier.reports import compare as comparing

    options.check_out(folder=out)
    comparison = comparing.compare(
        [baselines.read(path) if baselines.is_there(path) else Run.open(path) for path in runs]
    )
    images = _judged(comparison) if any(map(any, (pair.changed for pair in comparison.pairs))) else None
    paths = compare_page.write(comparison, out, images)
    if json:
        files = {suffix: str(path) for suffix, path in paths.items()}
        screen.print_json({**compare_page.as_json(comparison), "files": files})
        return
    columns, rows = compare_page.score_columns(comparison), compare_page.score_rows(comparison)
    screen.print_table(columns, rows)
    screen.say()
    for first, second, words, _, corrected in compare_page.pair_rows(comparison):
        screen.say(f"{first} against {second}: {words} (p = {corrected})".replace("= <", "<"))
    for change in changes.find(comparison, images):
        screen.say(change.words, wrap=True)
    screen.say()
    columns, rows = compare_page.class_columns(comparison), compare_page.class_rows(comparison, _SHOWN)
    screen.print_table(columns, rows, title=compare_page.class_title(comparison, _SHOWN))
    screen.say()
    for sentence in compare_page.explanation(comparison):
        screen.say(sentence, wrap=True)
    screen.say("\nwritten  " + "\n         ".join(str(path) for path in paths.values()))
    screen.notice(comparison.notice)


def _judged(comparison: Comparison) -> Split | None:
    """The split that all runs were judged on, as the first of them read it; None where its data cannot be had here, or
    are others now."""
    own = comparison.runs[0].data
    part = "train" if comparison.split == "training" else comparison.split
    for source in filter(None, (own.reading.absolute, own.reading.source)):
        try:
            read = LoadOptions.from_json(own.reading.options)
            if not data.is_here(source, read):
                continue
            with screen.counting() as progress:
                found = data.load(source, replace(read, progress=progress))
        except ClothierError:
            continue
        if found.fingerprint == own.fingerprint:
            return found.split(part)
    return None
