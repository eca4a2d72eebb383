"""`clothier compare RUN...`: several runs beside each other, in numbers, words and curves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clothier.cli import naming, options, screen
from clothier.runs import Run
from clothier.runs import baseline as baselines

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
    from clothier.reports import compare as comparing
    from clothier.reports import compare_page

    options.check_out(folder=out)
    comparison = comparing.compare(
        [baselines.read(path) if baselines.is_there(path) else Run.open(path) for path in runs]
    )
    paths = compare_page.write(comparison, out)
    if json:
        files = {suffix: str(path) for suffix, path in paths.items()}
        screen.print_json({**compare_page.as_json(comparison), "files": files})
        return
    columns, rows = compare_page.score_columns(comparison), compare_page.score_rows(comparison)
    screen.print_table(columns, rows)
    screen.say()
    for first, second, words, _, corrected in compare_page.pair_rows(comparison):
        screen.say(f"{first} against {second}: {words} (p = {corrected})".replace("= <", "<"))
    screen.say()
    columns, rows = compare_page.class_columns(comparison), compare_page.class_rows(comparison, _SHOWN)
    screen.print_table(columns, rows, title=compare_page.class_title(comparison, _SHOWN))
    screen.say()
    for sentence in compare_page.explanation(comparison):
        screen.say(sentence, wrap=True)
    screen.say("\nwritten  " + "\n         ".join(str(path) for path in paths.values()))
    screen.notice(comparison.notice)
